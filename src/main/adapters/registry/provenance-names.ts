import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isCacheError } from '../../../shared/base/errors.ts';
import { type Descriptor, descriptorSchema } from '../../../shared/oci/descriptor.ts';
import { parseDigest, splitDigest } from '../../../shared/oci/digest.ts';
import { namesFromProvenance } from '../../engine/explain/names.ts';
import type { RecordName, RecordNames } from '../../engine/model/record-names.ts';
import type { Repository } from './repository.ts';

/** A larger attestation is not one of a single build. */
const MAX_PROVENANCE_BYTES = 32 << 20;
const PROVENANCE = 'https://slsa.dev/provenance/';

const attestationSchema = z.object({ layers: z.array(descriptorSchema) });

/** True for the entry of an image index that holds what BuildKit attests about the image beside it. */
export function isAttestation(entry: Descriptor): boolean {
  return entry.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
}

/**
 * Names for records from the provenance that attestation manifests of an image hold. What cannot be read gives none:
 * names help, but are never the reason that a cache does not open.
 * @throws `CANCELLED` from the signal
 */
export async function readProvenanceNames(
  repository: Repository,
  attestations: readonly Descriptor[],
  signal?: AbortSignal,
): Promise<RecordNames> {
  const names = new Map<string, RecordName>();
  for (const { digest } of attestations) {
    try {
      const { bytes } = await repository.manifest(parseDigest(digest), signal);
      const { layers } = attestationSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
      for (const layer of layers) {
        if (!layer.annotations?.['in-toto.io/predicate-type']?.startsWith(PROVENANCE)) continue;
        for (const [record, name] of namesFromProvenance(await readJson(repository, layer, signal))) {
          names.set(record, name);
        }
      }
    } catch (error) {
      if (isCacheError(error, 'CANCELLED') || signal?.aborted) throw error;
    }
  }
  return names;
}

/** The document, where its bytes are those of its digest: whoever else could write them must not name records. */
async function readJson(
  repository: Repository,
  { digest: text, size }: Descriptor,
  signal?: AbortSignal,
): Promise<unknown> {
  if (size > MAX_PROVENANCE_BYTES) return undefined;
  const digest = parseDigest(text);
  const { algorithm, hex } = splitDigest(digest);
  const chunks: Uint8Array[] = [];
  const options = { end: size, ...(signal ? { signal } : {}) };
  for await (const chunk of repository.blob(digest, options)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return createHash(algorithm).update(bytes).digest('hex') === hex ? JSON.parse(bytes.toString()) : undefined;
}

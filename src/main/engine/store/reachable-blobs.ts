import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import { type Digest, isDigest, parseDigest } from '../../../shared/oci/digest.ts';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';

/** Only what leads on is looked at; whatever else a document holds does not matter here. */
const linkSchema = z.object({ mediaType: z.string().optional(), digest: z.string() });
const documentSchema = z.object({
  config: linkSchema.nullish(),
  layers: z.array(linkSchema).nullish(),
  manifests: z.array(linkSchema).nullish(),
  subject: linkSchema.nullish(),
});

const LEADING_ON: ReadonlySet<string | undefined> = new Set([
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerManifestList,
  MEDIA_TYPES.dockerManifest,
]);

/**
 * Every blob an index leads to: manifests, configs, layers, whatever they belong to. What must never be removed.
 * `read` gives the bytes of a document, undefined when it is not there: nothing more can be reached through it then.
 * @param manifests gets the digests of manifests and configs among them
 * @throws `CORRUPT` naming a document that cannot be understood: nothing may be removed while it is unclear
 */
export async function reachableBlobs(
  index: LayoutIndexDocument,
  read: (digest: Digest) => Promise<Uint8Array | undefined>,
  manifests: Set<Digest> = new Set(),
): Promise<Set<Digest>> {
  const found = new Set<Digest>();
  const documents: Digest[] = [];
  for (const entry of index.manifests) {
    // Whatever its type says: a reference leads to a document.
    const digest = parseDigest(entry.digest, 'index.json: manifests[].digest');
    if (!found.has(digest)) documents.push(digest);
    found.add(digest);
  }
  for (let digest = documents.pop(); digest !== undefined; digest = documents.pop()) {
    manifests.add(digest);
    const bytes = await read(digest);
    if (!bytes) continue;
    const document = parseDocument(bytes, digest);
    if (isDigest(document.config?.digest)) manifests.add(document.config.digest);
    for (const link of [document.config, document.subject, ...(document.layers ?? []), ...(document.manifests ?? [])]) {
      if (!link || !isDigest(link.digest) || found.has(link.digest)) continue;
      found.add(link.digest);
      if (LEADING_ON.has(link.mediaType)) documents.push(link.digest);
    }
  }
  return found;
}

function parseDocument(bytes: Uint8Array, digest: Digest): z.infer<typeof documentSchema> {
  try {
    return documentSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new CacheError('CORRUPT', 'A manifest cannot be read, so nobody can tell what is still needed.', {
      subject: digest,
      hint: 'Verify the store, and import the cache again that this manifest belongs to.',
      cause,
    });
  }
}

import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MEDIA_TYPES } from '../../../../shared/oci/media-types.ts';

/** One step of a small cache: its result is a layer of its own on those below it. */
export interface SmallStep {
  readonly name: string;
  /** The time of its result, RFC 3339. */
  readonly at: string;
}

const bytesOf = (name: string): Buffer => Buffer.from(`the layer of ${name}\n`);
const sha256 = (bytes: string | Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The digest of the record of a step. */
export function stepDigest(name: string): string {
  return sha256(`step ${name}`);
}

/** Writes an OCI layout with one cache: a chain of steps, each found from the one before. */
export async function writeSmallCache(folder: string, steps: readonly SmallStep[], ref = 'latest'): Promise<void> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  const put = async (bytes: string | Uint8Array, mediaType: string) => {
    const digest = sha256(bytes);
    await writeFile(join(folder, 'blobs', ...digest.split(':')), bytes);
    return { mediaType, digest, size: Buffer.byteLength(bytes) };
  };
  const layers = [];
  for (const { name } of steps) {
    const layer = await put(bytesOf(name), MEDIA_TYPES.ociLayer);
    layers.push({ ...layer, annotations: { 'containerd.io/uncompressed': layer.digest } });
  }
  const config = {
    layers: layers.map(({ digest }, at) => ({ blob: digest, parent: at - 1 })),
    records: steps.map(({ name, at: createdAt }, at) => ({
      layers: [{ layer: at, createdAt }],
      digest: stepDigest(name),
      ...(at === 0 ? {} : { inputs: [[{ link: at - 1 }]] }),
    })),
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config: await put(JSON.stringify(config), MEDIA_TYPES.cacheConfig),
    layers,
  };
  const entry = await put(JSON.stringify(manifest), MEDIA_TYPES.ociManifest);
  const annotations = { 'org.opencontainers.image.ref.name': ref };
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...entry, annotations }] }),
  );
}

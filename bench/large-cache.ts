import { createHash, randomFillSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobName, INDEX_FILE, LAYOUT_FILE } from '../src/main/adapters/oci-layout/layout.ts';
import { buildManifest, layerDescriptors } from '../src/main/engine/remotecache/manifest.ts';
import { marshalCacheConfig } from '../src/main/engine/remotecache/marshal.ts';
import { parseCacheConfig } from '../src/main/engine/remotecache/parse.ts';
import { sortCacheConfig } from '../src/main/engine/remotecache/sort.ts';
import type { Descriptor } from '../src/shared/oci/descriptor.ts';
import { parseDigest } from '../src/shared/oci/digest.ts';
import { EMPTY_INDEX, printLayoutIndex, withReference } from '../src/shared/oci/layout-index.ts';
import { ANNOTATIONS, MEDIA_TYPES } from '../src/shared/oci/media-types.ts';

const MIB = 1024 * 1024;
/** 2 GiB as a cache holds them: few large layers, many small ones. */
const SIZES = [
  ...Array<number>(20).fill(64 * MIB),
  ...Array<number>(40).fill(16 * MIB),
  ...Array<number>(128).fill(MIB),
];

/** Writes a cache of 2 GiB in layers that no file system can share, as an OCI layout in image-manifest form. */
export async function writeLargeCache(folder: string): Promise<Descriptor> {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  const put = (bytes: Uint8Array) => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    writeFileSync(join(folder, blobName(parseDigest(digest))), bytes);
    return digest;
  };
  const layers = SIZES.map((size): Descriptor => {
    const digest = put(randomFillSync(Buffer.allocUnsafe(size)));
    const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
    return { mediaType, digest, size, annotations: { [ANNOTATIONS.uncompressed]: digest } };
  });
  const document = {
    layers: layers.map(({ digest }) => ({ blob: digest, parent: -1 })),
    records: layers.map(({ digest }, layer) => ({
      layers: [{ layer, createdAt: '2026-01-01T00:00:00Z' }],
      digest: `sha256:${createHash('sha256').update(`record ${digest}`).digest('hex')}`,
    })),
  };
  const config = sortCacheConfig(await parseCacheConfig([Buffer.from(JSON.stringify(document))]));
  const bytes = Buffer.concat([...marshalCacheConfig(config)]);
  const written = { mediaType: MEDIA_TYPES.cacheConfig, digest: put(bytes), size: bytes.length };
  const descriptors = layerDescriptors(config, layers);
  const manifest = buildManifest({ form: 'image-manifest', layers: descriptors, config: written });
  put(manifest.bytes);
  writeFileSync(join(folder, LAYOUT_FILE), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, INDEX_FILE), printLayoutIndex(withReference(EMPTY_INDEX, 'latest', manifest.descriptor)));
  return manifest.descriptor;
}

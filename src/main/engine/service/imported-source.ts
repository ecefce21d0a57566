import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { CacheSource, SourceBlob } from '../ports/cache-source.ts';
import type { LayerStore } from '../ports/layer-store.ts';
import type { ImportedCache } from './import-round.ts';

/** The name that the cache of a service has as a reference. */
export const TEAM_REF = 'team';

/** What was imported, as a source that can be copied from. Layers are read from where the service keeps them. */
export function createImportedSource(
  { config, descriptors, digest, size }: ImportedCache,
  layers: LayerStore,
  location: string,
): CacheSource {
  const byDigest = new Map(descriptors.map((layer) => [layer.digest, layer]));
  const manifest = { mediaType: MEDIA_TYPES.cacheConfig, digest, size };
  const blobs = [...byDigest.values()].map(
    (layer): SourceBlob => ({ digest: parseDigest(layer.digest), size: layer.size, mtimeMs: 0 }),
  );
  return {
    kind: 's3',
    can: READ_ONLY_CACHE,
    location,
    place: { transport: 's3', registry: location, repository: '' },
    fingerprint: async () => digest,
    read: async () => ({
      fingerprint: digest,
      caches: [{ ref: TEAM_REF, form: 's3', manifest, config: manifest, parsed: config, descriptors }],
      blobs,
      documents: [],
      problems: [],
    }),
    async openBlob(wanted) {
      const layer = byDigest.get(wanted) ?? { mediaType: '', digest: wanted, size: 0 };
      const reader = await layers.readerAt(layer);
      return {
        size: reader.size,
        read: (buffer, offset) => reader.readAt(buffer, offset),
        async *stream({ start = 0 } = {}) {
          for (let at = start; at < reader.size; ) {
            const buffer = new Uint8Array(Math.min(CHUNK_BYTES, reader.size - at));
            const bytes = await reader.readAt(buffer, at);
            if (bytes === 0) return;
            yield buffer.subarray(0, bytes);
            at += bytes;
          }
        },
        [Symbol.asyncDispose]: () => reader.close(),
      };
    },
    locateBlobs: async (digests) => digests.map(() => undefined),
  };
}

/** Layers are read best in order, in such steps. */
const CHUNK_BYTES = 1 << 20;

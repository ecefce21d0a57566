import { LRUCache } from 'lru-cache';
import type { LayerFile } from '../../../shared/model/layer.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import { listLayerFiles } from './files.ts';

/** What is listed. */
interface ListedLayer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly signal?: AbortSignal | undefined;
}

/** Entries kept over all listings together: some hundred MiB at worst. A larger layer is listed anew for each window. */
const MAX_ENTRIES = 500_000;

/**
 * Keeps the file lists that were asked for last, because a table asks for one window after the other. Keyed by place and
 * digest, not by digest alone: the bytes under a digest are not checked before they are listed.
 */
export function createListingCache(maxEntries = MAX_ENTRIES) {
  const listings = new LRUCache<string, readonly LayerFile[]>({
    maxSize: maxEntries,
    sizeCalculation: (files) => files.length + 1,
  });
  return {
    /** The entries of a layer's tar, in its order. @throws what opening and listing the blob throw */
    async get(source: CacheSource, layer: ListedLayer): Promise<readonly LayerFile[]> {
      const key = `${source.location}\0${layer.digest}`;
      const kept = listings.get(key);
      if (kept) return kept;
      const listing = await read(source, layer);
      listings.set(key, listing);
      return listing;
    },
  };
}

async function read(source: CacheSource, { digest, mediaType, signal }: ListedLayer): Promise<readonly LayerFile[]> {
  await using reader = await source.openBlob(digest);
  const files: LayerFile[] = [];
  for await (const file of listLayerFiles(reader, { digest, mediaType, ...(signal ? { signal } : {}) })) {
    files.push(file);
  }
  return files;
}

import { CacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CacheSource, SourceBlob, SourceCache } from '../ports/cache-source.ts';
import { chooseCaches } from './choose-caches.ts';
import type { TransferSource } from './run.ts';

/**
 * Several sources as one: the caches that are chosen of each, and every blob from the first that has it whole.
 * @param ref picks one cache of each source
 * @throws what `chooseCaches` throws, once it is read
 */
export function joinSources(sources: readonly CacheSource[], ref: string | undefined): TransferSource {
  const [first] = sources;
  if (!first) throw new CacheError('INTERNAL', 'a transfer from nowhere');
  const holders = new Map<string, CacheSource>();
  const holderOf = (digest: Digest): CacheSource => holders.get(digest) ?? first;

  return {
    location: first.location,
    place: first.place,
    isJoined: true,
    placeOf: (digest) => holderOf(digest).place,

    async read(options) {
      const caches: SourceCache[] = [];
      const blobs = new Map<Digest, SourceBlob>();
      for (const source of sources) {
        const snapshot = await source.read(options);
        for (const { cache } of chooseCaches(snapshot, ref)) caches.push(cache);
        for (const blob of snapshot.blobs) {
          const known = blobs.get(blob.digest);
          if (known && (!known.problem || blob.problem)) continue;
          blobs.set(blob.digest, blob);
          holders.set(blob.digest, source);
        }
      }
      return { caches, blobs: [...blobs.values()] };
    },

    openBlob: (digest) => holderOf(digest).openBlob(digest),

    async locateBlobs(digests) {
      const asked = Map.groupBy(digests, holderOf);
      const found = new Map<Digest, Awaited<ReturnType<CacheSource['locateBlobs']>>[number]>();
      for (const [source, wanted] of asked) {
        const extents = await source.locateBlobs(wanted);
        for (const [at, digest] of wanted.entries()) found.set(digest, extents[at]);
      }
      return digests.map((digest) => found.get(digest));
    },
  };
}

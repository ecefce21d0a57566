import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { ReadProgress } from '../ports/cache-source.ts';
import { systemClock } from '../ports/clock.ts';
import type { LayerInfoCache, LayerMeta } from '../ports/layer-info-cache.ts';
import { eachOf } from '../streams/each-of.ts';

/** Blobs asked for at once: a trip each, and few enough not to be taken for an attack. */
const AT_ONCE = 8;

/** Options of `sizes`. */
export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

/** A back end that is asked for single blobs. */
export interface BlobSizes {
  /** Size of a blob in bytes; undefined when it is not there. */
  blobSize(digest: string, signal?: AbortSignal): Promise<number | undefined>;
}

/** Which blobs a back end has. */
export interface BlobPresence {
  /**
   * The size in bytes that each blob has there, by digest; those that are not there are left out.
   * @throws `ACCESS_DENIED`, `UNAVAILABLE`, `CANCELLED`
   */
  sizes(blobs: readonly Descriptor[], options?: AskOptions): Promise<Map<string, number>>;
  /** Takes back what is remembered of a blob that turned out not to be there. */
  forget(digest: string): Promise<void>;
}

/** How long an answer is believed, in milliseconds: a day. Registries collect garbage without telling anybody. */
const BELIEVED_MS = 24 * 60 * 60 * 1000;

/**
 * Asks a registry or a bucket for each blob, with a HEAD, and remembers the answers in a layer info cache: asked again within a day,
 * they cost no trip.
 *
 * Only blobs that are there with the size their descriptor says are remembered, and only until somebody misses one: an
 * entry cannot be taken out of the cache, so `forget` overwrites its meta with one that nobody has seen. A blob is believed to be there if the repository
 * is known to hold it *and* the last word on where it lies is this repository's, not a day old: another repository that
 * overwrites that word costs a trip, not the truth.
 *
 * @param place the repository or bucket as a text of its own: what its members are kept under
 * @param now milliseconds since 1970
 */
export function createBlobPresence(
  backEnd: BlobSizes,
  place: string,
  {
    layerInfo,
    now = systemClock.now,
  }: { readonly layerInfo?: LayerInfoCache | undefined; readonly now?: () => number } = {},
): BlobPresence {
  const seenHere = ({ path, seenAt = Number.NaN }: LayerMeta): boolean => {
    const age = now() - seenAt;
    return path === place && age >= 0 && age < BELIEVED_MS;
  };

  /** Layer info helps, but is never the reason that something fails. */
  const askInfo = async <T>(ask: (info: LayerInfoCache) => Promise<T>): Promise<T | undefined> =>
    layerInfo && ask(layerInfo).catch(() => undefined);

  async function remembered(blobs: readonly Descriptor[]): Promise<Map<string, number>> {
    const digests = blobs.map(({ digest }) => digest);
    const answers = await askInfo((info) => Promise.all([info.containsMany(place, digests), info.metaMany(digests)]));
    const known = new Map<string, number>();
    if (!answers) return known;
    const [members, metas] = answers;
    for (const [i, { digest, size }] of blobs.entries()) {
      const meta = metas[i];
      if (members[i] && meta && seenHere(meta) && meta.length === size) known.set(digest, size);
    }
    return known;
  }

  return {
    async sizes(blobs, { signal, onProgress } = {}) {
      const distinct = [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
      const found = await remembered(distinct);
      const unknown = distinct.filter(({ digest }) => !found.has(digest));
      let done = distinct.length - unknown.length;
      const count = (): void => {
        onProgress?.({ phase: 'Asking for blobs', done, total: distinct.length, unit: 'blobs' });
      };
      count();
      await eachOf(unknown, { atOnce: AT_ONCE, signal }, async ({ digest, size }, stop) => {
        const there = await backEnd.blobSize(digest, stop);
        if (there !== undefined) found.set(digest, there);
        if (there === size) {
          // The meta first: a member without one would have to be asked for again.
          await askInfo((info) => info.setMeta(digest, { path: place, length: size, seenAt: now() }));
          await askInfo((info) => info.add(place, digest));
        }
        done += 1;
        count();
      });
      return found;
    },
    async forget(digest) {
      await askInfo((info) => info.setMeta(digest, { path: place, length: 0 }));
    },
  };
}

import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest, shortDigest } from '../../../shared/oci/digest.ts';
import { ANNOTATIONS, compressionOf } from '../../../shared/oci/media-types.ts';
import type { CacheTarget } from '../ports/cache-target.ts';
import { replaceBlobs } from '../remotecache/replace-blobs.ts';
import { isDamage } from '../store/copy-blobs.ts';
import { eachOf } from '../streams/each-of.ts';
import type { ChosenCache } from './choose-caches.ts';
import { recompressBlob } from './recompress.ts';
import type { LayerCompression } from './recompressed-layer.ts';
import { noteDamage, type Run } from './run.ts';
import { selectCache } from './selected-cache.ts';

/** Layers packed anew at once: as many as there are cores on a small machine. */
const AT_ONCE = 2;

/**
 * Brings the layers that are to be written in another compression into the target. What has that compression already
 * stays as it is, and what a manifest of the target describes as the same layer in that compression is not made again.
 * Each layer takes room for itself beside the target only while it is packed.
 * @returns the caches over the new blobs, all of which are in the target
 */
export async function recompressCaches(run: Run, to: LayerCompression): Promise<readonly ChosenCache[]> {
  const { source, target, lease, supply, staging, signal, onProgress, log, chosen } = run;
  if (!staging) throw new CacheError('INTERNAL', 'another compression without room for it');
  const candidates = layersToRecompress(chosen, to, (digest) => supply.inSource.has(digest));
  const replaced = await knownReplacements(target, chosen, candidates, to, signal);
  await lease.add([...replaced.values()].map(({ digest }) => parseDigest(digest)));
  for (const { digest } of replaced.values()) supply.inTarget.add(digest);
  const rest = candidates.filter(({ digest }) => !replaced.has(digest));
  log(`${rest.length} of ${candidates.length} layers are recompressed`);
  const total = rest.reduce((sum, { size }) => sum + size, 0);
  let done = 0;

  const recompress = async (blob: Descriptor, stop: AbortSignal): Promise<void> => {
    await using file = await staging.create();
    const packed = await recompressBlob(source, blob, to, (chunk) => file.write(chunk), {
      signal: stop,
      onBytes: (bytes) => {
        done += bytes;
        onProgress?.({
          phase: 'Recompressing',
          done: Math.min(done, total),
          total,
          unit: 'bytes',
          subject: blob.digest,
        });
      },
    });
    if (packed === 'same') return;
    await lease.add([parseDigest(packed.digest)]);
    const { present, unfit } = await target.survey([packed], stop);
    if (unfit.length > 0) await target.setAside(unfit, { signal: stop });
    if (!present.has(packed.digest)) {
      const content = {
        openBlob: () => file.open(),
        locateBlobs: async (digests: readonly Digest[]) => digests.map(() => ({ path: file.path, offset: 0 })),
      };
      const [damage] = await target.bring(content, [packed], {
        signal: stop,
        onBytes: () => {},
        onArrived: (_, arrival) => {
          if (arrival !== 'there') supply.brought.add(parseDigest(packed.digest));
          if (arrival === 'mounted') supply.mounted.add(parseDigest(packed.digest));
        },
      });
      // Our own bytes: whoever changed them under way, they are not the source's fault.
      if (damage) throw new CacheError('UNAVAILABLE', damage.message, { subject: file.path, cause: damage });
    }
    supply.inTarget.add(packed.digest);
    replaced.set(blob.digest, packed);
    log(`recompressed ${shortDigest(blob.digest)} as ${shortDigest(packed.digest)}`);
  };

  await eachOf(rest, { atOnce: AT_ONCE, signal }, async (blob, stop) => {
    try {
      await recompress(blob, stop);
    } catch (error) {
      // One layer that is not as it says, or is packed in a way that is not read here, does not stop the others.
      const isUnread = isCacheError(error, 'UNSUPPORTED_FORMAT') && error.subject === blob.digest;
      if (!isUnread && !isDamage(error, blob)) throw error;
      supply.inTarget.delete(blob.digest);
      noteDamage(supply, error);
    }
  });
  return chosen.map((each) => withReplaced(each, replaced));
}

/** Layers that a transfer would write and whose media type says another compression. */
export function layersToRecompress(
  chosen: readonly ChosenCache[],
  to: LayerCompression,
  isThere: (digest: string) => boolean,
): Descriptor[] {
  const blobs = new Map<string, Descriptor>();
  for (const { cache, mode } of chosen) {
    for (const blob of selectCache(cache, mode, isThere).blobs) blobs.set(blob.digest, blob);
  }
  return [...blobs.values()].filter(({ mediaType }) => compressionOf(mediaType) !== to);
}

/** What the target has of these in that compression, by what its manifests say of diff ids: old digest → descriptor there. */
export async function knownReplacements(
  target: CacheTarget,
  chosen: readonly ChosenCache[],
  candidates: readonly Descriptor[],
  to: LayerCompression,
  signal?: AbortSignal,
): Promise<Map<string, Descriptor>> {
  const known = new Map<string, Descriptor>();
  if (candidates.length === 0) return known;
  const described = await target.describedLayers(
    chosen.map(({ ref }) => ref),
    signal,
  );
  const fitting = described.filter(({ mediaType }) => compressionOf(mediaType) === to);
  const { present } = await target.survey(fitting, signal);
  const byDiffId = new Map<string, Descriptor>();
  for (const layer of fitting) {
    const diffId = layer.annotations?.[ANNOTATIONS.uncompressed];
    if (diffId !== undefined && present.has(layer.digest)) byDiffId.set(diffId, layer);
  }
  for (const { digest, annotations } of candidates) {
    const there = byDiffId.get(annotations?.[ANNOTATIONS.uncompressed] ?? '');
    if (there) known.set(digest, there);
  }
  return known;
}

/** A cache over other blobs. */
export function withReplaced(each: ChosenCache, replaced: ReadonlyMap<string, Descriptor>): ChosenCache {
  if (replaced.size === 0) return each;
  const { cache } = each;
  const names = new Map([...replaced].map(([from, { digest }]) => [from, digest]));
  const descriptors = cache.descriptors.map((layer) => replaced.get(layer.digest) ?? layer);
  return { ...each, cache: { ...cache, parsed: replaceBlobs(cache.parsed, names), descriptors } };
}

import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CollectNotes } from '../ports/collect-notes.ts';
import type { CollectedBucket } from '../ports/collected-bucket.ts';

/** What one request to delete marks takes. */
const BATCH = 1000;

/** What an undo brought back. */
export interface Restored {
  readonly plan: string;
  readonly blobs: number;
  /** Blobs whose versions are gone: a rule of the bucket, or somebody, deleted them for good. */
  readonly lost: readonly Digest[];
}

/**
 * Brings back what a plan deleted from a bucket that keeps versions; without a plan, the last one. What came back is
 * forgotten batch by batch, so that a second call goes on where the first ended.
 * @throws `NOT_FOUND` when there is nothing to undo, `CANCELLED`, and why the bucket cannot be written
 */
export async function undoCollect(
  bucket: CollectedBucket,
  notes: CollectNotes,
  wanted: string | undefined,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  } = {},
): Promise<Restored> {
  const { signal, onProgress } = options;
  const batches = notes.batches(bucket.location);
  const batch = wanted === undefined ? batches[0] : batches.find(({ plan }) => plan === wanted);
  if (!batch) throw nothingToUndo(wanted ?? bucket.location);
  const lost: Digest[] = [];
  let blobs = 0;
  for (;;) {
    throwIfAborted(signal);
    onProgress?.(blobs + lost.length, batch.blobs);
    const removals = notes.removals(bucket.location, batch.plan, BATCH);
    if (removals.length === 0) return { plan: batch.plan, blobs, lost };
    await bucket.bringBack(removals, signal);
    const digests = removals.map(({ digest }) => digest);
    const there = await bucket.look(digests, signal);
    for (const digest of digests) if (!there.has(digest)) lost.push(digest);
    blobs += there.size;
    notes.forgetRemovals(bucket.location, batch.plan, digests);
  }
}

/** Brings some of the blobs of a plan back. @returns how many are there again */
export async function bringBack(
  bucket: CollectedBucket,
  notes: CollectNotes,
  plan: string,
  wanted: ReadonlySet<string>,
): Promise<number> {
  const removals = notes
    .removals(bucket.location, plan, Number.MAX_SAFE_INTEGER)
    .filter(({ digest }) => wanted.has(digest));
  let back = 0;
  for (let from = 0; from < removals.length; from += BATCH) {
    const some = removals.slice(from, from + BATCH);
    await bucket.bringBack(some);
    const digests = some.map(({ digest }) => digest);
    const there = await bucket.look(digests);
    back += there.size;
    notes.forgetRemovals(
      bucket.location,
      plan,
      digests.filter((digest) => there.has(digest)),
    );
  }
  return back;
}

function nothingToUndo(subject: string): CacheError {
  return new CacheError('NOT_FOUND', 'There is nothing to undo.', {
    subject,
    hint: 'Only what was deleted from a bucket that keeps versions can come back, on the machine that deleted it.',
  });
}

import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CollectNotes, NotedRemoval } from '../ports/collect-notes.ts';
import type { CollectedBucket, FoundBlob } from '../ports/collected-bucket.ts';
import type { ReportDraft } from './report.ts';

/** Where a batch is deleted, and what is noted of it. */
export interface DeleteContext {
  readonly bucket: CollectedBucket;
  /** Absent where the bucket keeps no versions. */
  readonly notes: CollectNotes | undefined;
  readonly plan: string;
  /** Epoch ms of the apply. */
  readonly now: number;
  readonly report: ReportDraft;
}

/**
 * Deletes blobs and puts into the report what became of them. The marks that hide them are noted; before, that they are
 * about to go: a crash in between is undone too.
 * @param since epoch ms by the server's clock, before
 * @returns why the rest of the plan must not be tried: nothing could be deleted; undefined: go on
 */
export async function deleteBatch(
  { bucket, notes, plan, now, report }: DeleteContext,
  goes: readonly FoundBlob[],
  since: number,
  signal?: AbortSignal,
): Promise<CacheError | undefined> {
  const { location } = bucket;
  const digests = goes.map(({ digest }) => digest);
  const sizes = new Map<string, number>(goes.map(({ digest, size }) => [digest, size]));
  const noted = (digest: Digest, version?: string): NotedRemoval => ({
    digest,
    bytes: sizes.get(digest) ?? 0,
    since,
    version,
  });
  notes?.noteRemovals(
    location,
    plan,
    now,
    digests.map((digest) => noted(digest)),
  );
  let removals: Awaited<ReturnType<CollectedBucket['remove']>>;
  try {
    removals = await bucket.remove(digests, signal);
  } catch (error) {
    if (!isCacheError(error) || error.code === 'CANCELLED') throw error;
    await reportUnknown(bucket, goes, report, error, signal);
    return error;
  }
  const deleted = removals.filter(({ refused }) => refused === undefined);
  const refused = removals.flatMap(({ digest, refused: why }) => (why ? [{ digest, why }] : []));
  for (const { digest } of deleted) report.goes(digest, sizes.get(digest) ?? 0);
  for (const { digest, why } of refused) report.stays(digest, 'refused', why.message);
  if (notes) {
    const marked = deleted.filter(({ version }) => version !== undefined);
    notes.noteRemovals(
      location,
      plan,
      now,
      marked.map(({ digest, version }) => noted(digest, version)),
    );
    const unmarked = removals.filter(({ version }) => version === undefined);
    notes.forgetRemovals(
      location,
      plan,
      unmarked.map(({ digest }) => digest),
    );
  }
  const [first] = refused;
  return deleted.length === 0 && first ? CacheError.fromData(first.why) : undefined;
}

/** After a failure in the middle: what is not there any more has gone, as far as anybody can tell. */
async function reportUnknown(
  bucket: CollectedBucket,
  goes: readonly FoundBlob[],
  report: ReportDraft,
  error: CacheError,
  signal: AbortSignal | undefined,
): Promise<void> {
  const digests = goes.map(({ digest }) => digest);
  const there = await bucket.look(digests, signal).catch(() => undefined);
  for (const { digest, size } of goes) {
    if (there && !there.has(digest)) report.goes(digest, size);
    else report.stays(digest, 'refused', error.message);
  }
}

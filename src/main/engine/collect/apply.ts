import { type CacheErrorData, isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { CollectReport } from '../../../shared/model/collect.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { CollectNotes } from '../ports/collect-notes.ts';
import type { CollectedBucket, FoundBlob } from '../ports/collected-bucket.ts';
import { deleteBatch } from './delete-batch.ts';
import { fateNow } from './fate.ts';
import type { KeptPlan } from './kept-plan.ts';
import { createReport, type ReportDraft } from './report.ts';
import { createSecondLook, type SecondLook } from './second-look.ts';
import { bringBack } from './undo.ts';

/** What one request to delete takes. */
const COLLECT_BATCH = 1000;

/** What applying a plan needs. */
export interface ApplyOptions {
  readonly bucket: CollectedBucket;
  readonly plan: KeptPlan;
  readonly notes: CollectNotes;
  /** Epoch ms. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  readonly log?: ((text: string) => void) | undefined;
  /** Blobs of a batch, for tests with few. */
  readonly batchSize?: number;
}

/**
 * Deletes what a plan says, in batches of 1,000. Right before each, manifests that came or changed since the plan are read,
 * and what they need stays; so does a blob that was written or renewed since. A manifest that cannot be read ends it before
 * the batch. Heeds the signal between two batches.
 * @throws why a manifest cannot be read while nothing was deleted yet, `CANCELLED`;
 *   later failures are in the report, as `stopped`
 */
export async function applyCollect(options: ApplyOptions): Promise<CollectReport> {
  const { bucket, plan, notes, now, signal, onProgress, log = () => {}, batchSize = COLLECT_BATCH } = options;
  const { plan: name, olderThanMs, undo } = plan.plan;
  const lines = plan.goes.slice(0, plan.goes.length).sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const report = createReport(name);
  const second = createSecondLook(bucket, plan.looks);
  const context = { bucket, notes: undo === 'none' ? undefined : notes, plan: name, now, report };
  let stopped: CacheErrorData | undefined;
  let tried = 0;
  try {
    while (tried < lines.length && !stopped) {
      throwIfAborted(signal);
      onProgress?.({ phase: 'Deleting', done: tried, total: lines.length, unit: 'blobs' });
      const batch = lines.slice(tried, tried + batchSize);
      await second.readManifests(signal);
      const judged = await judge(batch, olderThanMs, { bucket, second, signal });
      for (const { digest, reason } of judged.stays) report.stays(digest, reason);
      const before = report.removed.size;
      if (judged.goes.length > 0) stopped = (await deleteBatch(context, judged.goes, judged.now, signal))?.toJSON();
      tried += batch.length;
      log(`${report.removed.size - before} of ${batch.length} blobs deleted, ${tried} of ${lines.length} tried`);
    }
    await second.readManifests(signal);
  } catch (error) {
    if (tried === 0 || !isCacheError(error) || error.code === 'CANCELLED') throw error;
    stopped ??= error.toJSON();
  }
  for (const { digest } of lines.slice(tried)) report.stays(digest, 'not-tried');
  const lost = await giveBack(options, report, second);
  const canUndo = notes.batches(bucket.location).some((batch) => batch.plan === name);
  return report.finish({ changedManifests: [...second.changed()], lost, canUndo, ...(stopped ? { stopped } : {}) });
}

/** Sorts a batch into what goes, and what stays and why. */
async function judge(
  batch: readonly FoundBlob[],
  olderThanMs: number,
  around: { bucket: CollectedBucket; second: SecondLook; signal: AbortSignal | undefined },
) {
  const { bucket, second, signal } = around;
  const digests = batch.map(({ digest }) => digest);
  const looks = await bucket.look(digests, signal);
  const now = await bucket.now();
  const judged = batch.map((blob) => {
    const { digest, modifiedAt } = blob;
    const look = { isNeeded: second.needs(digest), modifiedAt: looks.get(digest)?.modifiedAt };
    return { blob, fate: fateNow({ modifiedAt, olderThanMs }, look, now) };
  });
  return {
    now,
    goes: judged.flatMap(({ blob, fate }) => (fate === 'goes' ? [blob] : [])),
    stays: judged.flatMap(({ blob: { digest }, fate }) => (fate === 'goes' ? [] : [{ digest, reason: fate }])),
  };
}

/**
 * What went right before a manifest began to need it: an export found it there, and wrote its manifest after the look. Where
 * the bucket keeps versions it comes back at once; else the report says which manifest must be exported again.
 */
async function giveBack(
  options: ApplyOptions,
  report: ReportDraft,
  second: SecondLook,
): Promise<CollectReport['lost']> {
  const { bucket, notes, plan, log = () => {} } = options;
  const lost: CollectReport['lost'] = [];
  for (const [manifest, numbers] of second.needers(report.removed)) {
    const digests = [...numbers].map((number) => report.removed.at(number));
    const there = await bucket.look(digests.sort());
    const gone = digests.filter((digest) => !there.has(digest));
    if (gone.length === 0) continue;
    const back = plan.plan.undo === 'none' ? 0 : await bringBack(bucket, notes, plan.plan.plan, new Set(gone));
    lost.push({ manifest, blobs: gone.length, areBack: back === gone.length });
    log(`${manifest} needs ${gone.length} blobs that had just gone; ${back} are back`);
  }
  return lost;
}

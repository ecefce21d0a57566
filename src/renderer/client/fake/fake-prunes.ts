import { implement } from '@orpc/server';
import { CacheError } from '../../../shared/base/errors.ts';
import { contract } from '../../../shared/contract/index.ts';
import type { TrashBatch } from '../../../shared/model/plan.ts';
import type { createFakeJobs } from './fake-jobs.ts';
import { type FakePlan, planFakePrune } from './fake-prune.ts';
import type { FakeSource } from './fake-sources.ts';
import type { FakeRecord } from './records.ts';

const os = implement(contract.prune);

/** What pruning needs of the fake engine. */
interface FakePruneParts {
  entry(sourceId: string): FakeSource;
  changeRecords(sourceId: string, records: readonly FakeRecord[]): void;
  readonly jobs: ReturnType<typeof createFakeJobs>;
}

/** `prune` of the contract: plans and trash are kept for as long as the window lives. */
export function createFakePrunes({ entry, changeRecords, jobs }: FakePruneParts) {
  const plans = new Map<string, FakePlan>();
  const trash = new Map<string, { readonly batch: TrashBatch; readonly before: readonly FakeRecord[] }[]>();
  let made = 0;
  return {
    plan: os.plan.handler(({ input }) => {
      made += 1;
      const plan = planFakePrune(input.sourceId, `plan-${made}`, entry(input.sourceId).records, input.policy);
      plans.set(plan.plan.plan, plan);
      return plan.plan;
    }),
    get: os.get.handler(({ input }) => planOf(plans, input.plan).plan),
    items: os.items.handler(({ input }) => {
      const items = planOf(plans, input.plan)[input.what];
      return { items: items.slice(input.offset, input.offset + input.limit), total: items.length };
    }),
    blobs: os.blobs.handler(({ input }) => {
      const { kept } = planOf(plans, input.plan);
      const staying = new Set(kept.flatMap((record) => record.chain.map(({ digest }) => digest)));
      const all = new Set(entry(input.sourceId).records.flatMap((record) => record.chain.map(({ digest }) => digest)));
      const digests = [...all].filter((digest) => !staying.has(digest)).sort();
      return { digests: digests.slice(input.offset, input.offset + input.limit), total: digests.length };
    }),
    apply: os.apply.handler(({ input }) => {
      const { plan, kept, goes } = planOf(plans, input.plan);
      const { source, records } = entry(input.sourceId);
      if (source.can.prune !== 'here')
        throw new CacheError('ACCESS_DENIED', 'This source is read-only.', { subject: source.location });
      return {
        jobId: jobs.start({
          kind: 'prune',
          title: `Prune ${source.name}`,
          sourceId: source.id,
          unit: 'records',
          total: goes.length,
          result: () => {
            const { records: gone, blobs, bytes } = plan.goes;
            const batch: TrashBatch = { plan: plan.plan, cause: 'prune', at: Date.now(), records: gone, blobs, bytes };
            trash.set(source.id, [{ batch, before: records }, ...(trash.get(source.id) ?? [])]);
            plans.set(plan.plan, { ...planOf(plans, plan.plan), plan: { ...plan, applied: true } });
            changeRecords(source.id, kept);
            const report = {
              plan: plan.plan,
              removedRecords: gone,
              removedBlobs: blobs,
              freedBytes: bytes,
              skipped: [],
            };
            return { kind: 'prune', report };
          },
        }),
      };
    }),
    undo: os.undo.handler(({ input }) => {
      const batches = trash.get(input.sourceId) ?? [];
      const found = batches.find((one) => input.plan === undefined || one.batch.plan === input.plan);
      if (!found) throw new CacheError('NOT_FOUND', 'Nothing is left to undo.', { hint: 'The trash is empty.' });
      return {
        jobId: jobs.start({
          kind: 'undo',
          title: 'Undo prune',
          sourceId: input.sourceId,
          unit: 'records',
          total: found.batch.records,
          result: () => {
            const { plan, records, blobs } = found.batch;
            trash.set(
              input.sourceId,
              (trash.get(input.sourceId) ?? []).filter((one) => one !== found),
            );
            changeRecords(input.sourceId, found.before);
            return { kind: 'undo', plan, restoredRecords: records, restoredBlobs: blobs };
          },
        }),
      };
    }),
    trash: os.trash.handler(({ input }) => (trash.get(input.sourceId) ?? []).map((one) => one.batch)),
    emptyTrash: os.emptyTrash.handler(({ input }) => {
      const batches = (trash.get(input.sourceId) ?? []).map((one) => one.batch);
      const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
      const blobs = batches.reduce((sum, batch) => sum + batch.blobs, 0);
      return {
        jobId: jobs.start({
          kind: 'empty-trash',
          title: 'Empty trash',
          sourceId: input.sourceId,
          unit: 'blobs',
          total: Math.max(1, blobs),
          result: () => {
            trash.delete(input.sourceId);
            return { kind: 'empty-trash', blobs, bytes };
          },
        }),
      };
    }),
  };
}

function planOf(plans: ReadonlyMap<string, FakePlan>, plan: string): FakePlan {
  const found = plans.get(plan);
  if (found) return found;
  throw new CacheError('NOT_FOUND', 'There is no such plan.', { subject: plan, hint: 'A plan is kept for 24 hours.' });
}

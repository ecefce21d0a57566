import { CacheError } from '../../../shared/base/errors.ts';
import { COLLECT_AGE_MS, type CollectPlan, TOUCH_AFTER_MS } from '../../../shared/model/collect.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { Implementer } from '../implementer.ts';
import type { Clock } from '../ports/clock.ts';
import type { CollectNotes } from '../ports/collect-notes.ts';
import type { CollectedBucket } from '../ports/collected-bucket.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { applyCollect } from './apply.ts';
import { createPlanner } from './planner.ts';
import { findRenewal, touchRenewal } from './touch.ts';
import { undoCollect } from './undo.ts';

/** What collection needs of the engine. */
export interface CollectEngine {
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly sources: SourceRegistry;
  readonly collectNotes: CollectNotes;
}

/** `collect` of the contract. */
export function createCollectHandlers(os: Implementer['collect'], engine: CollectEngine) {
  const { clock, jobs, sources, collectNotes: notes } = engine;
  const planner = createPlanner(notes);

  const bucketOf = async (sourceId: string, signal?: AbortSignal): Promise<CollectedBucket> => {
    const { collect } = await sources.cacheSource(sourceId, signal);
    if (collect) return collect;
    throw new CacheError('INVALID_INPUT', 'Only a cache in a bucket can be collected.', {
      subject: sources.get(sourceId).location,
      hint: 'A managed store is pruned instead.',
    });
  };
  const show = (source: Source, plan: CollectPlan): CollectPlan => {
    const applied = notes.batches(source.location).some((batch) => batch.plan === plan.plan);
    return { ...plan, sourceId: source.id, applied };
  };
  /** Whatever the end, the catalog is brought up to date. */
  const changing = async <T>(sourceId: string, signal: AbortSignal, work: (bucket: CollectedBucket) => Promise<T>) => {
    try {
      return await work(await bucketOf(sourceId, signal));
    } finally {
      await sources.refresh(sourceId, signal.aborted ? undefined : signal);
    }
  };

  return {
    plan: os.plan.handler(async ({ input: { sourceId, olderThanMs = COLLECT_AGE_MS }, signal }) => {
      const bucket = await bucketOf(sourceId, signal);
      return planner.make({ bucket, sourceId, olderThanMs, now: clock.now(), signal });
    }),
    get: os.get.handler(({ input: { sourceId, plan } }) => {
      const source = sources.get(sourceId);
      return show(source, planner.get(source.location, plan, clock.now()).plan);
    }),
    items: os.items.handler(({ input: { sourceId, plan, offset, limit } }) => {
      const { goes } = planner.get(sources.get(sourceId).location, plan, clock.now());
      const items = goes.slice(offset, offset + limit);
      return {
        items: items.map(({ digest, size, modifiedAt }) => ({ digest, bytes: size, modifiedAt })),
        total: goes.length,
      };
    }),
    apply: os.apply.handler(({ input: { sourceId, plan } }) => {
      const { location } = sources.get(sourceId);
      const kept = planner.get(location, plan, clock.now());
      const jobId = jobs.start({
        kind: 'collect',
        title: `Delete what no manifest needs from ${location}`,
        sourceId,
        mutates: location,
        run: ({ signal, progress, log }) =>
          changing(sourceId, signal, async (bucket) => {
            log(`plan ${plan}`);
            const now = clock.now();
            const report = await applyCollect({ bucket, plan: kept, notes, now, signal, onProgress: progress, log });
            for (const { digest, reason } of report.examples) log(`stayed: ${digest}: ${reason}`);
            return { kind: 'collect' as const, report };
          }),
      });
      return { jobId };
    }),
    undo: os.undo.handler(({ input: { sourceId, plan } }) => {
      const { location } = sources.get(sourceId);
      const jobId = jobs.start({
        kind: 'undo',
        title: `Undo a deletion from ${location}`,
        sourceId,
        mutates: location,
        run: ({ signal, progress, log }) =>
          changing(sourceId, signal, async (bucket) => {
            const restored = await undoCollect(bucket, notes, plan, {
              signal,
              onProgress: (done, total) => progress({ phase: 'Bringing back', done, total, unit: 'blobs' }),
            });
            for (const digest of restored.lost) log(`its versions are gone: ${digest}`);
            return {
              kind: 'undo' as const,
              plan: restored.plan,
              restoredRecords: 0,
              restoredBlobs: restored.blobs,
              lostBlobs: restored.lost.length,
            };
          }),
      });
      return { jobId };
    }),
    renewal: os.renewal.handler(async ({ input: { sourceId, olderThanMs = TOUCH_AFTER_MS }, signal }) => {
      const { preview } = await findRenewal(await bucketOf(sourceId, signal), olderThanMs, signal);
      return preview;
    }),
    touch: os.touch.handler(({ input: { sourceId, olderThanMs = TOUCH_AFTER_MS } }) => {
      const { location } = sources.get(sourceId);
      const jobId = jobs.start({
        kind: 'touch',
        title: `Renew what manifests need in ${location}`,
        sourceId,
        mutates: location,
        run: ({ signal, progress }) =>
          changing(sourceId, signal, async (bucket) => {
            progress({ phase: 'Listing', done: 0, unit: 'blobs' });
            const renewal = await findRenewal(bucket, olderThanMs, signal);
            const report = await touchRenewal(bucket, renewal, { signal, onProgress: progress });
            return { kind: 'touch' as const, report };
          }),
      });
      return { jobId };
    }),
    undoable: os.undoable.handler(({ input: { sourceId } }) => [...notes.batches(sources.get(sourceId).location)]),
  };
}

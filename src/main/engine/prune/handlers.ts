import { CacheError } from '../../../shared/base/errors.ts';
import type { PlanItem, PrunePlan } from '../../../shared/model/plan.ts';
import type { Source } from '../../../shared/model/source.ts';
import { numbersOf } from '../catalog/find-record.ts';
import type { Implementer } from '../implementer.ts';
import type { Clock } from '../ports/clock.ts';
import type { DiskUse } from '../ports/disk-use.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { ManagedStore, StoreOpener, StoreView } from '../ports/managed-store.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { waiting } from '../store/waiting.ts';
import { applyPlan } from './apply.ts';
import { type KeptPlan, planItem } from './kept-plan.ts';
import { createPlanner } from './planner.ts';
import { undoPlan } from './undo.ts';

/** What pruning needs of the engine. */
export interface PruneEngine {
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly sources: SourceRegistry;
  readonly stores: Pick<StoreOpener, 'openStore' | 'viewStore'>;
  readonly disk: Pick<DiskUse, 'space'>;
}

/** `prune` of the contract. */
export function createPruneHandlers(os: Implementer['prune'], { clock, jobs, sources, stores, disk }: PruneEngine) {
  const planner = createPlanner(clock);

  /** The store behind a source; undefined for a source that can only be planned for. */
  const storeOf = (source: Source): Promise<StoreView> | undefined =>
    source.can.prune === 'here' ? stores.viewStore(source.location) : undefined;
  const prunable = (sourceId: string): Source => {
    const source = sources.get(sourceId);
    if (source.can.prune === 'here') return source;
    throw new CacheError('INVALID_INPUT', 'Only a managed store can be pruned.', {
      subject: source.location,
      hint: 'Import it into a store first.',
    });
  };
  const find = async (sourceId: string, plan: string): Promise<{ kept: KeptPlan; store: StoreView | undefined }> => {
    const store = await storeOf(sources.get(sourceId));
    return { kept: await planner.get(plan, sourceId, store), store };
  };
  const show = async ({ plan }: KeptPlan, store: StoreView | undefined): Promise<PrunePlan> => {
    const applied = (await store?.trash())?.some((batch) => batch.plan === plan.plan) ?? false;
    return { ...plan, applied };
  };
  /** Lines with what is known of their records now: after a prune, those that are gone keep only their ids. */
  const withNames = async (items: PlanItem[], sourceId: string, signal?: AbortSignal): Promise<PlanItem[]> => {
    const ids = items.filter(({ kind }) => kind !== 'blob').map(({ id }) => id);
    const mentions = await sources.query(sourceId, signal, async (catalog) =>
      catalog.mentions(await numbersOf(catalog, ids)),
    );
    const byId = new Map(mentions.map((mention) => [mention.id, mention]));
    return items.map((item) => {
      const { kind, name, stage } = byId.get(item.id) ?? {};
      return { ...item, recordKind: kind, name, stage };
    });
  };
  /** Whatever the end, the catalog is brought up to date. */
  const changing = async <T>(source: Source, signal: AbortSignal, work: (store: ManagedStore) => Promise<T>) => {
    const store = await stores.openStore(source.location);
    try {
      return await work(store);
    } finally {
      await sources.refresh(source.id, signal.aborted ? undefined : signal);
    }
  };

  return {
    plan: os.plan.handler(async ({ input: { sourceId, policy, keep }, signal }) => {
      refuseUnplanned(sources.get(sourceId));
      const store = await storeOf(sources.get(sourceId));
      const source = await sources.cacheSource(sourceId, signal);
      const read = () => source.read(signal ? { signal } : {});
      const space = () => disk.space(source.location);
      return show(await planner.make({ sourceId, policy, store, keep, source, read, space, signal }), store);
    }),
    get: os.get.handler(async ({ input: { sourceId, plan } }) => {
      const { kept, store } = await find(sourceId, plan);
      return show(kept, store);
    }),
    items: os.items.handler(async ({ input: { sourceId, plan, what, offset, limit }, signal }) => {
      const { kept } = await find(sourceId, plan);
      const items = kept[what].slice(offset, offset + limit).map((line) => planItem(line, kept));
      return { items: await withNames(items, sourceId, signal), total: kept[what].length };
    }),
    blobs: os.blobs.handler(async ({ input: { sourceId, plan, offset, limit } }) => {
      const { blobs } = (await find(sourceId, plan)).kept;
      return { digests: blobs.slice(offset, offset + limit), total: blobs.length };
    }),
    apply: os.apply.handler(async ({ input: { sourceId, plan } }) => {
      const source = prunable(sourceId);
      const { kept, store: view } = await find(sourceId, plan);
      // The window makes plans that it does not keep; one that was applied can be looked at for a day.
      if (view) await planner.keep(kept, view);
      const jobId = jobs.start({
        kind: 'prune',
        title: `Prune ${source.location}`,
        sourceId,
        mutates: source.location,
        run: ({ signal, progress, log }) =>
          changing(source, signal, async (store) => {
            log(`plan ${plan}`);
            const cacheSource = await sources.cacheSource(sourceId, signal);
            const report = await applyPlan({
              store,
              source: cacheSource,
              plan: kept,
              now: clock.now(),
              signal,
              onProgress: progress,
            });
            for (const { id, reason } of report.skipped) log(`left alone: ${id}: ${reason}`);
            return { kind: 'prune' as const, report };
          }),
      });
      return { jobId };
    }),
    undo: os.undo.handler(({ input: { sourceId, plan } }) => {
      const source = prunable(sourceId);
      const jobId = jobs.start({
        kind: 'undo',
        title: `Undo a change of ${source.location}`,
        sourceId,
        mutates: source.location,
        run: ({ signal, progress, log }) =>
          changing(source, signal, async (store) => {
            const restored = await undoPlan(store, plan, {
              signal,
              onWait: waiting(progress),
              onProgress: (done, total) => progress({ phase: 'Bringing back', done, total, unit: 'blobs' }),
            });
            for (const { ref, as } of restored.beside) log(`${as}: what was ${ref}, which another cache is now`);
            return {
              kind: 'undo' as const,
              plan: restored.plan,
              restoredRecords: restored.records,
              restoredBlobs: restored.blobs,
              beside: [...restored.beside],
            };
          }),
      });
      return { jobId };
    }),
    trash: os.trash.handler(async ({ input: { sourceId } }) => {
      const store = await storeOf(sources.get(sourceId));
      return [...((await store?.trash()) ?? [])];
    }),
    emptyTrash: os.emptyTrash.handler(({ input: { sourceId } }) => {
      const source = prunable(sourceId);
      const jobId = jobs.start({
        kind: 'empty-trash',
        title: `Empty the trash of ${source.location}`,
        sourceId,
        mutates: source.location,
        async run({ signal, progress, log }) {
          const store = await stores.openStore(source.location);
          const onProgress = (done: number, total: number) =>
            progress({ phase: 'Deleting', done, total, unit: 'blobs' });
          const { blobs, bytes, leftAlone } = await store.exclusive(
            (session) => session.emptyTrash({ signal, onProgress }),
            {
              signal,
              onWait: waiting(progress),
            },
          );
          for (const folder of leftAlone) log(`left alone: ${folder} holds something else than blobs of the trash`);
          return { kind: 'empty-trash' as const, blobs, bytes, leftAlone: [...leftAlone] };
        },
      });
      return { jobId };
    }),
  };
}

/** A daemon prunes by rules of its own: a plan by ours would be wrong about its disk. @throws `INVALID_INPUT` */
function refuseUnplanned({ can, location }: Source): void {
  if (can.plan) return;
  throw new CacheError('INVALID_INPUT', 'What a daemon would prune of its own records cannot be planned yet.', {
    subject: location,
    hint: 'Prune there with buildctl prune; or import its cache into a store, and prune that.',
  });
}

import { CacheError } from '../../../shared/base/errors.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import type { Implementer } from '../implementer.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { CacheTarget, TargetOpener } from '../ports/cache-target.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { LockOptions, StoreOpener } from '../ports/managed-store.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import type { Staging } from '../ports/staging.ts';
import { waiting } from '../store/waiting.ts';
import { createLayoutTarget } from './layout-target.ts';
import { openOrCreateStore } from './open-target.ts';
import { previewTransfer } from './preview.ts';
import { transferCaches } from './transfer.ts';

/** What transfers need of the engine. */
export interface TransferEngine {
  readonly jobs: Jobs;
  readonly sources: SourceRegistry;
  /** What an import writes to. */
  readonly stores: StoreOpener;
  /** What an export writes to. */
  readonly targets: TargetOpener;
  readonly staging: Staging;
  readonly blobInfo: BIC;
}

/** `transfer` of the contract. */
export function createTransferHandlers(os: Implementer['transfer'], engine: TransferEngine) {
  const { jobs, sources, stores, targets, staging, blobInfo } = engine;
  /** @throws `INVALID_INPUT` when a source would be written to itself */
  const locate = async (sourceId: string, to: string, places: Pick<TargetOpener, 'locate'>): Promise<string> => {
    const { location } = sources.get(sourceId);
    const target = await places.locate(to);
    if (target !== location) return target;
    throw new CacheError('INVALID_INPUT', 'This is the source itself.', {
      subject: to,
      hint: 'Choose another place.',
    });
  };

  /** Starts the job; whoever has the target open sees what came in. */
  const start = async (
    kind: 'import' | 'export',
    { sourceId, to, options }: { sourceId: string; to: string; options: TransferOptions },
    openTarget: (
      path: string,
      source: CacheSource,
      options: LockOptions & { readonly signal: AbortSignal },
    ) => Promise<CacheTarget>,
  ) => {
    const target = await locate(sourceId, to, kind === 'import' ? stores : targets);
    const { location } = sources.get(sourceId);
    const jobId = jobs.start({
      kind,
      title: kind === 'import' ? `Import ${location} to ${target}` : `Export ${location} to ${target}`,
      sourceId,
      mutates: target,
      async run({ signal, progress, log }) {
        const places = new Set([target]);
        try {
          const source = await sources.cacheSource(sourceId, signal);
          const report = await transferCaches({
            source,
            openTarget: () => openTarget(target, source, { signal, onWait: waiting(progress) }),
            // A repository is no source, but each cache that goes there may be listed as one.
            onSwitched: (location) => places.add(location),
            options,
            blobInfo,
            staging,
            signal,
            onProgress: progress,
            log,
          });
          return { kind, report };
        } finally {
          for (const place of places) {
            const listed = sources.findByLocation(place);
            if (listed) await sources.refresh(listed.id, signal.aborted ? undefined : signal);
          }
        }
      },
    });
    return { jobId };
  };

  return {
    preview: os.preview.handler(async ({ input: { sourceId, to, options }, signal }) => {
      const target = await targets.open(await locate(sourceId, to, targets), { create: false });
      return previewTransfer(
        await sources.snapshot(sourceId, signal),
        target,
        options,
        sources.get(sourceId).location,
        signal,
      );
    }),
    import: os.import.handler(({ input }) =>
      start('import', input, async (path, source, options) => {
        const store = await openOrCreateStore(stores, path);
        await store.keepNames((await source.names?.(options.signal)) ?? new Map(), options);
        return createLayoutTarget(store);
      }),
    ),
    export: os.export.handler(({ input }) => start('export', input, (to) => openOrCreate(targets, to))),
  };
}

async function openOrCreate(targets: TargetOpener, to: string): Promise<CacheTarget> {
  const target = await targets.open(to, { create: true });
  if (target) return target;
  throw new CacheError('INTERNAL', 'a target that was to be created');
}

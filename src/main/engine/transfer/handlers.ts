import { CacheError } from '../../../shared/base/errors.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import type { Implementer } from '../implementer.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { CacheTarget, TargetOpener } from '../ports/cache-target.ts';
import type { Clock } from '../ports/clock.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { LockOptions, StoreOpener } from '../ports/managed-store.ts';
import type { SourceOpener } from '../ports/source-opener.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import type { Staging } from '../ports/staging.ts';
import { waiting } from '../store/waiting.ts';
import { joinSources } from './joined-source.ts';
import { createLayoutTarget } from './layout-target.ts';
import { openOrCreateStore } from './open-target.ts';
import { previewTransfer } from './preview.ts';
import type { Merging, TransferSource } from './run.ts';
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
  /** Opens what a reference holds that is added to. */
  readonly opener: SourceOpener;
  readonly clock: Clock;
}

/** Sources and a target, as the contract names them. */
interface TransferInput {
  readonly sourceId: string;
  readonly joined: readonly string[];
  readonly to: string;
  readonly options: TransferOptions;
}

/** `transfer` of the contract. */
export function createTransferHandlers(os: Implementer['transfer'], engine: TransferEngine) {
  const { jobs, sources, stores, targets, staging, blobInfo, opener, clock } = engine;
  const merging: Merging = { openPlace: (location, signal) => opener.open(location, signal), clock };
  /** @throws `INVALID_INPUT` when a source would be written to itself */
  const locate = async (
    { sourceId, joined, to }: TransferInput,
    places: Pick<TargetOpener, 'locate'>,
  ): Promise<string> => {
    const locations = idsOf(sourceId, joined).map((id) => sources.get(id).location);
    const target = await places.locate(to);
    if (!locations.includes(target)) return target;
    throw new CacheError('INVALID_INPUT', 'This is the source itself.', {
      subject: to,
      hint: 'Choose another place.',
    });
  };

  /** Starts the job; whoever has the target open sees what came in. */
  const start = async (
    kind: 'import' | 'export',
    input: TransferInput,
    openTarget: (
      path: string,
      opened: readonly CacheSource[],
      options: LockOptions & { readonly signal: AbortSignal },
    ) => Promise<CacheTarget>,
  ) => {
    const { sourceId, joined, options } = input;
    const target = await locate(input, kind === 'import' ? stores : targets);
    const ids = idsOf(sourceId, joined);
    const location = ids.map((id) => sources.get(id).location).join(', ');
    const jobId = jobs.start({
      kind,
      title: kind === 'import' ? `Import ${location} to ${target}` : `Export ${location} to ${target}`,
      sourceId,
      mutates: target,
      async run({ signal, progress, log }) {
        const places = new Set([target]);
        try {
          const opened: CacheSource[] = [];
          for (const id of ids) opened.push(await sources.cacheSource(id, signal));
          const report = await transferCaches({
            source: asOne(opened, options.ref),
            merging,
            openTarget: () => openTarget(target, opened, { signal, onWait: waiting(progress) }),
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
    preview: os.preview.handler(async ({ input, signal }) => {
      const { sourceId, joined, options } = input;
      const target = await targets.open(await locate(input, targets), { create: false });
      const opened = await Promise.all(idsOf(sourceId, joined).map((id) => sources.cacheSource(id, signal)));
      return previewTransfer({ source: asOne(opened, options.ref), target, options, merging, signal });
    }),
    import: os.import.handler(({ input }) =>
      start('import', input, async (path, opened, options) => {
        const store = await openOrCreateStore(stores, path);
        for (const source of opened) {
          await store.keepNames((await source.names?.(options.signal)) ?? new Map(), options);
        }
        return createLayoutTarget(store);
      }),
    ),
    export: os.export.handler(({ input }) => start('export', input, (to) => openOrCreate(targets, to))),
  };
}

function idsOf(sourceId: string, joined: readonly string[]): string[] {
  return [...new Set([sourceId, ...joined])];
}

/** One source as it is; several as one whose caches are joined. */
function asOne(opened: readonly CacheSource[], ref: string | undefined): TransferSource {
  const [only, ...others] = opened;
  return only && others.length === 0 ? only : joinSources(opened, ref);
}

async function openOrCreate(targets: TargetOpener, to: string): Promise<CacheTarget> {
  const target = await targets.open(to, { create: true });
  if (target) return target;
  throw new CacheError('INTERNAL', 'a target that was to be created');
}

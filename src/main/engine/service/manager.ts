import { CacheError, cancelled, isCacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { CacheKeyStorage } from '../ports/cache-key-storage.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import type { Clock } from '../ports/clock.ts';
import type { LayerStore } from '../ports/layer-store.ts';
import { createCacheManager } from '../solver/cache-manager.ts';
import { createCombinedCacheManager } from '../solver/combined-cache-manager.ts';
import type { CacheManager } from '../solver/types.ts';
import { createTurns } from '../streams/turns.ts';
import { nextTryMs } from './back-off.ts';
import type { CacheService, ServiceConnector, ServiceCredentials } from './cache-service.ts';
import { type ExportReport, exportRound } from './export-round.ts';
import { type ImportedCache, importRound, managerOf } from './import-round.ts';
import type { SyncedCache, Worker } from './synced-cache.ts';
import type { Config, S3LayerStoreConfig } from './types.ts';

/** What a manager is made from. The first four are those of Dagger's `ManagerConfig`. */
export interface ManagerConfig {
  readonly keyStore: CacheKeyStorage;
  readonly resultStore: CacheResultStorage;
  readonly worker: Worker;
  readonly serviceURL: string;
  readonly credentials?: ServiceCredentials | undefined;
  readonly connect: ServiceConnector;
  /** Opens the bucket that the service names. */
  readonly openLayers: (config: S3LayerStoreConfig) => LayerStore;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random?: (() => number) | undefined;
  /** For a cache that others write to: what it is now. Asked before each export. */
  readonly refresh?: ((signal?: AbortSignal) => Promise<SyncedCache>) | undefined;
  /** Called after each import with what came, before it is used. */
  readonly onImport?:
    | ((imported: ImportedCache, layers: LayerStore, signal?: AbortSignal) => Promise<void>)
    | undefined;
  readonly onEvent?: ((event: ManagerEvent) => void) | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How often a manager does what, in milliseconds. */
export type Periods = Pick<Config, 'importPeriodMs' | 'exportPeriodMs' | 'exportTimeoutMs'>;

/** What a manager did or could not do. */
export type ManagerEvent =
  | { readonly kind: 'started'; readonly what: Round }
  | { readonly kind: 'step'; readonly text: string }
  | { readonly kind: 'exported'; readonly report: ExportReport; readonly ms: number }
  | { readonly kind: 'imported'; readonly records: number; readonly ms: number }
  | {
      readonly kind: 'failed';
      readonly what: Round;
      readonly error: CacheError;
      /** Failures one after the other, this one included. */
      readonly failures: number;
    }
  | { readonly kind: 'waiting'; readonly what: Round; readonly untilMs: number };

/** The two things that a manager does again and again. */
export type Round = 'export' | 'import';

/** A cache manager over a local cache and that of a service, which it keeps in step. */
export interface Manager extends CacheManager {
  readonly config: Config;
  periods(): Periods;
  /** From the next wait on. @throws `INVALID_INPUT` for a period that is not above 0 */
  setPeriods(periods: Partial<Periods>): void;
  /** Reports, pushes and tells, once. @throws as `CacheService` and `LayerStore`; `UNAVAILABLE` after the timeout */
  exportCache(signal?: AbortSignal): Promise<ExportReport>;
  /** Takes over what the service has now, in one step. @throws as `importRound`; what was imported before stays then */
  importCache(signal?: AbortSignal): Promise<ImportedCache>;
  /** Exports and imports on their periods until `close`. Failures are events, and the next try comes later each time. */
  run(): void;
  /** Does a waiting round now. */
  hurry(what: Round): void;
  /**
   * Ends the rounds: an import at once, an export by one last export within its timeout.
   * @throws why the last export failed, when all else is over
   */
  close(signal?: AbortSignal): Promise<void>;
  /** Lets go of the service without another word. */
  disconnect(): Promise<void>;
}

/** An import may take this long. */
const IMPORT_TIMEOUT_MS = 10 * 60_000;

/** Connects to a service and asks how it wants to be used. @throws as `CacheService` */
export async function createManager(config: ManagerConfig): Promise<Manager> {
  const { clock, random = Math.random, onEvent, onBytes } = config;
  const service = await config.connect(config.serviceURL, config.credentials);
  let answer: Config;
  try {
    answer = await service.getConfig({ cacheMountIDs: [] }, { signal: config.signal });
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
  const layers = answer.s3 ? config.openLayers(answer.s3) : service.layers;
  const turns = createTurns();
  const closing = new AbortController();
  const hurries: Record<Round, AbortController> = { export: new AbortController(), import: new AbortController() };
  let local: SyncedCache = config;
  let imported: CacheManager | undefined;
  let combined = combine();
  let periods: Periods = answer;
  let loops: Promise<unknown> = Promise.resolve();

  function combine(): CacheManager {
    const own = createCacheManager({ id: 'local', keys: local.keyStore, results: local.resultStore });
    const others = imported ? [imported] : [];
    return local.keyStore.writable
      ? createCombinedCacheManager(others, own)
      : createCombinedCacheManager([own, ...others]);
  }

  const exportCache = (signal?: AbortSignal): Promise<ExportReport> =>
    turns.take('export', signal, () =>
      within(clock, periods.exportTimeoutMs, service, signal, async (stop) => {
        if (config.refresh) {
          local = await config.refresh(stop);
          combined = combine();
        }
        const onStep = (text: string): void => onEvent?.({ kind: 'step', text });
        return exportRound({ service, layers, cache: local, signal: stop, onStep, onBytes });
      }),
    );
  const importCache = (signal?: AbortSignal): Promise<ImportedCache> =>
    turns.take('import', signal, () =>
      within(clock, IMPORT_TIMEOUT_MS, service, signal, async (stop) => {
        const found = await importRound(service, stop);
        await config.onImport?.(found, layers, stop);
        // Whole or not at all: a build that asks meanwhile sees the one or the other.
        imported = managerOf(found);
        combined = combine();
        return found;
      }),
    );

  /** One round, its end told; why it failed. */
  async function attempt(what: Round, failures: number, signal?: AbortSignal): Promise<CacheError | undefined> {
    const start = clock.now();
    onEvent?.({ kind: 'started', what });
    try {
      if (what === 'export') {
        const report = await exportCache(signal);
        onEvent?.({ kind: 'exported', report, ms: clock.now() - start });
      } else {
        const records = (await importCache(signal)).config.recordDigest.length;
        onEvent?.({ kind: 'imported', records, ms: clock.now() - start });
      }
      return undefined;
    } catch (thrown) {
      const error = toCacheError(thrown);
      if (!signal?.aborted) onEvent?.({ kind: 'failed', what, error, failures: failures + 1 });
      return error;
    }
  }

  async function loop(what: Round): Promise<void> {
    const period = () => (what === 'export' ? periods.exportPeriodMs : periods.importPeriodMs);
    for (let failures = 0; !closing.signal.aborted; ) {
      failures = (await attempt(what, failures, closing.signal)) ? failures + 1 : 0;
      if (closing.signal.aborted) return;
      const ms = nextTryMs(period(), failures, random);
      onEvent?.({ kind: 'waiting', what, untilMs: clock.now() + ms });
      hurries[what] = new AbortController();
      await clock.wait(ms, AbortSignal.any([closing.signal, hurries[what].signal]));
    }
  }

  return {
    config: answer,
    id: () => combined.id(),
    query: (...asked) => combined.query(...asked),
    records: (key) => combined.records(key),
    load: (record, signal) => combined.load(record, signal),
    save: (key, result, createdAt) => combined.save(key, result, createdAt),
    periods: () => periods,
    setPeriods(changed) {
      const next = { ...periods, ...changed };
      if (Object.values(next).some((value) => typeof value === 'number' && !(value > 0))) throw notAPeriod();
      periods = next;
      for (const what of ['export', 'import'] as const) hurries[what].abort();
    },
    exportCache,
    importCache,
    run() {
      loops = Promise.all([loop('export'), loop('import')]);
    },
    hurry: (what) => hurries[what].abort(),
    async close(signal) {
      closing.abort(cancelled());
      await loops;
      const error = await attempt('export', 0, signal);
      await service[Symbol.asyncDispose]();
      if (error) throw error;
    },
    disconnect: async () => service[Symbol.asyncDispose](),
  };
}

/** Runs something with a signal that fires after a time. @throws `UNAVAILABLE` when it did */
async function within<T>(
  clock: Clock,
  ms: number,
  { location }: Pick<CacheService, 'location'>,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  void clock.wait(ms, done.signal).then(() => {
    if (!done.signal.aborted) late.abort();
  });
  try {
    return await work(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
  } catch (error) {
    if (signal?.aborted || !late.signal.aborted || !isCacheError(toCacheError(error), 'CANCELLED')) throw error;
    throw new CacheError('UNAVAILABLE', `It was not done within ${ms / 1000} s.`, {
      subject: location,
      hint: 'The next round goes on where this one ended. Raise the timeout where layers are large.',
    });
  } finally {
    done.abort();
  }
}

function notAPeriod(): CacheError {
  return new CacheError('INVALID_INPUT', 'A period must be longer than nothing.', { subject: 'periods' });
}

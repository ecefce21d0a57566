import { randomBytes } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import type { StartSync } from '../../../shared/contract/service.ts';
import type { Sync } from '../../../shared/model/sync.ts';
import type { Implementer } from '../implementer.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { LayerStore } from '../ports/layer-store.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { createCoalescedStream } from '../streams/coalesced.ts';
import type { ServiceConnector } from './cache-service.ts';
import { createImportedSource } from './imported-source.ts';
import { type RunningSync, startSync } from './sync.ts';
import { createSyncedCache, type SyncedCache } from './synced-cache.ts';
import type { S3LayerStoreConfig } from './types.ts';

/** Changes that come closer together than this travel as one. */
const WATCH_INTERVAL_MS = 200;

/** What syncs need of the engine. */
export interface ServiceEngine {
  readonly clock: Clock;
  readonly sources: SourceRegistry;
  readonly connectService: ServiceConnector;
  readonly openLayers: (config: S3LayerStoreConfig) => LayerStore;
  /** Copies a source into a managed store. */
  readonly importInto: (source: CacheSource, store: string, signal?: AbortSignal) => Promise<void>;
}

/** Handlers of `service`, and what ends all syncs. */
export function createServiceHandlers(os: Implementer['service'], engine: ServiceEngine) {
  const { clock, sources, connectService, openLayers, importInto } = engine;
  const syncs = new Map<string, RunningSync>();
  const inputs = new Map<string, StartSync>();
  const listeners = new Set<() => void>();
  const onChange = (): void => {
    for (const listener of listeners) listener();
  };
  const find = (id: string): RunningSync => {
    const sync = syncs.get(id);
    if (sync) return sync;
    throw new CacheError('NOT_FOUND', 'There is no such sync in this session.', { subject: id });
  };

  const ended = (syncId: string): void => {
    const { state } = find(syncId).status();
    if (state === 'done' || state === 'failed') return;
    throw new CacheError('CONFLICT', 'This sync is still running.', { subject: syncId, hint: 'Stop it first.' });
  };
  /** Starts a sync under an id; one that is over gives way. */
  function begin(syncId: string, input: StartSync): void {
    const { sourceId, url, once, importTo, ...credentials } = input;
    const { location } = sources.get(sourceId);
    let importedDigest: string | undefined;
    const sync = startSync({
      id: syncId,
      source: location,
      sourceId,
      once,
      clock,
      onChange,
      refresh: createRefresh(sources, sourceId),
      manager: {
        serviceURL: url,
        credentials,
        connect: connectService,
        openLayers,
        async onImport(imported, layers, signal) {
          if (importTo === undefined || imported.digest === importedDigest) return;
          if (imported.config.recordDigest.length === 0) return;
          await importInto(createImportedSource(imported, layers, url), importTo, signal);
          importedDigest = imported.digest;
          const listed = sources.findByLocation(importTo);
          if (listed) await sources.refresh(listed.id, signal);
        },
      },
    });
    syncs.set(syncId, sync);
    inputs.set(syncId, input);
    onChange();
  }

  const handlers = {
    watch: os.watch.handler(({ signal }) =>
      createCoalescedStream<Sync[]>({
        intervalMs: WATCH_INTERVAL_MS,
        signal,
        isOver: () => false,
        subscribe(wake) {
          listeners.add(wake);
          return () => listeners.delete(wake);
        },
        take: () => [...syncs.values()].map((sync) => sync.status()),
      }),
    ),
    start: os.start.handler(({ input }) => {
      const syncId = randomBytes(6).toString('hex');
      begin(syncId, input);
      return { syncId };
    }),
    stop: os.stop.handler(async ({ input }) => {
      await find(input.syncId).stop();
      return {};
    }),
    hurry: os.hurry.handler(({ input }) => {
      find(input.syncId).hurry();
      return {};
    }),
    setPeriods: os.setPeriods.handler(({ input }) => {
      const { importPeriodMs, exportPeriodMs, exportTimeoutMs } = input.periods;
      find(input.syncId).setPeriods({
        ...(importPeriodMs === undefined ? {} : { importPeriodMs }),
        ...(exportPeriodMs === undefined ? {} : { exportPeriodMs }),
        ...(exportTimeoutMs === undefined ? {} : { exportTimeoutMs }),
      });
      return {};
    }),
    restart: os.restart.handler(({ input: { syncId } }) => {
      ended(syncId);
      const input = inputs.get(syncId);
      if (input) begin(syncId, input);
      return {};
    }),
    forget: os.forget.handler(({ input }) => {
      ended(input.syncId);
      syncs.delete(input.syncId);
      inputs.delete(input.syncId);
      onChange();
      return {};
    }),
  };
  return {
    handlers,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...syncs.values()].map((sync) => sync.stop()));
    },
  };
}

/** Reads the source again only when its bytes have changed. */
function createRefresh(sources: SourceRegistry, sourceId: string): (signal?: AbortSignal) => Promise<SyncedCache> {
  let known: { readonly fingerprint: string; readonly cache: SyncedCache } | undefined;
  return async (signal) => {
    const source = await sources.cacheSource(sourceId, signal);
    if (known && (await source.fingerprint(signal)) === known.fingerprint) return known.cache;
    const snapshot = await source.read(signal ? { signal } : {});
    known = { fingerprint: snapshot.fingerprint, cache: await createSyncedCache(snapshot, source) };
    return known.cache;
  };
}

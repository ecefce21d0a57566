import { formatBytes, formatCount } from '../../../shared/base/bytes.ts';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { Sync, SyncPeriods, SyncReport, SyncRound } from '../../../shared/model/sync.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExportReport } from './export-round.ts';
import { createManager, type Manager, type ManagerConfig, type ManagerEvent } from './manager.ts';
import type { SyncedCache } from './synced-cache.ts';

/** Lines kept of one sync, the last ones. */
const MOST_LINES = 200;

/** A manager at work, and what is to be said of it. */
export interface RunningSync {
  /** As it is now; replaced whenever something changes, never changed. */
  status(): Sync;
  stop(): Promise<void>;
  hurry(): void;
  /** @throws `INVALID_INPUT`, `CONFLICT` before the service has answered */
  setPeriods(periods: Partial<SyncPeriods>): void;
  /** Resolves when it is over, whatever its end. */
  readonly over: Promise<void>;
}

/** What a sync is started with. `onImport` and the rest are the manager's. */
export interface SyncParts {
  readonly id: string;
  readonly source: string;
  readonly sourceId: string;
  readonly once: boolean;
  readonly clock: Clock;
  /** Reads the source where it has changed. */
  readonly refresh: (signal?: AbortSignal) => Promise<SyncedCache>;
  readonly manager: Pick<ManagerConfig, 'serviceURL' | 'credentials' | 'connect' | 'openLayers' | 'onImport'>;
  readonly onChange: () => void;
}

const NOTHING: SyncReport = {
  asked: 0,
  pushed: 0,
  skipped: 0,
  noBlob: 0,
  bytesPushed: 0,
  bytesSaved: 0,
  importedRecords: 0,
  leftOut: 0,
  warnings: [],
};
const IDLE: SyncRound = { isRunning: false, failures: 0 };

/** Starts a sync. The service is asked at once; whether it answers is in the status. */
export function startSync(parts: SyncParts): RunningSync {
  const { clock, once } = parts;
  const stopping = new AbortController();
  let manager: Manager | undefined;
  let status: Sync = {
    id: parts.id,
    source: parts.source,
    sourceId: parts.sourceId,
    url: parts.manager.serviceURL,
    state: 'connecting',
    startedAt: clock.now(),
    total: NOTHING,
    rounds: 0,
    export: IDLE,
    import: IDLE,
    bytesNow: 0,
    log: [],
  };
  const change = (next: Partial<Sync>): void => {
    status = { ...status, ...next };
    parts.onChange();
  };
  const say = (text: string, isError = false): Sync['log'] =>
    [...status.log, { at: clock.now(), text, isError }].slice(-MOST_LINES);

  function onEvent(event: ManagerEvent): void {
    change(changeOf(event));
  }

  function changeOf(event: ManagerEvent): Partial<Sync> {
    const now = clock.now();
    switch (event.kind) {
      case 'started':
        return { [event.what]: { ...status[event.what], isRunning: true, nextAt: undefined } };
      case 'step':
        return { log: say(event.text) };
      case 'exported': {
        const last = reportOf(event.report, status.total.importedRecords);
        const log = say(exportedLine(event.report));
        const round = { isRunning: false, failures: 0, lastAt: now, lastMs: event.ms };
        const warned = [...log, ...last.warnings.map((text) => ({ at: now, text, isError: true }))];
        return {
          last,
          total: added(status.total, last),
          rounds: status.rounds + 1,
          export: round,
          bytesNow: 0,
          log: warned.slice(-MOST_LINES),
        };
      }
      case 'imported':
        return {
          total: { ...status.total, importedRecords: event.records },
          ...(status.last ? { last: { ...status.last, importedRecords: event.records } } : {}),
          import: { isRunning: false, failures: 0, lastAt: now, lastMs: event.ms },
          log: say(`Imported ${formatCount(event.records)} records in one step.`),
        };
      case 'failed': {
        const { what, error, failures } = event;
        const round = { ...status[what], isRunning: false, failures, error: error.toJSON() };
        const where = error.subject === undefined ? '' : ` (${error.subject})`;
        return { [what]: round, log: say(`${error.message}${where} ${error.hint ?? ''}`.trim(), true) };
      }
      case 'waiting':
        return { [event.what]: { ...status[event.what], nextAt: event.untilMs } };
    }
  }

  async function work(): Promise<void> {
    manager = await createManager({
      ...parts.manager,
      ...(await parts.refresh(stopping.signal)),
      refresh: parts.refresh,
      clock,
      signal: stopping.signal,
      onEvent,
      onBytes: (bytes) => change({ bytesNow: status.bytesNow + bytes }),
    });
    const { config } = manager;
    const layersAt = config.s3 ? `s3://${config.s3.bucket}/${config.s3.blobsPrefix ?? ''}` : parts.manager.serviceURL;
    change({
      state: 'running',
      layersAt,
      periods: manager.periods(),
      log: say(`Connected. Layers go to ${layersAt}.`),
    });
    if (once) return oneRound(manager);
    manager.run();
  }

  async function oneRound(one: Manager): Promise<void> {
    const start = clock.now();
    try {
      const report = await one.exportCache(stopping.signal);
      onEvent({ kind: 'exported', report, ms: clock.now() - start });
      const { config } = await one.importCache(stopping.signal);
      onEvent({ kind: 'imported', records: config.recordDigest.length, ms: clock.now() - start });
      change({ state: 'done' });
    } finally {
      await one.disconnect();
    }
  }

  const fail = (thrown: unknown): void => {
    const error = toCacheError(thrown);
    change({ state: 'failed', error: error.toJSON(), log: say(error.message, true) });
  };
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const started = work().then(
    () => {
      if (once) end();
    },
    (error: unknown) => {
      fail(error);
      end();
    },
  );

  let ending: Promise<void> | undefined;
  async function stop(): Promise<void> {
    if (status.state === 'done' || status.state === 'failed') return;
    if (once || !manager) {
      stopping.abort();
      return started;
    }
    change({ state: 'closing', log: say('Stopping, with a last export.') });
    await manager.close().then(() => change({ state: 'done' }), fail);
    end();
  }

  return {
    status: () => status,
    over,
    stop: () => (ending ??= stop()),
    hurry() {
      manager?.hurry('export');
      manager?.hurry('import');
    },
    setPeriods(periods) {
      if (!manager) throw new CacheError('CONFLICT', 'The service has not answered yet.', { subject: status.url });
      manager.setPeriods(periods);
      change({ periods: manager.periods() });
    },
  };
}

function reportOf(report: ExportReport, importedRecords: number): SyncReport {
  const { asked, pushed, skipped, noBlob, bytesPushed, bytesSaved, leftOut, warnings } = report;
  return { asked, pushed, skipped, noBlob, bytesPushed, bytesSaved, leftOut, warnings: [...warnings], importedRecords };
}

function added(total: SyncReport, last: SyncReport): SyncReport {
  return {
    asked: total.asked + last.asked,
    pushed: total.pushed + last.pushed,
    skipped: total.skipped + last.skipped,
    // Asked for again each time: those of the last round are those there are.
    noBlob: last.noBlob,
    bytesPushed: total.bytesPushed + last.bytesPushed,
    bytesSaved: total.bytesSaved + last.bytesSaved,
    importedRecords: total.importedRecords,
    leftOut: last.leftOut,
    warnings: last.warnings,
  };
}

function exportedLine({ asked, pushed, skipped, noBlob, bytesPushed, bytesSaved }: ExportReport): string {
  if (asked === 0) return 'Exported: the service asks for nothing.';
  const saved = bytesSaved === 0 ? '' : `, ${formatBytes(bytesSaved)} saved`;
  return `Exported: ${asked} asked for, ${pushed} pushed (${formatBytes(bytesPushed)}${saved}), ${skipped} skipped, ${noBlob} without a blob.`;
}

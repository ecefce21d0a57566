import { implement } from '@orpc/server';
import { contract } from '../../../shared/contract/index.ts';
import type { Sync, SyncReport } from '../../../shared/model/sync.ts';

const os = implement(contract.service);
const MINUTE = 60_000;

const report: SyncReport = {
  asked: 57,
  pushed: 21,
  skipped: 30,
  noBlob: 6,
  bytesPushed: 412 * 2 ** 20,
  bytesSaved: 640 * 2 ** 20,
  importedRecords: 214,
  leftOut: 0,
  warnings: [],
};

/** `service` of the contract: what is started is in step at once, but for addresses with `down` in them. */
export function createFakeSyncs(sourceOf: (sourceId: string) => { readonly location: string }) {
  let syncs: readonly Sync[] = [];
  const listeners = new Set<() => void>();
  const put = (next: readonly Sync[]): void => {
    syncs = next;
    for (const listener of listeners) listener();
  };
  const change = (id: string, next: Partial<Sync>): void =>
    put(syncs.map((sync) => (sync.id === id ? { ...sync, ...next } : sync)));

  return {
    watch: os.watch.handler(async function* ({ signal }) {
      let wake = (): void => {};
      const listener = (): void => wake();
      listeners.add(listener);
      signal?.addEventListener('abort', listener);
      while (!signal?.aborted) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        yield [...syncs];
        await changed;
      }
      listeners.delete(listener);
    }),
    start: os.start.handler(({ input: { sourceId, url } }) => {
      const syncId = `sync-${syncs.length + 1}`;
      const now = Date.now();
      const { location: source } = sourceOf(sourceId);
      const error = {
        code: 'UNAVAILABLE' as const,
        message: 'Nothing listens at the address of the service.',
        subject: url,
        hint: 'Check the address, and that the service runs.',
      };
      const isDown = url.includes('down');
      const round = { isRunning: false, failures: 0, lastAt: now, lastMs: 820, nextAt: now + MINUTE };
      put([
        ...syncs,
        {
          id: syncId,
          source,
          sourceId,
          url,
          state: isDown ? 'failed' : 'running',
          startedAt: now,
          layersAt: 's3://build-cache/shop/',
          periods: { importPeriodMs: MINUTE, exportPeriodMs: 5 * MINUTE, exportTimeoutMs: 10 * MINUTE },
          total: report,
          last: report,
          rounds: 3,
          export: isDown ? { ...round, failures: 1, error } : round,
          import: round,
          bytesNow: 0,
          ...(isDown ? { error } : {}),
          log: [
            {
              at: now,
              text: isDown ? error.message : 'Connected. Layers go to s3://build-cache/shop/.',
              isError: isDown,
            },
          ],
        },
      ]);
      return { syncId };
    }),
    stop: os.stop.handler(({ input }) => {
      change(input.syncId, { state: 'done' });
      return {};
    }),
    hurry: os.hurry.handler(() => ({})),
    setPeriods: os.setPeriods.handler(({ input: { syncId, periods } }) => {
      const known = syncs.find(({ id }) => id === syncId)?.periods;
      if (known) change(syncId, { periods: { ...known, ...periods } as typeof known });
      return {};
    }),
    restart: os.restart.handler(({ input }) => {
      change(input.syncId, { state: 'running', error: undefined, export: { isRunning: false, failures: 0 } });
      return {};
    }),
    forget: os.forget.handler(({ input }) => {
      put(syncs.filter(({ id }) => id !== input.syncId));
      return {};
    }),
  };
}

import { implement } from '@orpc/server';
import { CacheError } from '../../../shared/base/errors.ts';
import { contract } from '../../../shared/contract/index.ts';
import type { LocalService } from '../../../shared/model/local-service.ts';

const os = implement(contract.localService);
const STOPPED: LocalService = { state: 'stopped', published: [] };

/** `localService` of the contract: listens at once, but for port 1, which is taken. What it publishes to `down…` fails. */
export function createFakeLocalService() {
  let status = STOPPED;
  const listeners = new Set<() => void>();
  const set = (next: LocalService): void => {
    status = next;
    for (const listener of listeners) listener();
  };
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
        yield status;
        await changed;
      }
      listeners.delete(listener);
    }),
    start: os.start.handler(({ input: { store = '/home/ada/.local/share/cachewright/service', port, publish } }) => {
      if (port === 1) {
        const taken = new CacheError('CONFLICT', 'The port is taken.', {
          subject: '127.0.0.1:1',
          hint: 'Use another.',
        });
        set({ ...STOPPED, state: 'failed', error: taken.toJSON() });
        throw taken;
      }
      const url = `http://127.0.0.1:${port ?? 8099}`;
      const now = Date.now();
      const published = publish.map((location) => ({
        ...{ location, at: now },
        ...(location.startsWith('down')
          ? { error: { code: 'UNAVAILABLE' as const, message: 'Nothing answers there.', subject: location } }
          : {}),
      }));
      set({ state: 'running', url, location: store, startedAt: now, published });
      return { url, location: store };
    }),
    stop: os.stop.handler(() => {
      set(STOPPED);
      return {};
    }),
  };
}

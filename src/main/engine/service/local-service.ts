import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { StartLocalService } from '../../../shared/contract/local-service.ts';
import type { LocalService, Published } from '../../../shared/model/local-service.ts';
import type { Implementer } from '../implementer.ts';
import type { Clock } from '../ports/clock.ts';
import type { LocalServiceStarter, RunningLocalService } from '../ports/local-service.ts';
import { createCoalescedStream } from '../streams/coalesced.ts';

/** Changes that come closer together than this travel as one. */
const WATCH_INTERVAL_MS = 100;
const STOPPED: LocalService = { state: 'stopped', published: [] };

/** Handlers of `localService`, and what ends the service. One runs at a time. */
export function createLocalServiceHandlers(
  os: Implementer['localService'],
  { clock, startLocalService }: { readonly clock: Clock; readonly startLocalService: LocalServiceStarter },
) {
  let status = STOPPED;
  let running: Promise<RunningLocalService> | undefined;
  let stopping: Promise<void> | undefined;
  const listeners = new Set<() => void>();
  const set = (next: LocalService): void => {
    status = next;
    for (const listener of listeners) listener();
  };
  const publish = (entry: Published): void => {
    const others = status.published.filter(({ location }) => location !== entry.location);
    set({ ...status, published: [...others, entry] });
  };

  async function start({ store, port, publish: places }: StartLocalService): Promise<RunningLocalService> {
    if (running) {
      throw new CacheError('CONFLICT', 'A service of this machine runs already.', {
        ...(status.url === undefined ? {} : { subject: status.url }),
        hint: 'Stop it first.',
      });
    }
    set({ state: 'starting', published: [] });
    running = startLocalService({
      ...{ store, port, publish: places },
      onPublished: (location, error) =>
        publish({
          ...{ location, at: clock.now() },
          ...(error === undefined ? {} : { error: toCacheError(error, location).toJSON() }),
        }),
    });
    try {
      const service = await running;
      const { url, location } = service;
      set({ ...status, state: 'running', url, location, startedAt: clock.now() });
      return service;
    } catch (error) {
      running = undefined;
      set({ ...STOPPED, state: 'failed', error: toCacheError(error).toJSON() });
      throw error;
    }
  }

  async function stop(): Promise<void> {
    // One that did not start has said so to whoever started it.
    const service = await running?.catch(() => undefined);
    if (!service) return;
    stopping ??= end(service);
    await stopping;
  }

  async function end(service: RunningLocalService): Promise<void> {
    set({ ...status, state: 'stopping' });
    try {
      await service.stop();
      set(STOPPED);
    } catch (error) {
      set({ ...STOPPED, state: 'failed', error: toCacheError(error).toJSON() });
      throw error;
    } finally {
      running = undefined;
      stopping = undefined;
    }
  }

  const handlers = {
    watch: os.watch.handler(({ signal }) =>
      createCoalescedStream<LocalService>({
        intervalMs: WATCH_INTERVAL_MS,
        signal,
        isOver: () => false,
        subscribe(wake) {
          listeners.add(wake);
          return () => listeners.delete(wake);
        },
        take: () => status,
      }),
    ),
    start: os.start.handler(async ({ input }) => {
      const { url, location } = await start(input);
      return { url, location };
    }),
    stop: os.stop.handler(async () => {
      await stop();
      return {};
    }),
  };
  return { handlers, [Symbol.asyncDispose]: stop };
}

import type { LocalServiceStarter } from '../engine/ports/local-service.ts';

/** Whoever tries one looks at once; a team's service waits longer for a pause. */
const QUIET_MS = 1000;

/** Starts services on loopback, without a token, whose layers lie in `folder` unless another store is named. */
export function createLocalServiceStarter(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): LocalServiceStarter {
  return async ({ store = folder, port = 0, publish, onPublished }) => {
    // Loaded apart: only who starts one needs its server and metrics.
    const { runCacheService } = await import('./cache-service.ts');
    const stopping = new AbortController();
    const listening = Promise.withResolvers<{ readonly url: string; readonly location: string }>();
    const over = runCacheService({
      ...{ store, port, publish, onPublished, environment },
      host: '127.0.0.1',
      quietMs: QUIET_MS,
      signal: stopping.signal,
      onListening: async (url, location) => listening.resolve({ url, location }),
      log: () => {},
    });
    over.catch(listening.reject);
    const { url, location } = await listening.promise;
    return {
      ...{ url, location },
      async stop() {
        stopping.abort();
        await over;
      },
    };
  };
}

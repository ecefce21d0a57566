import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CacheServiceOptions, runCacheService } from '../../cache-service.ts';

/** A cache service in this process, over a folder of its own. */
export interface RunningService extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly lines: readonly string[];
  /** Fires its signal and waits until it has ended. */
  stop(): Promise<void>;
}

/** Starts one on a free port; `folder` names one that another has left. */
export async function startRunningService(
  options: Partial<CacheServiceOptions> & { readonly folder?: string } = {},
): Promise<RunningService> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'cachewright-service-')));
  const stopping = new AbortController();
  const lines: string[] = [];
  const listening = Promise.withResolvers<string>();
  const ended = runCacheService({
    store: join(folder, 'layers'),
    state: `sqlite:${join(folder, 'state.sqlite')}`,
    host: '127.0.0.1',
    port: 0,
    environment: {},
    log: (line) => void lines.push(line),
    ...options,
    signal: stopping.signal,
    onListening: async (url) => listening.resolve(url),
  });
  ended.catch(listening.reject);
  const url = await listening.promise;
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  return {
    url,
    folder,
    lines,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

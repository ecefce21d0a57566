import type { QueryClient } from '@tanstack/react-query';
import type { Job } from '../../shared/model/job.ts';
import type { LocalService } from '../../shared/model/local-service.ts';
import type { LayerInfoStatus } from '../../shared/model/settings.ts';
import type { Source } from '../../shared/model/source.ts';
import type { Sync } from '../../shared/model/sync.ts';
import type { Connection } from './connection.ts';

/** Query keys of what the engine pushes. */
export const SOURCES_KEY = ['sources.watch'] as const;
export const JOBS_KEY = ['jobs.watch'] as const;
export const LAYER_INFO_KEY = ['settings.watch'] as const;
export const SYNCS_KEY = ['service.watch'] as const;
export const LOCAL_SERVICE_KEY = ['localService.watch'] as const;

/**
 * Keeps the lists of sources, jobs and syncs, and the states of the shared layer info and of this machine's service, up to date in the query cache for as long
 * as the window lives, over lost connections too. The returned function ends it.
 */
export function followEngine(connection: Connection, queries: QueryClient): () => void {
  const stop = new AbortController();
  const { engine, state } = connection;
  const opened = (): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (state.get().phase !== 'open' && !stop.signal.aborted) return;
        unsubscribe();
        stop.signal.removeEventListener('abort', look);
        resolve();
      };
      const unsubscribe = state.subscribe(look);
      stop.signal.addEventListener('abort', look);
      look();
    });

  const follow = async (watch: () => Promise<void>): Promise<void> => {
    while (!stop.signal.aborted) {
      await opened();
      if (stop.signal.aborted) return;
      try {
        await watch();
      } catch {
        // The connection's own state shows what is wrong; a stream that failed on an open one is asked for again.
        await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      }
    }
  };

  follow(async () => {
    for await (const list of await engine.sources.watch(undefined, { signal: stop.signal })) {
      queries.setQueryData<readonly Source[]>(SOURCES_KEY, list);
    }
  });
  follow(async () => {
    let first = true;
    for await (const batch of await engine.jobs.watch({}, { signal: stop.signal })) {
      const known = first ? [] : (queries.getQueryData<readonly Job[]>(JOBS_KEY) ?? []);
      queries.setQueryData<readonly Job[]>(JOBS_KEY, mergeJobs(known, batch));
      first = false;
    }
  });
  follow(async () => {
    for await (const status of await engine.settings.watch(undefined, { signal: stop.signal })) {
      queries.setQueryData<LayerInfoStatus>(LAYER_INFO_KEY, status);
    }
  });
  follow(async () => {
    for await (const syncs of await engine.service.watch(undefined, { signal: stop.signal })) {
      queries.setQueryData<readonly Sync[]>(SYNCS_KEY, syncs);
    }
  });
  follow(async () => {
    for await (const status of await engine.localService.watch(undefined, { signal: stop.signal })) {
      queries.setQueryData<LocalService>(LOCAL_SERVICE_KEY, status);
    }
  });
  // What failed while nobody answered is asked again as soon as somebody does.
  const unsubscribe = state.subscribe(() => {
    if (state.get().phase === 'open') queries.refetchQueries({ predicate: (query) => query.state.status === 'error' });
  });
  return () => {
    unsubscribe();
    stop.abort();
  };
}

const RESTART_MS = 500;

/** The list with the changed jobs put in, newest first. */
export function mergeJobs(known: readonly Job[], changed: readonly Job[]): readonly Job[] {
  const byId = new Map(known.map((job) => [job.id, job]));
  for (const job of changed) byId.set(job.id, job);
  return [...byId.values()].sort((a, b) => b.startedAt - a.startedAt);
}

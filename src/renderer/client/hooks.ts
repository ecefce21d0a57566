import { type UseQueryOptions, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { CacheError } from '../../shared/base/errors.ts';
import type { EngineClient } from '../../shared/contract/index.ts';
import type { Job } from '../../shared/model/job.ts';
import type { LocalService } from '../../shared/model/local-service.ts';
import type { LayerInfoStatus } from '../../shared/model/settings.ts';
import type { Source } from '../../shared/model/source.ts';
import type { Sync } from '../../shared/model/sync.ts';
import { useEngine } from './engine-context.tsx';
import { JOBS_KEY, LAYER_INFO_KEY, LOCAL_SERVICE_KEY, mergeJobs, SOURCES_KEY, SYNCS_KEY } from './follow.ts';
import { callProcedure, type InputOf, type OutputOf, type ProcedureName } from './procedures.ts';

/** What is open; `undefined` until the engine has answered for the first time. */
export function useSources(): readonly Source[] | undefined {
  return useQuery<readonly Source[]>({ queryKey: SOURCES_KEY, queryFn: waitForPush }).data;
}

/** One of them; `undefined` too where there is none of this id. */
export function useSource(sourceId: string | undefined): Source | undefined {
  return useSources()?.find((source) => source.id === sourceId);
}

/** Everything running or finished in this session, newest first; `undefined` until the engine has answered for the first time. */
export function useJobs(): readonly Job[] | undefined {
  return useQuery<readonly Job[]>({ queryKey: JOBS_KEY, queryFn: waitForPush }).data;
}

/** One of them. */
export function useJob(jobId: string | undefined): Job | undefined {
  return useJobs()?.find((job) => job.id === jobId);
}

/** Takes finished jobs off the list, here too: the watch stream only says what changed. */
export function useClearJobs(): () => Promise<void> {
  const engine = useEngine();
  const queries = useQueryClient();
  return async () => {
    await engine.jobs.clear();
    queries.setQueryData<readonly Job[]>(JOBS_KEY, mergeJobs([], await engine.jobs.list()));
  };
}

/** How the shared layer info is going; `undefined` until the engine has answered for the first time. */
export function useLayerInfo(): LayerInfoStatus | undefined {
  return useQuery<LayerInfoStatus>({ queryKey: LAYER_INFO_KEY, queryFn: waitForPush }).data;
}

/** What is kept in step with a service; `undefined` until the engine has answered for the first time. */
export function useSyncs(): readonly Sync[] | undefined {
  return useQuery<readonly Sync[]>({ queryKey: SYNCS_KEY, queryFn: waitForPush }).data;
}

/** The service that this program runs itself; `undefined` until the engine has answered for the first time. */
export function useLocalService(): LocalService | undefined {
  return useQuery<LocalService>({ queryKey: LOCAL_SERVICE_KEY, queryFn: waitForPush }).data;
}

/** The engine pushes these (`followEngine`): there is nothing to ask for. */
function waitForPush(): Promise<never> {
  return new Promise(() => {});
}

interface ReadOptions {
  /** `false`: does not ask yet. */
  readonly enabled?: boolean;
  /** Shows the previous answer while the next one is on its way. Not across sources. */
  readonly keepPrevious?: boolean;
  /** `false`: the answer does not depend on the version of the source. */
  readonly versioned?: boolean;
}

/** Query options for a read: key = procedure + input + version of the source; for `useQueries` and prefetching. */
export function readOptions<N extends ProcedureName>(
  engine: EngineClient,
  name: N,
  input: InputOf<N>,
  version: number,
): UseQueryOptions<OutputOf<N>, CacheError, OutputOf<N>, readonly unknown[]> & {
  readonly queryKey: readonly unknown[];
} {
  return {
    queryKey: [name, input, version],
    queryFn: ({ signal }) => callProcedure(engine, name, input, signal),
  };
}

/**
 * The answer of a read procedure, from the query cache or from the engine. Pass `undefined` as input to wait.
 * An answer belongs to a version of its source: when the source changes it is asked again by itself.
 */
export function useRead<N extends ProcedureName>(
  name: N,
  input: InputOf<N> | undefined,
  options: ReadOptions = {},
): UseQueryResult<OutputOf<N>, CacheError> {
  const engine = useEngine();
  const sourceId = sourceIdOf(input);
  const source = useSource(sourceId);
  const version = options.versioned === false ? 0 : (source?.version ?? 0);
  const wanted = input !== undefined && options.enabled !== false && (sourceId === undefined || source !== undefined);
  return useQuery({
    ...readOptions(engine, name, input as InputOf<N>, version),
    enabled: wanted,
    // The library's type asks for a value that is not a function, which it cannot see of an open type parameter.
    ...(options.keepPrevious ? { placeholderData: previousOf(sourceId) as never } : {}),
  });
}

/** Keeps the answer to the previous question, unless that was about another source. */
function previousOf(sourceId: string | undefined) {
  return (previous: unknown, query: { readonly queryKey: readonly unknown[] } | undefined) =>
    sourceIdOf(query?.queryKey[1]) === sourceId ? previous : undefined;
}

function sourceIdOf(input: unknown): string | undefined {
  const id = (input as { sourceId?: unknown } | undefined)?.sourceId;
  return typeof id === 'string' ? id : undefined;
}

/**
 * Calls back once for a job that ends, with its last state. Starts over when the id changes.
 * `onEnd` may change between renders.
 */
export function useJobEnd(jobId: string | undefined, onEnd: (job: Job) => void): void {
  const job = useJob(jobId);
  const ended = job !== undefined && job.state !== 'running';
  // biome-ignore lint/correctness/useExhaustiveDependencies: fires once per job that ended, whatever else renders
  useEffect(() => {
    if (ended && job) onEnd(job);
  }, [jobId, ended]);
}

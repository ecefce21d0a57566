import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer, useRef } from 'react';
import { cancelled, toCacheError } from '../../../shared/base/errors.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { PrunePolicy } from '../../../shared/model/plan.ts';
import type { Source } from '../../../shared/model/source.ts';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { readOptions, useJob, useJobEnd, useJobs } from '../../client/hooks.ts';
import { EDITING, pruneReducer } from './prune-machine.ts';

/** Wait after the last change before a plan is asked for. */
const SETTLE_MS = 180;

/** The machine of a prune, and the engine calls that move it. The plan follows the policy and the store by itself. */
export function usePrune(source: Source, policy: PrunePolicy | undefined) {
  const engine = useEngine();
  const queries = useQueryClient();
  const { announce } = useShell();
  const [state, dispatch] = useReducer(pruneReducer, EDITING);
  const { phase } = state;

  const policyKey = JSON.stringify(policy);
  const planned = useRef<string>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the policy; the phase is only looked at
  useEffect(() => {
    const isSamePolicy = planned.current === policyKey;
    planned.current = policyKey;
    // The store is another one because of what was just applied: that is no reason to plan the same again.
    if (isSamePolicy && (phase === 'done' || phase === 'failed')) return;
    dispatch({ type: 'policy', policy });
  }, [policyKey, source.version]);

  const request = phase === 'planning' ? state.request : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one question for each request
  useEffect(() => {
    if (state.phase !== 'planning') return;
    const { policy: asked, request: number } = state;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      engine.prune.plan({ sourceId: source.id, policy: asked, keep: false }, { signal: stop.signal }).then(
        (plan) => {
          // The inspector asks for the plan by its id: it is at hand there before the bars show it.
          const { queryKey } = readOptions(
            engine,
            'prune.get',
            { sourceId: source.id, plan: plan.plan },
            source.version,
          );
          queries.setQueryData(queryKey, plan);
          dispatch({ type: 'plan-made', request: number, plan });
        },
        (error: unknown) => {
          if (!stop.signal.aborted) {
            dispatch({ type: 'plan-failed', request: number, error: toCacheError(error, source.location).toJSON() });
          }
        },
      );
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [request]);

  const jobId = phase === 'applying' ? state.jobId : undefined;
  const job = useJob(jobId);
  useJobEnd(jobId, (ended) => {
    if (ended.state === 'cancelled') dispatch({ type: 'apply-cancelled' });
    else if (ended.result?.kind === 'prune') {
      dispatch({ type: 'applied', report: ended.result.report });
      announce('The plan was applied');
    } else dispatch({ type: 'apply-failed', error: ended.error ?? cancelled(source.location).toJSON() });
  });

  const apply = async (): Promise<void> => {
    if (state.phase !== 'planned') return;
    dispatch({ type: 'apply' });
    try {
      const started = await engine.prune.apply({ sourceId: source.id, plan: state.plan.plan });
      dispatch({ type: 'job-started', jobId: started.jobId });
    } catch (error) {
      dispatch({ type: 'apply-failed', error: toCacheError(error, source.location).toJSON() });
    }
  };
  return { state, dispatch, apply, job, other: useOtherPrune(source.id, jobId) };
}

/** A prune of the same store that was started elsewhere: in another window, or before this one was loaded again. */
function useOtherPrune(sourceId: string, own: string | undefined): Job | undefined {
  return useJobs()?.find(
    (job) => job.kind === 'prune' && job.sourceId === sourceId && job.state === 'running' && job.id !== own,
  );
}

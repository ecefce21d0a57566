import { useState } from 'react';
import { type CacheErrorData, cancelled, toCacheError } from '../../../../shared/base/errors.ts';
import type { CollectPlan, CollectReport } from '../../../../shared/model/collect.ts';
import type { Source } from '../../../../shared/model/source.ts';
import { countOf } from '../../../base/quantity.tsx';
import { useShell } from '../../../base/shell-context.ts';
import { useEngine } from '../../../client/engine-context.tsx';
import { useJob, useJobEnd, useRead } from '../../../client/hooks.ts';

/** Where a collection stands. A plan stays in sight until the next is made. */
export type CollectState =
  | { readonly phase: 'editing' }
  | { readonly phase: 'planning'; readonly plan?: CollectPlan | undefined }
  | { readonly phase: 'planned'; readonly plan: CollectPlan }
  | { readonly phase: 'applying'; readonly plan: CollectPlan; readonly jobId?: string }
  | { readonly phase: 'done'; readonly plan: CollectPlan; readonly report: CollectReport; readonly isUndone: boolean }
  | { readonly phase: 'failed'; readonly error: CacheErrorData; readonly plan?: CollectPlan | undefined };

/** The steps of a collection, and the engine calls behind them. A plan lists the bucket, so it is made when it is asked for. */
export function useCollect(source: Source) {
  const engine = useEngine();
  const { announce, fail } = useShell();
  const [state, setState] = useState<CollectState>({ phase: 'editing' });
  const [undoId, setUndoId] = useState<string>();
  const [touchId, setTouchId] = useState<string>();
  const undoable = useRead('collect.undoable', { sourceId: source.id });
  const sourceId = source.id;

  const plan = async (olderThanMs: number): Promise<void> => {
    setState({ phase: 'planning', plan: 'plan' in state ? state.plan : undefined });
    try {
      setState({ phase: 'planned', plan: await engine.collect.plan({ sourceId, olderThanMs }) });
    } catch (error) {
      setState({ phase: 'failed', error: toCacheError(error, source.location).toJSON() });
    }
  };
  const apply = async (): Promise<void> => {
    if (state.phase !== 'planned') return;
    setState({ phase: 'applying', plan: state.plan });
    try {
      const { jobId } = await engine.collect.apply({ sourceId, plan: state.plan.plan });
      setState({ phase: 'applying', plan: state.plan, jobId });
    } catch (error) {
      setState({ phase: 'failed', plan: state.plan, error: toCacheError(error, source.location).toJSON() });
    }
  };
  const jobId = state.phase === 'applying' ? state.jobId : undefined;
  useJobEnd(jobId, (ended) => {
    void undoable.refetch();
    if (state.phase !== 'applying') return;
    if (ended.result?.kind === 'collect') {
      setState({ phase: 'done', plan: state.plan, report: ended.result.report, isUndone: false });
      announce('The plan was applied');
    } else if (ended.state === 'cancelled') setState({ phase: 'planned', plan: state.plan });
    else setState({ phase: 'failed', plan: state.plan, error: ended.error ?? cancelled(source.location).toJSON() });
  });

  const undo = async (wanted: string): Promise<void> => {
    try {
      setUndoId((await engine.collect.undo({ sourceId, plan: wanted })).jobId);
    } catch (error) {
      fail('It could not be brought back', error);
    }
  };
  useJobEnd(undoId, (ended) => {
    void undoable.refetch();
    if (ended.error) fail('It could not be brought back', ended.error);
    if (ended.result?.kind !== 'undo') return;
    announce(`${countOf(ended.result.restoredBlobs, 'blob')} brought back`);
    if (state.phase === 'done' && state.report.plan === ended.result.plan) setState({ ...state, isUndone: true });
  });
  const renew = async (): Promise<void> => {
    try {
      setTouchId((await engine.collect.touch({ sourceId })).jobId);
    } catch (error) {
      fail('It could not be renewed', error);
    }
  };
  useJobEnd(touchId, (ended) => {
    if (ended.error) fail('It could not be renewed', ended.error);
    if (ended.result?.kind === 'touch') announce(`${countOf(ended.result.report.blobs, 'blob')} renewed`);
  });
  const undoJob = useJob(undoId);
  const touchJob = useJob(touchId);
  return {
    state,
    plan,
    apply,
    undo,
    job: useJob(jobId),
    renew,
    /** The renewal that runs, or the last one. */
    renewal: touchJob,
    isUndoing: undoJob?.state === 'running',
    /** Deletions of earlier that can come back, newest first. */
    undoable: undoable.data ?? [],
    cancel: (id: string): void => {
      engine.jobs.cancel({ jobId: id }).catch((error: unknown) => fail('It was not cancelled', error));
    },
  };
}

export type Collect = ReturnType<typeof useCollect>;

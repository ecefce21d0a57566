import { useEffect, useMemo, useRef, useState } from 'react';
import { toCacheError } from '../../../shared/base/errors.ts';
import { inspect } from '../../base/address.ts';
import { useShell } from '../../base/shell-context.ts';
import { rememberTarget } from '../../base/window-state.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useJob, useJobs, useRead } from '../../client/hooks.ts';
import { REFERENCE_SCHEMES, type TargetKind, type TransferInput } from './transfer-address.ts';
import { copiedBytes, shownPreview, transferState } from './transfer-state.ts';
import { type Started, thereIn, useBlobsNow } from './use-blobs-now.ts';

/** Wait after a path was typed before the target is looked at. */
const SETTLE_MS = 250;

/** The preview of a transfer, and its job once it is started. */
export function useTransfer(sourceId: string, input: TransferInput | undefined, kind: TargetKind) {
  const engine = useEngine();
  const { fail } = useShell();
  const settled = useSettled(input);
  const preview = useRead('transfer.preview', settled, { keepPrevious: true });
  const [started, setStarted] = useState<Started>();
  const running = useRunningTransfer(sourceId);
  const job = useJob(started?.jobId ?? running);

  // The target has changed by what was copied: ask again what there is to do, once that is over.
  const isOver = job !== undefined && job.state !== 'running';
  const { refetch } = preview;
  useEffect(() => {
    if (isOver) refetch();
  }, [isOver, refetch]);

  const wanted = JSON.stringify(input);
  const state = transferState({
    hasTarget: input !== undefined,
    preview: preview.data,
    isOld: JSON.stringify(settled) !== wanted || preview.isPlaceholderData || (isOver && preview.isFetching),
    previewError: preview.error ? toCacheError(preview.error).toJSON() : undefined,
    // After a reload nobody knows what was to copy at first: what is left is the next best.
    startedWith: started ? started.preview : preview.data,
    // Another question than the one that was started: its answer is of no interest here any more.
    job:
      job?.state === 'running' || started === undefined || JSON.stringify(started.input) === wanted ? job : undefined,
  });

  const start = async (): Promise<void> => {
    if (!input) return;
    try {
      const { jobId } = await (kind === 'store' ? engine.transfer.import(input) : engine.transfer.export(input));
      if (REFERENCE_SCHEMES[kind] !== undefined) rememberTarget(input.to);
      setStarted({ jobId, kind, input, preview: preview.data });
      inspect('job', jobId, { replace: true, follow: true });
    } catch (error) {
      fail('The transfer did not start', error);
    }
  };
  const cancel = (jobId: string): void => {
    engine.jobs.cancel({ jobId }).catch((error: unknown) => fail('It was not cancelled', error));
  };
  const moving = useBlobsNow(started, job);
  // What ended before it was through: what the target has is what the next preview finds there.
  const rest = state.phase === 'failed' || state.phase === 'cancelled' ? state.rest : undefined;
  const now = useMemo(() => (rest ? { arrived: thereIn(rest), copying: moving.copying } : moving), [rest, moving]);
  const shown = shownPreview(state);
  const copied = useHighest(shown ? copiedBytes(shown, state) : 0, `${job?.id} ${state.phase}`);
  return {
    state,
    now,
    /** Of the bytes that were to copy, those that are there. */
    copied,
    start,
    cancel,
    /** Back from a finished transfer to the question. */
    again: () => setStarted(undefined),
    retryPreview: () => void refetch(),
  };
}

/** The value once it has not changed for a moment. */
function useSettled(input: TransferInput | undefined): TransferInput | undefined {
  const [settled, setSettled] = useState(input);
  const key = JSON.stringify(input);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the input
  useEffect(() => {
    const timer = setTimeout(() => setSettled(input), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}

/** A transfer of this source that was started before the window was loaded again, or in another one. */
function useRunningTransfer(sourceId: string): string | undefined {
  return useJobs()?.find(
    (job) => (job.kind === 'import' || job.kind === 'export') && job.sourceId === sourceId && job.state === 'running',
  )?.id;
}

/** The highest value so far of one run: what is copied stays so while the references are written. */
function useHighest(value: number, run: string): number {
  const highest = useRef({ run, value });
  if (highest.current.run !== run) highest.current = { run, value };
  else if (value > highest.current.value) highest.current = { run, value };
  return highest.current.value;
}

import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { toCacheError } from '../../../shared/base/errors.ts';
import type { TransferPreview } from '../../../shared/model/transfer.ts';
import { inspect } from '../../base/address.ts';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useJob, useJobs, useRead } from '../../client/hooks.ts';
import type { TargetKind, TransferInput } from './transfer-address.ts';
import { transferState } from './transfer-state.ts';

/** Wait after a path was typed before the target is looked at. */
const SETTLE_MS = 250;
/** While a transfer runs, the target is looked at so often to see what has arrived. */
const LOOK_MS = 700;
/** With more blobs than this the bar is enough. */
const MOST_LOOKED_AT = 2000;
const NOTHING: ReadonlySet<string> = new Set();

interface Started {
  readonly jobId: string;
  readonly input: TransferInput;
  readonly preview: TransferPreview | undefined;
}

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
    isOld: JSON.stringify(settled) !== wanted || preview.isPlaceholderData,
    previewError: preview.error ? toCacheError(preview.error).toJSON() : undefined,
    startedWith: started?.preview,
    // Another question than the one that was started: its answer is of no interest here any more.
    job:
      job?.state === 'running' || started === undefined || JSON.stringify(started.input) === wanted ? job : undefined,
  });

  const start = async (): Promise<void> => {
    if (!input) return;
    try {
      const { jobId } = await (kind === 'store' ? engine.transfer.import(input) : engine.transfer.export(input));
      setStarted({ jobId, input, preview: preview.data });
      inspect('job', jobId, { replace: true, follow: true });
    } catch (error) {
      fail('The transfer did not start', error);
    }
  };
  const cancel = (jobId: string): void => {
    engine.jobs.cancel({ jobId }).catch((error: unknown) => fail('It was not cancelled', error));
  };
  return {
    state,
    arrived: useArrived(started, job?.state === 'running'),
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
  return useJobs().find(
    (job) => (job.kind === 'import' || job.kind === 'export') && job.sourceId === sourceId && job.state === 'running',
  )?.id;
}

/** Digests that the target has by now: asked for while the job runs, exact, and never more than a moment old. */
function useArrived(started: Started | undefined, isRunning: boolean): ReadonlySet<string> {
  const engine = useEngine();
  const isWanted = isRunning && started?.preview !== undefined && started.preview.blobs.length <= MOST_LOOKED_AT;
  const { data } = useQuery({
    queryKey: ['transfer.preview', 'arrived', started?.jobId],
    enabled: isWanted,
    refetchInterval: isWanted ? LOOK_MS : false,
    queryFn: ({ signal }) => (started ? engine.transfer.preview(started.input, { signal }) : undefined),
  });
  return useMemo(
    () => (data ? new Set(data.blobs.flatMap((blob) => (blob.state === 'there' ? [blob.digest] : []))) : NOTHING),
    [data],
  );
}

import { useState } from 'react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { Source } from '../../../shared/model/source.ts';
import { countOf } from '../../base/quantity.tsx';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useJob, useJobEnd, useRead } from '../../client/hooks.ts';

/** The trash of a store: its batches, undo, and emptying. */
export function useTrash(source: Source, onUndone: (plan: string) => void) {
  const engine = useEngine();
  const { announce, fail } = useShell();
  const [jobId, setJobId] = useState<string>();
  const job = useJob(jobId);
  const batches = useRead('prune.trash', source.can.prune === 'here' ? { sourceId: source.id } : undefined);
  // Damaged blobs that were taken out of the store wait here for the same end.
  const damage = useRead('verify.damage', source.can.repair ? { sourceId: source.id } : undefined);

  useJobEnd(jobId, (ended) => {
    batches.refetch();
    damage.refetch();
    const { result } = ended;
    if (result?.kind === 'undo') {
      onUndone(result.plan);
      announce(`${countOf(result.restoredRecords, 'record')} brought back`);
    } else if (result?.kind === 'empty-trash') announce(`The trash is empty, ${formatBytes(result.bytes)} freed`);
    else if (ended.error)
      fail(ended.kind === 'undo' ? 'It could not be brought back' : 'The trash was not emptied', ended.error);
  });

  const start = async (title: string, call: () => Promise<{ readonly jobId: string }>): Promise<void> => {
    try {
      setJobId((await call()).jobId);
    } catch (error) {
      fail(title, error);
    }
  };
  return {
    batches: batches.data,
    quarantined: damage.data?.quarantined ?? [],
    error: batches.error,
    refresh: () => {
      void batches.refetch();
      void damage.refetch();
    },
    /** The undo or emptying that is under way. */
    job: job?.state === 'running' ? job : undefined,
    undo: (plan: string) =>
      start('It could not be brought back', () => engine.prune.undo({ sourceId: source.id, plan })),
    empty: () => start('The trash was not emptied', () => engine.prune.emptyTrash({ sourceId: source.id })),
  };
}

export type Trash = ReturnType<typeof useTrash>;

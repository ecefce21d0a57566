import { useEffect } from 'react';
import type { Job } from '../../../shared/model/job.ts';
import type { Source } from '../../../shared/model/source.ts';
import { useJobs, useRead } from '../../client/hooks.ts';

/** Jobs after which a folder takes more or less, also where its caches are the same. */
const KINDS: readonly Job['kind'][] = ['import', 'export', 'prune', 'undo', 'empty-trash', 'quarantine', 'mend'];

/** What the folder of a source takes on disk, measured again after each job that changes it. */
export function useDisk(source: Source) {
  const disk = useRead('overview.disk', { sourceId: source.id }, { keepPrevious: true });
  const { refetch } = disk;
  const ended = (useJobs() ?? []).filter(({ kind, state }) => KINDS.includes(kind) && state !== 'running').length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks again whenever one of them has ended
  useEffect(() => {
    if (ended > 0) refetch();
  }, [ended, source.version, refetch]);
  return disk;
}

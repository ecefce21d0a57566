import { useEffect } from 'react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { Source } from '../../../shared/model/source.ts';
import { countOf } from '../../base/quantity.tsx';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useJobEnd, useJobs, useRead } from '../../client/hooks.ts';

/** Jobs after which other blobs are damaged, missing or in quarantine. */
const KINDS: readonly Job['kind'][] = ['verify', 'quarantine', 'mend', 'empty-trash'];

/** What is known to be wrong with a source, and what can be done about it. */
export function useDamage(source: Source) {
  const engine = useEngine();
  const { announce, fail } = useShell();
  const { data, error, refetch } = useRead('verify.damage', { sourceId: source.id }, { keepPrevious: true });
  const jobs = (useJobs() ?? []).filter((job) => job.sourceId === source.id && KINDS.includes(job.kind));
  const running = jobs.find((job) => job.state === 'running' && job.kind !== 'empty-trash');

  // A check changes what is known without changing the source, and so does emptying the trash.
  const ended = jobs.filter((job) => job.state !== 'running').length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks again whenever one of them has ended
  useEffect(() => {
    if (ended > 0) refetch();
  }, [ended, source.problems.length, refetch]);

  useJobEnd(running?.id, ({ result, error }) => {
    if (error) fail('The damage was not mended', error);
    else if (result?.kind === 'mend') {
      const { mended, bytes } = result.report;
      announce(`${countOf(mended.length, 'blob')} mended, ${formatBytes(bytes)}`);
    } else if (result?.kind === 'quarantine') {
      announce(`${countOf(result.report.quarantined.length, 'blob')} put into quarantine`);
    }
  });

  const start = (title: string, call: Promise<unknown>): void => {
    call.catch((thrown: unknown) => fail(title, thrown));
  };
  const about = (digests: readonly string[]) => ({ sourceId: source.id, digests: [...digests] });
  return {
    damage: data,
    error,
    /** The check or the mending that is under way. */
    running,
    verify: () => start('The verify did not start', engine.verify.start({ sourceId: source.id })),
    quarantine: (digests: readonly string[]) =>
      start('They were not put into quarantine', engine.verify.quarantine(about(digests))),
    /** Without digests: all that is known to be damaged or missing, also what is not listed. */
    mend: (from: string, digests?: readonly string[]) =>
      start(
        'They were not re-imported',
        engine.verify.mend({ sourceId: source.id, from, ...(digests && about(digests)) }),
      ),
    cancel: (job: Job) => start('It was not cancelled', engine.jobs.cancel({ jobId: job.id })),
  };
}

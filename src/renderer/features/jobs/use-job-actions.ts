import type { Job } from '../../../shared/model/job.ts';
import { inspect } from '../../base/address.ts';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';

/** What can be done with a job. */
export function useJobActions(job: Job): { readonly cancel: () => void; readonly retry: () => void } {
  const engine = useEngine();
  const { fail } = useShell();
  return {
    cancel: () => {
      engine.jobs.cancel({ jobId: job.id }).catch((error: unknown) => fail('It was not cancelled', error));
    },
    retry: () => {
      engine.jobs.retry({ jobId: job.id }).then(
        ({ jobId }) => inspect('job', jobId, { replace: true, follow: true }),
        (error: unknown) => fail('It was not started again', error),
      );
    },
  };
}

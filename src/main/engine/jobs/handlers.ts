import type { Implementer } from '../implementer.ts';
import type { AuditLog } from '../ports/app-state.ts';
import type { Jobs } from '../ports/jobs.ts';

/** `jobs` of the contract. */
export function createJobsHandlers(os: Implementer['jobs'], jobs: Jobs, audit: AuditLog) {
  return {
    list: os.list.handler(() => [...jobs.list()]),
    get: os.get.handler(({ input }) => jobs.get(input.jobId)),
    watch: os.watch.handler(({ input, signal }) => jobs.watch({ jobId: input.jobId, signal })),
    log: os.log.handler(({ input }) => [...jobs.log(input.jobId)]),
    cancel: os.cancel.handler(async ({ input }) => {
      await jobs.cancel(input.jobId);
      return {};
    }),
    retry: os.retry.handler(async ({ input }) => ({ jobId: await jobs.retry(input.jobId) })),
    clear: os.clear.handler(() => {
      jobs.clear();
      return {};
    }),
    audit: os.audit.handler(({ input }) => [...audit.list(input.limit)]),
  };
}

import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { auditEntrySchema, jobLogLineSchema, jobSchema } from '../model/job.ts';
import { jobRefSchema, mutate, read } from './procedure.ts';

/** Everything running or finished in this session, newest first, and the audit log of all sessions. */
export const jobs = {
  list: read.output(z.array(jobSchema)),
  get: read.input(jobRefSchema).output(jobSchema),
  /**
   * Batches of jobs that changed, at most ten a second; the first batch is the whole list. With a `jobId` only
   * that job, and the stream ends when it does.
   */
  watch: read.input(z.object({ jobId: z.string().optional() })).output(eventIterator(z.array(jobSchema))),
  log: read.input(jobRefSchema).output(z.array(jobLogLineSchema)),
  /** Answers within a second; the job ends as `cancelled` and leaves everything as before or resumable. */
  cancel: mutate.input(jobRefSchema).output(z.object({})),
  /** Runs a failed or cancelled job again, as a new job. */
  retry: mutate.input(jobRefSchema).output(jobRefSchema),
  /** Takes finished jobs off the list. */
  clear: mutate.output(z.object({})),
  audit: read
    .input(z.object({ limit: z.number().int().min(1).max(1000).default(200) }))
    .output(z.array(auditEntrySchema)),
};

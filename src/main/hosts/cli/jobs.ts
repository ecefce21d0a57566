import { CacheError, cancelled } from '../../../shared/base/errors.ts';
import type { EngineClient } from '../../../shared/contract/index.ts';
import type { Job, JobKind, JobResult } from '../../../shared/model/job.ts';
import type { CliContext } from './context.ts';
import { EXIT, ExitError } from './exit-codes.ts';

/**
 * Follows a job to its end, with progress. Ctrl-C cancels the job and waits until it has left everything as before.
 * @throws why it failed, or `CANCELLED`
 */
export async function follow<Kind extends JobKind>(
  context: CliContext,
  client: EngineClient,
  jobId: string,
  kind: Kind,
): Promise<Extract<JobResult, { kind: Kind }>> {
  const cancel = (): void => {
    // It may be over by now; how it ended is then seen below.
    client.jobs.cancel({ jobId }).catch(() => undefined);
  };
  if (context.signal.aborted) cancel();
  context.signal.addEventListener('abort', cancel, { once: true });
  try {
    let last: Job | undefined;
    for await (const jobs of await client.jobs.watch({ jobId })) {
      last = jobs.find((job) => job.id === jobId) ?? last;
      if (last?.state === 'running') context.progress.show(last.progress);
    }
    return resultOf(last ?? (await client.jobs.get({ jobId })), kind);
  } finally {
    context.progress.clear();
    context.signal.removeEventListener('abort', cancel);
  }
}

function resultOf<Kind extends JobKind>(job: Job, kind: Kind): Extract<JobResult, { kind: Kind }> {
  if (job.state === 'cancelled') throw cancelled(job.title);
  if (job.error) throw CacheError.fromData(job.error);
  const { result } = job;
  if (result?.kind !== kind) {
    throw new CacheError('INTERNAL', 'The job ended without a result.', { subject: job.title });
  }
  return result as Extract<JobResult, { kind: Kind }>;
}

/** How much of the log of a failed action is shown: its end says how far it came. */
const LOG_LINES = 20;

/**
 * Runs an action that changes something. Its failure means "part way", unless it was refused before anything was done:
 * then the command line was wrong.
 */
export async function act<Kind extends JobKind>(
  context: CliContext,
  client: EngineClient,
  started: Promise<{ readonly jobId: string }>,
  kind: Kind,
): Promise<Extract<JobResult, { kind: Kind }>> {
  const { jobId } = await started;
  try {
    return await follow(context, client, jobId, kind);
  } catch (error) {
    if (!(error instanceof CacheError) || error.code === 'CANCELLED' || error.code === 'INVALID_INPUT') throw error;
    // The last line of the log is the error itself, which is printed after these.
    const lines = (await client.jobs.log({ jobId })).slice(0, -1);
    if (isRefusal(error, kind, lines.length)) throw error;
    for (const { text } of lines.slice(-LOG_LINES)) {
      // Where nobody reads them, the failure is still told by the exit status.
      await context.note(text).catch(() => undefined);
    }
    throw new ExitError(EXIT.partWay, error);
  }
}

/**
 * What is not there, or is something else, is found before the first step: a transfer has logged nothing by then, and a
 * plan or batch is looked up as a whole.
 */
function isRefusal({ code }: CacheError, kind: JobKind, logged: number): boolean {
  return (code === 'NOT_FOUND' || code === 'CONFLICT') && (logged === 0 || kind === 'undo' || kind === 'prune');
}

import { randomBytes } from 'node:crypto';
import { CacheError, cancelled, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Job, JobLogLine, JobResult } from '../../../shared/model/job.ts';
import { outward } from '../error-border.ts';
import type { AuditLog } from '../ports/app-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { JobSpec, Jobs, RawProgress } from '../ports/jobs.ts';
import type { ReportSink } from '../ports/report-sink.ts';
import { abortable } from '../streams/abortable.ts';
import { createTurns } from '../streams/turns.ts';
import { describeResult } from './describe-result.ts';
import { createRate } from './rate.ts';
import { watchJobs } from './watch.ts';

/** Finished jobs beyond this many leave the list, oldest first: a session may last for weeks. */
const MAX_JOBS = 500;
/** Lines kept of one job, the last ones. */
const MAX_LOG_LINES = 5_000;
/** `cancel` answers within a second even if a job's function should fail to notice. */
const CANCEL_ANSWER_MS = 900;

/** A job and all that belongs to it. `job` is replaced, never changed: it may be on its way to a reader. */
interface Entry {
  job: Job;
  readonly spec: JobSpec;
  readonly lines: JobLogLine[];
  readonly controller: AbortController;
  readonly over: Promise<void>;
}

/** Runs jobs in this process. */
export function createJobs(ports: {
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly reports: ReportSink;
}): Jobs {
  const entries = new Map<string, Entry>();
  const listeners = new Set<(jobId: string) => void>();
  const turns = createTurns();

  const change = (entry: Entry, next: Partial<Job>): void => {
    entry.job = { ...entry.job, ...next };
    for (const listener of listeners) listener(entry.job.id);
  };
  const log = (entry: Entry, text: string): void => {
    entry.lines.push({ at: ports.clock.now(), text });
    if (entry.lines.length > MAX_LOG_LINES) entry.lines.shift();
  };
  const find = (jobId: string): Entry => {
    const entry = entries.get(jobId);
    if (entry) return entry;
    throw new CacheError('NOT_FOUND', 'There is no such job in this session.', {
      subject: jobId,
      hint: 'Jobs of earlier sessions are in the audit log.',
    });
  };

  /** Runs the job's function, in its turn where it changes something. */
  const work = (entry: Entry): Promise<JobResult> => {
    const { spec, controller } = entry;
    const { signal } = controller;
    const withRate = createRate();
    const progress = (raw: RawProgress): void => change(entry, { progress: withRate(raw, ports.clock.now()) });
    const run = async (): Promise<JobResult> => {
      throwIfAborted(signal);
      return spec.run({ signal, progress, log: (text) => log(entry, text) });
    };
    if (spec.mutates === undefined) return run();
    if (turns.isTaken(spec.mutates)) {
      progress({ phase: 'waiting', done: 0, unit: 'blobs' });
      log(entry, 'Waiting for another job that changes the same store.');
    }
    return turns.take(spec.mutates, signal, run);
  };

  const settle = async (entry: Entry): Promise<void> => {
    let end: Pick<Job, 'state' | 'result' | 'error'>;
    let detail: string;
    try {
      const result = await work(entry);
      detail = describeResult(result);
      end = { state: 'done', result };
    } catch (thrown) {
      const error = outward(thrown, ports.reports, entry.controller.signal);
      detail = [error.message, error.subject, error.hint].filter((part) => part !== undefined).join(' · ');
      end =
        error.code === 'CANCELLED' && entry.controller.signal.aborted
          ? { state: 'cancelled' }
          : { state: 'failed', error: error.toJSON() };
    }
    log(entry, detail);
    record(entry, end.state, detail);
    change(entry, { ...end, endedAt: ports.clock.now() });
    forgetOldest();
  };

  /** Bookkeeping must not turn a job that did its work into one that failed. */
  const record = (entry: Entry, state: Job['state'], detail: string): void => {
    const { mutates, kind } = entry.spec;
    if (mutates === undefined || state === 'running') return;
    try {
      ports.audit.append({ at: ports.clock.now(), action: kind, subject: mutates, outcome: state, detail });
    } catch (error) {
      const { message } = outward(error, ports.reports);
      log(entry, `This could not be written to the audit log. ${message}`);
    }
  };

  const forgetOldest = (): void => {
    let surplus = entries.size - MAX_JOBS;
    for (const [id, entry] of entries) {
      if (surplus <= 0) return;
      if (entry.job.state === 'running') continue;
      entries.delete(id);
      surplus -= 1;
    }
  };

  const start = (spec: JobSpec): string => {
    const id = randomBytes(6).toString('hex');
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry: Entry = {
      spec,
      lines: [],
      controller: new AbortController(),
      over: promise,
      job: {
        id,
        kind: spec.kind,
        title: spec.title,
        ...(spec.sourceId === undefined ? {} : { sourceId: spec.sourceId }),
        state: 'running',
        progress: { phase: 'starting', done: 0, unit: 'blobs' },
        startedAt: ports.clock.now(),
      },
    };
    entries.set(id, entry);
    change(entry, {});
    void settle(entry).finally(resolve);
    return id;
  };

  const list = (): Job[] => [...entries.values()].map((entry) => entry.job).reverse();

  return {
    start,
    list,
    get: (jobId) => find(jobId).job,
    log: (jobId) => [...find(jobId).lines],
    async finished(jobId, signal) {
      const entry = find(jobId);
      await abortable(entry.over, signal);
      return entry.job;
    },
    async cancel(jobId) {
      const entry = find(jobId);
      entry.controller.abort(cancelled());
      const answered = new AbortController();
      await Promise.race([entry.over, ports.clock.wait(CANCEL_ANSWER_MS, answered.signal)]);
      answered.abort();
    },
    async retry(jobId) {
      const { job, spec } = find(jobId);
      if (job.state === 'failed' || job.state === 'cancelled') return spec.retry ? spec.retry() : start(spec);
      throw new CacheError('CONFLICT', `This job is ${job.state === 'running' ? 'still running' : 'done'}.`, {
        subject: jobId,
        hint: 'Only a failed or cancelled job can be run again.',
      });
    },
    clear() {
      for (const [id, entry] of entries) {
        if (entry.job.state !== 'running') entries.delete(id);
      }
    },
    watch({ jobId, signal }) {
      const only = jobId === undefined ? undefined : find(jobId);
      return watchJobs({
        all: () => (only ? [only.job] : list()),
        find: (id) => entries.get(id)?.job,
        isOver: () => only !== undefined && only.job.state !== 'running',
        isWanted: (id) => jobId === undefined || id === jobId,
        listeners,
        signal,
      });
    },
    async [Symbol.asyncDispose]() {
      for (const entry of entries.values()) entry.controller.abort(cancelled());
      await Promise.all([...entries.values()].map((entry) => entry.over));
    },
  };
}

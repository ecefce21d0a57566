import type { Job, JobLogLine, JobResult } from '../../../shared/model/job.ts';

/** The jobs of the fake engine, and how a job is made. */
export interface FakeJobs {
  list(): readonly Job[];
  get(jobId: string): Job | undefined;
  log(jobId: string): readonly JobLogLine[];
  /** Starts a job that takes `steps` ticks of 50 ms, and then gives `result()`. */
  start(job: {
    readonly kind: Job['kind'];
    readonly title: string;
    readonly sourceId?: string;
    readonly unit: Job['progress']['unit'];
    readonly total: number;
    readonly steps?: number;
    /** What is worked on after so many units. */
    readonly subject?: (done: number) => string | undefined;
    readonly result: () => JobResult;
  }): string;
  cancel(jobId: string): void;
  clear(): void;
  /** Starts a failed or cancelled job again. */
  retry(jobId: string): string | undefined;
  /** Calls back after each change. */
  subscribe(listener: () => void): () => void;
}

const TICK_MS = 50;

/** A fresh list of jobs. */
export function createFakeJobs(): FakeJobs {
  const jobs = new Map<string, Job>();
  const logs = new Map<string, JobLogLine[]>();
  const again = new Map<string, () => string>();
  const timers = new Map<string, ReturnType<typeof setInterval>>();
  const listeners = new Set<() => void>();
  let made = 0;
  const put = (job: Job): void => {
    jobs.set(job.id, job);
    for (const listener of listeners) listener();
  };
  const say = (id: string, text: string): void => {
    logs.set(id, [...(logs.get(id) ?? []), { at: Date.now(), text }]);
  };
  const end = (id: string, changes: Partial<Job>): void => {
    clearInterval(timers.get(id));
    const job = jobs.get(id);
    if (job?.state === 'running') put({ ...job, ...changes, endedAt: Date.now() });
  };
  const start: FakeJobs['start'] = (wanted) => {
    made += 1;
    const id = `job-${made}`;
    const { kind, title, sourceId, unit, total, steps = 20, subject: subjectAt, result } = wanted;
    const progress = { phase: 'working', done: 0, total, unit };
    put({ id, kind, title, ...(sourceId ? { sourceId } : {}), state: 'running', progress, startedAt: Date.now() });
    say(id, `${title}: started`);
    again.set(id, () => start(wanted));
    let step = 0;
    timers.set(
      id,
      setInterval(() => {
        step += 1;
        const job = jobs.get(id);
        if (!job) return;
        const done = Math.round((total * step) / steps);
        const rate = total / ((steps * TICK_MS) / 1000);
        const subject = subjectAt?.(done);
        const leftMs = (steps - step) * TICK_MS;
        put({ ...job, progress: { ...progress, done, rate, leftMs, ...(subject ? { subject } : {}) } });
        if (step % 5 === 0) say(id, `${done} of ${total} ${unit}`);
        if (step < steps) return;
        say(id, 'done');
        end(id, { state: 'done', result: result() });
      }, TICK_MS),
    );
    return id;
  };
  return {
    list: () => [...jobs.values()].sort((a, b) => b.startedAt - a.startedAt),
    get: (id) => jobs.get(id),
    log: (id) => logs.get(id) ?? [],
    start,
    cancel(id) {
      say(id, 'cancelled');
      end(id, { state: 'cancelled' });
    },
    clear() {
      for (const job of jobs.values()) if (job.state !== 'running') jobs.delete(job.id);
    },
    retry: (id) => again.get(id)?.(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

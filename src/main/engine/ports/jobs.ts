import type { Job, JobLogLine, JobProgress, JobResult } from '../../../shared/model/job.ts';

/** What a job's function reports: `JobProgress` without what is worked out from it. */
export type RawProgress = Omit<JobProgress, 'rate' | 'leftMs'>;

/** What a job's function is given. */
export interface JobContext {
  /** Fires on cancel. The function then throws `CANCELLED` soon (well under a second) and leaves everything as before or resumable. */
  readonly signal: AbortSignal;
  /** Call it as often as is convenient: events are thinned, rate and time left are worked out here. */
  progress(progress: RawProgress): void;
  /** A line for the job's log. */
  log(text: string): void;
}

/** A job to run. */
export interface JobSpec<Result extends JobResult = JobResult> {
  readonly kind: Result['kind'];
  /** For a person: `Verify /srv/cache`. */
  readonly title: string;
  readonly sourceId?: string;
  /**
   * Canonical location of the store or folder that is changed: such jobs run one at a time for each location, and each
   * leaves an audit entry with this as its subject. Absent: the job only reads, and never waits.
   */
  readonly mutates?: string;
  /** Runs once for each start or retry. Throws a `CacheError` to fail. */
  run(context: JobContext): Promise<Result>;
  /** What a retry does instead of running this again; answers the id of the new job. */
  retry?(): Promise<string>;
}

/** Everything running or finished in this session. */
export interface Jobs extends AsyncDisposable {
  /** Starts it and answers its id at once. */
  start<Result extends JobResult>(spec: JobSpec<Result>): string;
  /** Newest first. */
  list(): readonly Job[];
  /** @throws `NOT_FOUND` */
  get(jobId: string): Job;
  /** @throws `NOT_FOUND` */
  log(jobId: string): readonly JobLogLine[];
  /**
   * The job once it is over, whatever its end; cancelling the wait does not cancel the job.
   * @throws `NOT_FOUND`, `CANCELLED`
   */
  finished(jobId: string, signal?: AbortSignal): Promise<Job>;
  /** Resolves once the job is over, at the latest after a second. One that is over already is left alone. @throws `NOT_FOUND` */
  cancel(jobId: string): Promise<void>;
  /** Runs a failed or cancelled job again, as a new job. @throws `NOT_FOUND`, `CONFLICT` while it runs or when it is done */
  retry(jobId: string): Promise<string>;
  /** Takes what is over off the list. */
  clear(): void;
  /** Batches of changed jobs as `jobs.watch` of the contract says. @throws `NOT_FOUND` for an unknown `jobId` */
  watch(options: {
    readonly jobId?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  }): AsyncIteratorObject<Job[], void, void>;
}

import type { Job } from '../../../shared/model/job.ts';
import { createCoalescedStream } from '../streams/coalesced.ts';

/** At most ten batches a second: more than that nobody can see. */
const INTERVAL_MS = 100;

/** What a watcher needs of the jobs. */
interface Watched {
  /** The jobs of the first batch. */
  all(): Job[];
  /** The job as it is now; undefined when it has left the list. */
  find(jobId: string): Job | undefined;
  isWanted(jobId: string): boolean;
  isOver(): boolean;
  readonly listeners: Set<(jobId: string) => void>;
  readonly signal: AbortSignal | undefined;
}

/** The first batch is all jobs; each later one holds every job that changed since, once, as it is by then. */
export function watchJobs(watched: Watched): AsyncIteratorObject<Job[], void, void> {
  let isFirst = true;
  const changed = new Set<string>();
  return createCoalescedStream<Job[]>({
    intervalMs: INTERVAL_MS,
    signal: watched.signal,
    isOver: watched.isOver,
    subscribe(wake) {
      const listener = (jobId: string): void => {
        if (!watched.isWanted(jobId)) return;
        changed.add(jobId);
        wake();
      };
      watched.listeners.add(listener);
      return () => watched.listeners.delete(listener);
    },
    take() {
      if (isFirst) {
        isFirst = false;
        changed.clear();
        return watched.all();
      }
      const jobs = [...changed].map(watched.find).filter((job) => job !== undefined);
      changed.clear();
      return jobs.length === 0 ? undefined : jobs;
    },
  });
}

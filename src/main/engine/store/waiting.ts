import type { JobProgress } from '../../../shared/model/job.ts';

/** Progress of a job that waits for another process, for `LockOptions.onWait`. */
export function waiting(onProgress: (progress: JobProgress) => void): (pid: number) => void {
  return (pid) => onProgress({ phase: `Waiting for process ${pid}`, done: 0, unit: 'blobs' });
}

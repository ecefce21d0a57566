import type { Job } from '../../../shared/model/job.ts';

/** 0 to 1; absent while the total is not known. A job that is over has its whole share. */
export function jobShare(job: Job): number | undefined {
  if (job.state === 'done') return 1;
  const { done, total } = job.progress;
  return total === undefined || total === 0 ? undefined : Math.min(1, done / total);
}

/** The share of several jobs together: each counts alike, because bytes and records do not add up. */
export function jobsShare(jobs: readonly Job[]): number | undefined {
  const shares = jobs.map(jobShare);
  if (shares.length === 0 || shares.some((share) => share === undefined)) return undefined;
  return shares.reduce<number>((sum, share) => sum + (share ?? 0), 0) / shares.length;
}

import { formatBytes, formatCount } from '../../shared/base/bytes.ts';
import { formatDuration } from '../../shared/base/time.ts';
import type { JobProgress } from '../../shared/model/job.ts';

/** `910 KiB of 1.01 MiB`, `17 of 45 records`. */
export function formatProgress({ done, total, unit }: JobProgress): string {
  if (unit === 'bytes')
    return total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`;
  return total === undefined ? `${formatCount(done)} ${unit}` : `${formatCount(done)} of ${formatCount(total)} ${unit}`;
}

/** `236 KiB/s`, `12 000 records/s`; absent while not known. */
export function formatRate({ rate, unit }: JobProgress): string | undefined {
  if (rate === undefined || rate <= 0) return undefined;
  return unit === 'bytes' ? `${formatBytes(rate)}/s` : `${formatCount(Math.round(rate))} ${unit}/s`;
}

/** A guess about the end is shown only once the job has run this long: before that it jumps. */
const GUESS_AFTER_MS = 3_000;

/** `4.0 s left`, once the job has run for three seconds. */
export function formatTimeLeft({ leftMs }: JobProgress, startedAt: number, nowMs: number): string | undefined {
  if (leftMs === undefined || nowMs - startedAt < GUESS_AFTER_MS) return undefined;
  return `${formatDuration(leftMs)} left`;
}

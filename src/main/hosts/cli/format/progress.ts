import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import { formatDuration } from '../../../../shared/base/time.ts';
import type { JobProgress } from '../../../../shared/model/job.ts';
import type { Output } from '../output.ts';
import { terminalText } from './terminal-text.ts';

/** A line on standard error that is written over and over; silent where that is no terminal. */
export interface ProgressLine {
  show(progress: JobProgress): void;
  /** Wipes it, before anything else is printed. */
  clear(): void;
}

const WIPE = '\r\x1b[K';

export function createProgressLine(err: Output): ProgressLine {
  let shown = false;
  const write = (text: string): void => {
    // A line that cannot be written is no reason to stop the work.
    err.write(text).catch(() => undefined);
  };
  return {
    show(progress) {
      if (!err.isTerminal) return;
      write(`${WIPE}${progressText(progress).slice(0, (err.columns ?? 80) - 1)}`);
      shown = true;
    },
    clear() {
      if (shown) write(WIPE);
      shown = false;
    },
  };
}

/** `reading config  1.2 MiB of 4 MiB  3.1 MiB/s  2 s left`. The time left is shown from three seconds on. */
export function progressText({ phase, done, total, unit, rate, leftMs }: JobProgress): string {
  const amount = (n: number): string => (unit === 'bytes' ? formatBytes(n) : `${formatCount(Math.round(n))} ${unit}`);
  const parts = [
    terminalText(phase),
    total === undefined ? amount(done) : `${unit === 'bytes' ? amount(done) : formatCount(done)} of ${amount(total)}`,
    ...(rate === undefined || rate <= 0 ? [] : [`${amount(rate)}/s`]),
    ...(leftMs === undefined || leftMs < 3000 ? [] : [`${formatDuration(leftMs)} left`]),
  ];
  return parts.join('  ');
}

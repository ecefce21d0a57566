/** What is waited after the first failure. */
const FIRST_MS = 2_000;
/** What is waited at most, where the period is shorter. */
const MOST_MS = 5 * 60_000;

/**
 * Returns the milliseconds until the next try: the period, or after failures twice as long each time, of which a random
 * half is taken off, so that machines that failed together do not come back together.
 * @param random from 0 up to 1
 */
export function nextTryMs(periodMs: number, failures: number, random: () => number): number {
  if (failures === 0) return periodMs;
  const whole = Math.min(Math.max(periodMs, MOST_MS), FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole * (0.5 + random() / 2));
}

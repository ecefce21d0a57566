/** Middle of the values; the mean of the two middle ones where there is an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median distance from the median: a spread that one slow round does not widen. */
export function medianDeviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((value) => Math.abs(value - centre)));
}

/** Returns the value that so many per cent of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** An interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 4000;

/**
 * 95 % bootstrap interval of median(peer) ÷ median(ours). Rounds are resampled as pairs, since what disturbs a round
 * disturbs both. Always the same for the same times.
 */
export function ratioInterval(ours: readonly number[], peer: readonly number[]): Interval {
  const random = lehmer(1);
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const rounds = ours.map(() => Math.floor(random() * ours.length));
    return (
      median(rounds.map((round) => peer[round] ?? Number.NaN)) /
      median(rounds.map((round) => ours[round] ?? Number.NaN))
    );
  }).sort((a, b) => a - b);
  return {
    low: ratios[Math.floor(RESAMPLES * 0.025)] ?? Number.NaN,
    high: ratios[Math.ceil(RESAMPLES * 0.975) - 1] ?? Number.NaN,
  };
}

/** Numbers in (0, 1), always the same. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

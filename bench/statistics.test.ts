import { describe, expect, test } from 'vitest';
import { median, medianDeviation, percentile, ratioInterval } from './statistics.ts';

describe('statistics of benches', () => {
  test('median and spread', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(medianDeviation([1, 2, 3, 4, 100])).toBe(1);
    expect(median([])).toBeNaN();
  });

  test('the 95th of 100', () => {
    const values = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect(percentile(values, 95)).toBe(95);
    expect(percentile([7], 95)).toBe(7);
    expect(percentile([], 95)).toBeNaN();
  });

  test('the interval of a ratio holds it, is repeatable, and narrows to a point without noise', () => {
    const ours = [10, 11, 12, 13, 30];
    const peer = [21, 20, 25, 26, 24];
    const { low, high } = ratioInterval(ours, peer);
    const ratio = median(peer) / median(ours);
    expect(low).toBeLessThanOrEqual(ratio);
    expect(high).toBeGreaterThanOrEqual(ratio);
    expect(low).toBeLessThan(high);
    expect(ratioInterval(ours, peer)).toEqual({ low, high });
    expect(ratioInterval([5, 5, 5], [10, 10, 10])).toEqual({ low: 2, high: 2 });
  });

  test('pairs are resampled together: a machine that is slow for both does not widen it', () => {
    const ours = [1, 2, 3, 4, 5, 6, 7];
    expect(
      ratioInterval(
        ours,
        ours.map((ms) => ms * 3),
      ),
    ).toEqual({ low: 3, high: 3 });
  });
});

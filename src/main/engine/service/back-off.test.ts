import { expect, test } from 'vitest';
import { nextTryMs } from './back-off.ts';

test('without failures the period is waited, with them twice as long each time, at least half of it', () => {
  expect(nextTryMs(60_000, 0, () => 0.3)).toBe(60_000);
  expect([1, 2, 3, 4].map((failures) => nextTryMs(60_000, failures, () => 1))).toEqual([2000, 4000, 8000, 16_000]);
  expect(nextTryMs(60_000, 4, () => 0)).toBe(8000);
});

test('never longer than five minutes or the period, whichever is longer', () => {
  expect(nextTryMs(60_000, 500, () => 1)).toBe(300_000);
  expect(nextTryMs(3_600_000, 500, () => 1)).toBe(3_600_000);
});

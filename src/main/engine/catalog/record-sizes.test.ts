import { expect, test } from 'vitest';
import { runSteps } from '../streams/steps.ts';
import { newestResult, readTimes } from './record-sizes.ts';

test.each([
  ['none', [], -1],
  ['the only one', ['2026-01-01T00:00:00Z'], 0],
  ['the later', ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z'], 0],
  ['the later, wherever it stands', ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'], 1],
  ['the later by nanoseconds', ['2026-01-01T00:00:00.000000001Z', '2026-01-01T00:00:00.000000002Z'], 1],
  ['the later by nanoseconds, first', ['2026-01-01T00:00:00.000000002Z', '2026-01-01T00:00:00.000000001Z'], 0],
  ['the later by ms, with fewer nanoseconds', ['2026-01-01T00:00:00.002Z', '2026-01-01T00:00:00.001000009Z'], 0],
  ['the first of equals', ['2026-01-01T00:00:00.000000001Z', '2026-01-01T00:00:00.000000001Z'], 0],
  ['the one with a time', [undefined, '2026-01-01T00:00:00Z'], 1],
  ['the first where none has a time', [undefined, undefined], 0],
])('the newest result: %s', (_, texts, expected) => {
  expect(newestResult(runSteps(readTimes(texts)), 0, texts.length)).toBe(expected);
});

import { expect, test } from 'vitest';
import { compareTimes } from './compare-times.ts';

test('times are ordered to the nanosecond, whatever their zone; what is none comes first', () => {
  const ordered = [
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59.999999999Z',
    '2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00.000000001Z',
    '2024-01-01T00:00:00.1Z',
    '2024-01-01T02:00:00.100000001+02:00',
    '2024-01-01T00:00:01Z',
  ];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) expect(Math.sign(compareTimes(a, b)), `${a} ${b}`).toBe(Math.sign(i - j));
  }
  expect(compareTimes('2024-01-01T01:00:00+01:00', '2024-01-01T00:00:00Z')).toBe(0);
  expect(compareTimes('yesterday', '1969-01-01T00:00:00Z')).toBeLessThan(0);
  expect(compareTimes('yesterday', '0001-01-01T00:00:00Z')).toBe(0);
});

import { expect, test } from 'vitest';
import { inExactUnit } from './exact-unit.ts';

const UNITS = [
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;

test.each([
  [0, '0 B'],
  [1, '1 B'],
  [1024, '1 KiB'],
  [1536, '1536 B'],
  [3 * 1024 ** 2, '3 MiB'],
  [1024 ** 2 + 1024, '1025 KiB'],
])('%i is %s', (value, text) => {
  expect(inExactUnit(value, UNITS, 'B', ' ')).toBe(text);
});

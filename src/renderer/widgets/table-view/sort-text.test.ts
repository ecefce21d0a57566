import { expect, test } from 'vitest';
import { readSort, writeSort } from './sort-text.ts';

const FALLBACK = { field: 'own', descending: true };

test('a sort in the address is the one of the command line', () => {
  expect(readSort('adds:desc', FALLBACK)).toEqual({ field: 'adds', descending: true });
  expect(readSort('adds', FALLBACK)).toEqual({ field: 'adds', descending: false });
  expect(readSort('adds:asc', FALLBACK)).toEqual({ field: 'adds', descending: false });
  expect(readSort(undefined, FALLBACK)).toBe(FALLBACK);
  for (const text of ['adds', 'adds:desc']) expect(writeSort(readSort(text, FALLBACK))).toBe(text);
});

import { expect, test } from 'vitest';
import { clampedFocus, type GridFocus, movedFocus, movedSideways } from './grid-focus.ts';

const SPACE = { rows: 100, columns: 4, pageRows: 20 };
const row = (index: number): GridFocus => ({ row: index, column: -1 });

test('rows move within the list, and up from the first into the header', () => {
  expect(movedFocus(row(0), 'next', SPACE)).toEqual(row(1));
  expect(movedFocus(row(99), 'next', SPACE)).toEqual(row(99));
  expect(movedFocus(row(95), 'page-down', SPACE)).toEqual(row(99));
  expect(movedFocus(row(5), 'page-up', SPACE)).toEqual(row(0));
  expect(movedFocus(row(5), 'last', SPACE)).toEqual(row(99));
  expect(movedFocus(row(0), 'previous', SPACE)).toEqual({ row: -1, column: 0 });
  expect(movedFocus({ row: 0, column: 2 }, 'previous', SPACE)).toEqual({ row: -1, column: 2 });
});

test('the header has its own ends and leads back into the rows', () => {
  expect(movedFocus({ row: -1, column: 2 }, 'last', SPACE)).toEqual({ row: -1, column: 3 });
  expect(movedFocus({ row: -1, column: 2 }, 'first', SPACE)).toEqual({ row: -1, column: 0 });
  expect(movedFocus({ row: -1, column: 2 }, 'previous', SPACE)).toEqual({ row: -1, column: 2 });
  expect(movedFocus({ row: -1, column: 2 }, 'next', SPACE)).toEqual({ row: 0, column: 2 });
  expect(movedFocus({ row: -1, column: 2 }, 'next', { ...SPACE, rows: 0 })).toEqual({ row: -1, column: 2 });
});

test('sideways leads from the whole row into its cells and back', () => {
  expect(movedSideways(row(3), 1, SPACE)).toEqual({ row: 3, column: 0 });
  expect(movedSideways({ row: 3, column: 0 }, -1, SPACE)).toEqual(row(3));
  expect(movedSideways({ row: 3, column: 3 }, 1, SPACE)).toEqual({ row: 3, column: 3 });
  expect(movedSideways({ row: -1, column: 0 }, -1, SPACE)).toEqual({ row: -1, column: 0 });
});

test('a filter that leaves fewer rows keeps the focus on one of them', () => {
  expect(clampedFocus(row(80), { ...SPACE, rows: 12 })).toEqual(row(11));
  expect(clampedFocus(row(80), { ...SPACE, rows: 0 })).toEqual({ row: -1, column: 0 });
  expect(clampedFocus({ row: 1, column: 3 }, { ...SPACE, columns: 2 })).toEqual({ row: 1, column: 1 });
});

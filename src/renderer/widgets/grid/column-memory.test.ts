import { expect, test } from 'vitest';
import { readFirst, readKept } from './column-memory.ts';

const STATE = {
  order: ['step', 'digest'],
  visibility: { layers: true },
  sizing: { adds: 80 },
  pinning: { start: ['step'], end: [] },
};

test('what was kept comes back', () => {
  expect(readKept({ tables: { Keys: STATE } })).toEqual({ Keys: STATE });
});

test('a table whose columns are damaged is forgotten, the others stay', () => {
  expect(readKept({ tables: { Keys: STATE, Layers: { ...STATE, sizing: { adds: 'wide' } } } })).toEqual({
    Keys: STATE,
  });
  expect(readKept({ tables: { Keys: { ...STATE, pinning: ['step'] } } })).toEqual({});
  expect(readKept(undefined)).toEqual({});
  expect(readKept('nonsense')).toEqual({});
});

test('what the first version kept comes along', () => {
  const first = { order: ['step', 'digest'], on: ['layers'], off: ['users'], widths: { adds: 80 } };
  expect(readFirst({ views: { Keys: first, Files: { order: 1 } } })).toEqual({
    Keys: { ...STATE, visibility: { layers: true, users: false }, pinning: { start: [], end: [] } },
  });
});

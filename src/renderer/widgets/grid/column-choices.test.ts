import { expect, test } from 'vitest';
import { readKept } from './column-choices.ts';

const CHOICE = { order: ['step', 'digest'], on: ['layers'], off: [], widths: { adds: 80 } };

test('what was kept comes back', () => {
  expect(readKept({ views: { keys: CHOICE } })).toEqual({ keys: CHOICE });
});

test('what is damaged or of another shape is forgotten', () => {
  expect(readKept(undefined)).toEqual({});
  expect(readKept({ views: { keys: { ...CHOICE, widths: { adds: 'wide' } } } })).toEqual({});
  expect(readKept('nonsense')).toEqual({});
});

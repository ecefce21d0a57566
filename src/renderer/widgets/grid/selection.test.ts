import { expect, test } from 'vitest';
import { extended, headerState, MAX_SELECTED, NOTHING_SELECTED, selectionOf, toggled } from './selection.ts';

test('a row is added and taken out again', () => {
  const one = toggled(NOTHING_SELECTED, 'a');
  expect([...one.ids]).toEqual(['a']);
  expect(one.anchor).toBe('a');
  expect(toggled(one, 'a').ids.size).toBe(0);
});

test('a range follows what its anchor is', () => {
  const one = toggled(NOTHING_SELECTED, 'b');
  const range = extended(one, ['b', 'c', 'd']);
  expect([...range.ids]).toEqual(['b', 'c', 'd']);
  const out = toggled(range, 'c');
  expect([...extended(out, ['c', 'd']).ids]).toEqual(['b']);
});

test('rows chosen before a range stay', () => {
  const both = toggled(toggled(NOTHING_SELECTED, 'x'), 'b');
  expect([...extended(both, ['b', 'c']).ids]).toEqual(['x', 'b', 'c']);
});

test('no more than can be summed up', () => {
  const ids = Array.from({ length: MAX_SELECTED + 5 }, (_, i) => `r${i}`);
  const full = selectionOf(ids);
  expect(full.ids.size).toBe(MAX_SELECTED);
  expect(toggled(full, 'more').ids.has('more')).toBe(false);
  expect(extended(full, ['more']).ids.size).toBe(MAX_SELECTED);
});

test('the header says none, some or all', () => {
  expect(headerState(NOTHING_SELECTED, 3)).toBe('none');
  expect(headerState(selectionOf(['a']), 3)).toBe('some');
  expect(headerState(selectionOf(['a', 'b', 'c']), 3)).toBe('all');
});

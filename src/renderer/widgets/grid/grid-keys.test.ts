import { expect, test } from 'vitest';
import { gridAction, type KeyPress } from './grid-keys.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shiftKey: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  ...held,
});

test('arrows, letters and ends move; Shift extends', () => {
  expect(gridAction(press('j'), true)).toEqual({ type: 'move', to: 'next', extend: false });
  expect(gridAction(press('K', { shiftKey: true }), true)).toEqual({ type: 'move', to: 'previous', extend: true });
  expect(gridAction(press('ArrowDown', { shiftKey: true }), true)).toEqual({ type: 'move', to: 'next', extend: true });
  expect(gridAction(press('End'), true)).toEqual({ type: 'move', to: 'last', extend: false });
  expect(gridAction(press('End', { ctrlKey: true }), true)).toEqual({ type: 'move', to: 'last', extend: false });
});

test('Alt moves a column and Shift changes its width', () => {
  expect(gridAction(press('ArrowLeft', { altKey: true }), true)).toEqual({ type: 'move-column', by: -1 });
  expect(gridAction(press('ArrowRight', { shiftKey: true }), true)).toEqual({ type: 'resize-column', by: 1 });
  expect(gridAction(press('ArrowRight'), true)).toEqual({ type: 'column', by: 1 });
});

test('letters do nothing once they are switched off, everything else still works', () => {
  for (const key of ['j', 'k', 's', 'y', 'h', 'l']) expect(gridAction(press(key), false)).toBeUndefined();
  expect(gridAction(press('ArrowDown'), false)).toEqual({ type: 'move', to: 'next', extend: false });
  expect(gridAction(press(' '), false)).toEqual({ type: 'toggle', extend: false });
  expect(gridAction(press('Enter'), false)).toEqual({ type: 'inspect' });
});

test("the window's own chords pass", () => {
  expect(gridAction(press('k', { ctrlKey: true }), true)).toBeUndefined();
  expect(gridAction(press('c', { metaKey: true }), true)).toBeUndefined();
  expect(gridAction(press('g'), true)).toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import { ariaKeys, isCharacterShortcut, isPress, keyCaps, parseKeys } from './keys.ts';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', true>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});
const isFirst = (event: ReturnType<typeof press>, keys: string, mac = false): boolean => {
  const [first] = parseKeys(keys);
  return first !== undefined && isPress(event, first, mac);
};

describe('keys', () => {
  it('reads presses, modifiers and sequences', () => {
    expect(parseKeys('mod+k')).toEqual([{ key: 'k', mod: true, alt: false, shift: false }]);
    expect(parseKeys('g o').map((one) => one.key)).toEqual(['g', 'o']);
    expect(parseKeys('+').map((one) => one.key)).toEqual(['+']);
    expect(parseKeys(' ').map((one) => one.key)).toEqual([' ']);
    expect(parseKeys('shift+Space')).toEqual([{ key: ' ', mod: false, alt: false, shift: true }]);
  });

  it.each([
    ['mod+k', press('k', { ctrlKey: true }), true],
    ['mod+k', press('K', { ctrlKey: true, shiftKey: true }), false],
    ['mod+k', press('k'), false],
    ['k', press('k', { ctrlKey: true }), false],
    ['?', press('?', { shiftKey: true }), true],
    ['alt+ArrowLeft', press('ArrowLeft', { altKey: true }), true],
    ['j', press('J', { shiftKey: true }), false],
  ] as const)('%s against a press', (keys, event, expected) => {
    expect(isFirst(event, keys)).toBe(expected);
  });

  it('takes Command for mod on a Mac, and Control nowhere else', () => {
    expect(isFirst(press('k', { metaKey: true }), 'mod+k', true)).toBe(true);
    expect(isFirst(press('k', { ctrlKey: true }), 'mod+k', true)).toBe(false);
  });

  it('tells which can be switched off: only plain characters', () => {
    expect(['g o', '/', '?', 'i'].every(isCharacterShortcut)).toBe(true);
    expect(['mod+k', 'Escape', 'alt+ArrowLeft', 'mod+k i'].some(isCharacterShortcut)).toBe(false);
  });

  it('draws caps and names shortcuts for screen readers', () => {
    expect(keyCaps('mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(keyCaps('mod+k', true)).toEqual(['⌘', 'K']);
    expect(keyCaps('g g', false)).toEqual(['g', 'g']);
    expect(keyCaps(' ', false)).toEqual(['Space']);
    expect(ariaKeys('mod+k', false)).toBe('Control+K');
    expect(ariaKeys('g o', false)).toBeUndefined();
  });
});

import { Activity } from 'lucide-react';
import { describe, expect, it } from 'vitest';
import type { Command, CommandContext } from '../base/feature.ts';
import { createKeyMap } from './key-map.ts';

const command = (id: string, keys: string, enabled = true): Command => ({
  id,
  title: id,
  icon: Activity,
  keys,
  enabled: () => enabled,
  run: () => {},
});
const press = (key: string, held: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }) as KeyboardEvent;
const NO_CONTEXT = {} as CommandContext;

function mapOf(...commands: readonly Command[]) {
  let now = 0;
  const map = createKeyMap(
    () => commands,
    () => NO_CONTEXT,
    () => now,
  );
  return {
    wait: (ms: number) => {
      now += ms;
    },
    type: (key: string, letters = true, held: Partial<KeyboardEvent> = {}) => {
      const found = map.press(press(key, held), letters);
      return typeof found === 'object' ? found.id : found;
    },
  };
}

describe('the key map', () => {
  it('finds sequences and single keys', () => {
    const keys = mapOf(command('overview', 'g o'), command('graph', 'g g'), command('inspector', 'i'));
    expect(keys.type('g')).toBe('pending');
    expect(keys.type('o')).toBe('overview');
    expect(keys.type('i')).toBe('inspector');
    expect([keys.type('g'), keys.type('g')]).toEqual(['pending', 'graph']);
  });

  it('begins anew after a press that continues nothing, and after a pause', () => {
    const keys = mapOf(command('overview', 'g o'), command('inspector', 'i'));
    expect([keys.type('g'), keys.type('i')]).toEqual(['pending', 'inspector']);
    expect(keys.type('g')).toBe('pending');
    keys.wait(2_000);
    expect(keys.type('o')).toBeUndefined();
  });

  it('keeps a sequence while a modifier goes down', () => {
    const keys = mapOf(command('sheet', 'g ?'));
    expect([keys.type('g'), keys.type('Shift'), keys.type('?', true, { shiftKey: true })]).toEqual([
      'pending',
      'pending',
      'sheet',
    ]);
  });

  it('lets the first enabled of two with the same keys win', () => {
    expect(mapOf(command('a', 'x', false), command('b', 'x'), command('c', 'x')).type('x')).toBe('b');
  });

  it('does nothing on letters that are switched off, and still knows the others', () => {
    const keys = mapOf(command('overview', 'g o'), command('palette', 'mod+k'), command('back', 'Escape'));
    expect(keys.type('g', false)).toBeUndefined();
    expect(keys.type('o', false)).toBeUndefined();
    expect(keys.type('Escape', false)).toBe('back');
    const mac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform);
    expect(keys.type('k', false, mac ? { metaKey: true } : { ctrlKey: true })).toBe('palette');
  });
});

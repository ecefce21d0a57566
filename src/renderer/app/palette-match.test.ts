import { Activity } from 'lucide-react';
import { describe, expect, it } from 'vitest';
import type { Command, CommandContext } from '../base/feature.ts';
import { matchCommands, parseQuery } from './palette-match.ts';

const command = (title: string, words?: string, enabled = true): Command => ({
  id: title,
  title,
  icon: Activity,
  ...(words === undefined ? {} : { words }),
  enabled: () => enabled,
  run: () => {},
});
const ALL = [
  command('Open a cache', 'folder tar'),
  command('Copy link', 'url'),
  command('Reopen', undefined),
  command('Off', '', false),
];
const titles = (text: string): readonly string[] =>
  matchCommands(ALL, text, {} as CommandContext).map((one) => one.title);

describe('the palette', () => {
  it('matches the beginnings of words, of the title and of its other words', () => {
    expect(titles('op')).toEqual(['Open a cache']);
    expect(titles('tar open')).toEqual(['Open a cache']);
    expect(titles('ur')).toEqual(['Copy link']);
    expect(titles('pen')).toEqual([]);
  });

  it('shows everything that can run for no text, and nothing that cannot', () => {
    expect(titles('')).toEqual(['Open a cache', 'Copy link', 'Reopen']);
    expect(titles('off')).toEqual([]);
  });

  it('takes > for actions only', () => {
    expect(parseQuery('  > open ')).toEqual({ text: 'open', actionsOnly: true });
    expect(parseQuery('core')).toEqual({ text: 'core', actionsOnly: false });
  });
});

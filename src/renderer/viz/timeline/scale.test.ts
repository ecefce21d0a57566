import { describe, expect, it } from 'vitest';
import type { AgeBin } from '../../../shared/model/overview.ts';
import { findBursts, formatDay, formatTick } from './scale.ts';

const AT = Date.parse('2026-11-20T08:31:08.123Z');

describe('formatTick', () => {
  it.each([
    [300, '31:08.12'],
    [1_800, '31:08.1'],
    [27_000, '08:31:08'],
    [5 * 3_600_000, '08:31'],
    [9 * 86_400_000, '20 Nov'],
    [900 * 86_400_000, 'Nov 2026'],
  ])('for a span of %i ms gives %s', (span, text) => {
    expect(formatTick(AT, span)).toBe(text);
  });

  it('names the day', () => expect(formatDay(AT)).toBe('20 Nov 2026'));
});

describe('findBursts', () => {
  const bin = (at: number, records: number): AgeBin => ({
    fromMs: at * 4_000,
    toMs: at * 4_000 + 4_000,
    records,
    bytes: records * 100,
    byKind: {},
  });

  it('joins over a short pause and parts at a long one', () => {
    const bins = [bin(0, 2), bin(1, 0), bin(2, 1), bin(3, 0), bin(4, 0), bin(5, 5), bin(6, 0)];
    expect(findBursts(bins)).toEqual([
      { fromMs: 0, toMs: 12_000, records: 3, bytes: 300 },
      { fromMs: 20_000, toMs: 24_000, records: 5, bytes: 500 },
    ]);
  });

  it('finds none in nothing', () => expect(findBursts([bin(0, 0)])).toEqual([]));
});

import { describe, expect, it } from 'vitest';
import type { AgeBin } from '../../../shared/model/overview.ts';
import { findBursts, formatDay, formatTick } from './scale.ts';

const AT = Date.parse('2026-11-20T08:31:08.123Z');

describe('formatTick', () => {
  it.each([
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
    fromMs: at * 10,
    toMs: at * 10 + 10,
    records,
    bytes: records * 100,
    byKind: {},
  });

  it('joins neighbours and parts at empty bins', () => {
    const bursts = findBursts([bin(0, 2), bin(1, 1), bin(2, 0), bin(3, 0), bin(4, 5), bin(5, 0)]);
    expect(bursts).toEqual([
      { fromMs: 0, toMs: 20, records: 3, bytes: 300 },
      { fromMs: 40, toMs: 50, records: 5, bytes: 500 },
    ]);
  });

  it('finds none in nothing', () => expect(findBursts([bin(0, 0)])).toEqual([]));
});

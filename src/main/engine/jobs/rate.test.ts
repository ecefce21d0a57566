import { describe, expect, it } from 'vitest';
import { createRate } from './rate.ts';

const at = (done: number, phase = 'hashing') => ({ phase, done, total: 10_000, unit: 'bytes' as const });

describe('rate', () => {
  it('says nothing from the first report alone', () => {
    expect(createRate()(at(0), 0)).toEqual(at(0));
  });

  it('finds a steady rate and, after three seconds, the time left', () => {
    const rate = createRate();
    rate(at(0), 0);
    expect(rate(at(1000), 1000)).toEqual({ ...at(1000), rate: 1000 });
    expect(rate(at(2000), 2000).leftMs).toBeUndefined();
    expect(rate(at(3000), 3000)).toEqual({ ...at(3000), rate: 1000, leftMs: 7000 });
  });

  it('follows a jump only in part', () => {
    const rate = createRate();
    rate(at(0), 0);
    rate(at(1000), 1000);
    const jumped = rate(at(5000), 2000).rate ?? 0;
    expect(jumped).toBeGreaterThan(1000);
    expect(jumped).toBeLessThan(2500);
  });

  it('adds up reports that come close together', () => {
    const rate = createRate();
    rate(at(0), 0);
    for (let ms = 1; ms <= 199; ms += 1) expect(rate(at(ms), ms).rate).toBeUndefined();
    expect(rate(at(200), 200).rate).toBe(1000);
  });

  it('starts over in another phase', () => {
    const rate = createRate();
    rate(at(0), 0);
    rate(at(4000), 4000);
    expect(rate(at(0, 'writing'), 4100).rate).toBeUndefined();
    expect(rate(at(100, 'writing'), 5100).rate).toBe(100);
  });

  it('starts over where the same phase counts anew, in another unit or from a smaller number', () => {
    const smaller = createRate();
    smaller(at(0), 0);
    smaller(at(4000), 4000);
    expect(smaller(at(100), 4300)).toEqual(at(100));
    expect(smaller(at(400), 5300).rate).toBe(300);
    const other = createRate();
    other(at(0), 0);
    other(at(4000), 4000);
    expect(other({ ...at(5000), unit: 'records' }, 4300).rate).toBeUndefined();
  });

  it('gives no time left without a total', () => {
    const rate = createRate();
    rate({ phase: 'a', done: 0, unit: 'records' }, 0);
    expect(rate({ phase: 'a', done: 50, unit: 'records' }, 5000)).toEqual({
      phase: 'a',
      done: 50,
      unit: 'records',
      rate: 10,
    });
  });
});

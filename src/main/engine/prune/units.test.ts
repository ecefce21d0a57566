import { describe, expect, test } from 'vitest';
import { type SmallSource, smallSource } from '../catalog/testing/small-source.ts';
import { planOf } from './testing/plan-of.ts';

/** Layers beside one another, with results of these times: those that go for a size, in order. */
async function leaving(times: Readonly<Record<string, readonly string[]>>, keep: number): Promise<readonly number[]> {
  const words = Object.keys(times);
  const source: SmallSource = {
    caches: [
      {
        config: {
          layers: words.map((blob) => ({ blob })),
          records: Object.values(times).map((list, layer) => ({
            digest: `record ${layer}`,
            layers: list.map((createdAt) => ({ layer, createdAt })),
          })),
        },
      },
    ],
    // The sizes tell them apart.
    sizes: Object.fromEntries(words.map((word, n) => [word, 10 ** n])),
  };
  const policy = { maxBytes: keep };
  return planOf(await smallSource(source), policy, 0).goes.map(({ bytes }) => bytes);
}

describe('of units that nothing builds on', () => {
  test.each([
    {
      name: 'the one goes first that was used longest ago',
      old: ['2026-01-01T00:00:00Z'],
      late: ['2026-01-02T00:00:00Z'],
    },
    {
      name: 'nanoseconds count',
      old: ['2026-01-01T00:00:00.000000001Z'],
      late: ['2026-01-01T00:00:00.000000002Z'],
    },
    {
      name: 'the newest result counts, to the nanosecond',
      old: ['2026-01-01T00:00:00.000000002Z', '2026-01-01T00:00:00.000000001Z'],
      late: ['2026-01-01T00:00:00.000000001Z', '2026-01-01T00:00:00.000000003Z'],
    },
    {
      name: 'a later millisecond with fewer nanoseconds is later',
      old: ['2026-01-01T00:00:00.001000009Z'],
      late: ['2026-01-01T00:00:00.002Z'],
    },
  ])('$name', async ({ old, late }) => {
    expect(await leaving({ a: old, b: late }, 0)).toEqual([1, 10]);
    expect(await leaving({ a: late, b: old }, 0)).toEqual([10, 1]);
  });
});

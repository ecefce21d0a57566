import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeParts } from './size-bar.tsx';

describe('sizeParts', () => {
  it.each([
    ['shares all but its own layer', { ownBytes: 100, addsBytes: 30, reclaimableBytes: 0 }, [70, 30, 0]],
    ['alone keeps its own layer', { ownBytes: 100, addsBytes: 30, reclaimableBytes: 30 }, [70, 0, 30]],
    ['alone keeps more than its own layer', { ownBytes: 100, addsBytes: 30, reclaimableBytes: 60 }, [40, 0, 60]],
    ['has nothing', { ownBytes: 0, addsBytes: 0, reclaimableBytes: 0 }, [0, 0, 0]],
  ])('a record that %s', (_, size, [inherited, added, onlyThis]) => {
    expect(sizeParts(size)).toEqual({ inherited, added, onlyThis });
  });

  it('always adds up to the own size, with no part below zero', () => {
    const bytes = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(bytes, bytes, bytes, (ownBytes, addsBytes, reclaimableBytes) => {
        const parts = sizeParts({ ownBytes, addsBytes, reclaimableBytes });
        expect(parts.inherited + parts.added + parts.onlyThis).toBe(ownBytes);
        expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

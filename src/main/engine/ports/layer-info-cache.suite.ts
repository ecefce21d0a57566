import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LayerInfoCache } from './layer-info-cache.ts';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const C = `sha256:${'c'.repeat(64)}`;

/** What every `LayerInfoCache` must do. `create` gives an empty one; it is disposed after each test. */
export function describeLayerInfoCache(name: string, create: () => Promise<LayerInfoCache>): void {
  describe(`LayerInfoCache: ${name}`, () => {
    let cache: LayerInfoCache;
    beforeEach(async () => {
      cache = await create();
    });
    afterEach(async () => {
      await cache[Symbol.asyncDispose]();
    });

    test('an unknown layer is in no repository and has no meta', async () => {
      expect(await cache.contains('app', A)).toBe(false);
      await expect(cache.meta(A)).rejects.toMatchObject({ code: 'NOT_FOUND', subject: A });
    });

    test('membership belongs to one repository', async () => {
      await cache.add('app', A);
      await cache.add('app', A);
      expect(await cache.contains('app', A)).toBe(true);
      expect(await cache.contains('app2', A)).toBe(false);
      expect(await cache.contains('app', B)).toBe(false);
    });

    test('meta belongs to the digest, and the newest word counts', async () => {
      await cache.setMeta(A, { path: 'blobs/a', length: 1 });
      await cache.setMeta(A, { path: 'elsewhere/a', length: 5 * 2 ** 40 });
      expect(await cache.meta(A)).toEqual({ path: 'elsewhere/a', length: 5 * 2 ** 40 });
    });

    test('the time of a look is kept with the meta, and goes with the next one that has none', async () => {
      await cache.setMeta(A, { path: 'a', length: 1, seenAt: 1_700_000_000_123 });
      expect(await cache.meta(A)).toEqual({ path: 'a', length: 1, seenAt: 1_700_000_000_123 });
      expect(await cache.metaMany([A])).toEqual([{ path: 'a', length: 1, seenAt: 1_700_000_000_123 }]);
      await cache.setMeta(A, { path: 'a', length: 1 });
      expect(await cache.meta(A)).toEqual({ path: 'a', length: 1 });
    });

    test('meta alone grants no membership, membership alone gives no meta', async () => {
      await cache.setMeta(A, { path: 'a', length: 0 });
      await cache.add('app', B);
      expect(await cache.contains('app', A)).toBe(false);
      await expect(cache.meta(B)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('batches answer in the order of the question', async () => {
      await cache.add('app', C);
      await cache.setMeta(B, { path: 'b', length: 2 });
      expect(await cache.containsMany('app', [A, C, B, C])).toEqual([false, true, false, true]);
      expect(await cache.metaMany([A, B, C, B])).toEqual([
        undefined,
        { path: 'b', length: 2 },
        undefined,
        { path: 'b', length: 2 },
      ]);
      expect(await cache.containsMany('app', [])).toEqual([]);
      expect(await cache.metaMany([])).toEqual([]);
    });

    test('names that look like separators are kept apart', async () => {
      await cache.add('a:b', A);
      await cache.add('a', `b:${A}`);
      expect(await cache.contains('a:b', A)).toBe(true);
      expect(await cache.contains('a', A)).toBe(false);
      await cache.setMeta('x', { path: 'päth with "quotes"\nand lines', length: 3 });
      expect(await cache.meta('x')).toEqual({ path: 'päth with "quotes"\nand lines', length: 3 });
    });

    test('counts what was there and what was not', async () => {
      const before = cache.stats();
      await cache.add('app', A);
      await cache.contains('app', A);
      await cache.contains('app', B);
      await cache.meta(B).catch(() => undefined);
      expect(cache.stats()).toEqual({ hits: before.hits + 1, misses: before.misses + 2 });
    });

    test.each([
      ['contains, no repository', () => cache.contains('', A), 'looked for in a repository', 'repo'],
      ['contains, no digest', () => cache.contains('app', ''), 'without a digest cannot be looked for', 'digest'],
      ['containsMany, no repository', () => cache.containsMany('', [A]), 'Layers cannot be looked for', 'repo'],
      ['containsMany, one empty digest', () => cache.containsMany('app', [A, '']), 'among those looked for', 'digests'],
      ['add, no repository', () => cache.add('', A), 'added to a repository', 'repo'],
      ['add, no digest', () => cache.add('app', ''), 'without a digest cannot be added', 'digest'],
      ['meta, no digest', () => cache.meta(''), 'no meta for a layer without a digest', 'digest'],
      ['metaMany, one empty digest', () => cache.metaMany(['']), 'among others', 'digests'],
      ['setMeta, no digest', () => cache.setMeta('', { path: 'p', length: 1 }), 'cannot be set for a layer', 'digest'],
      ['setMeta, no path', () => cache.setMeta(A, { path: '', length: 1 }), 'without a path', 'meta.path'],
      ['setMeta, negative length', () => cache.setMeta(A, { path: 'p', length: -1 }), 'whole bytes', 'meta.length'],
      [
        'setMeta, a time before 1970',
        () => cache.setMeta(A, { path: 'p', length: 1, seenAt: -1 }),
        'whole milliseconds',
        'meta.seenAt',
      ],
    ])('refuses: %s', async (_name, call, text, subject) => {
      await expect(call()).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        subject,
        message: expect.stringContaining(text),
      });
    });

    test('many at once lose nothing', async () => {
      const digests = Array.from({ length: 500 }, (_, n) => `sha256:${n.toString(16).padStart(64, '0')}`);
      await Promise.all(
        digests.map((d, n) => Promise.all([cache.add('app', d), cache.setMeta(d, { path: `p${n}`, length: n })])),
      );
      expect(await cache.containsMany('app', digests)).toEqual(digests.map(() => true));
      expect(await cache.metaMany(digests)).toEqual(digests.map((_, n) => ({ path: `p${n}`, length: n })));
    });
  });
}

import { describe, expect, test } from 'vitest';
import { outputKey } from '../solver/cache-key.ts';
import type { CacheInfoLink, CacheKeyStorage } from './cache-key-storage.ts';

const link = (input: number, digest: string, selector = '', output = 0): CacheInfoLink => ({
  input,
  output,
  digest,
  selector,
});
const result = (id: string) => ({ id, createdAt: '2024-01-02T03:04:05.000000006Z' });
const sorted = (ids: Iterable<string>) => [...ids].sort();

/** Everything a key graph answers, as one value: two graphs with the same picture are the same. */
export function pictureOf(storage: CacheKeyStorage): unknown {
  return sorted(storage.walk()).map((id) => ({
    id,
    results: [...storage.walkResults(id)].sort((a, b) => (a.id < b.id ? -1 : 1)),
    links: [...storage.walkLinksAll(id)]
      .map((l) => JSON.stringify([l.link.input, outputKey(l.link.digest, l.link.output), l.link.selector, l.target]))
      .sort(),
    backlinks: [...storage.walkBacklinks(id)]
      .map((l) => JSON.stringify([l.source, l.link.input, l.link.digest, l.link.selector]))
      .sort(),
  }));
}

/** Writes everything a key graph holds into another one. */
export function copyKeys(from: CacheKeyStorage, to: CacheKeyStorage): void {
  for (const id of from.walk()) {
    for (const one of from.walkResults(id)) to.addResult(id, one);
    for (const { link: one, target } of from.walkLinksAll(id)) to.addLink(id, one, target);
  }
}

/** What every writable `CacheKeyStorage` must do. */
export function describeCacheKeyStorage(name: string, create: () => CacheKeyStorage): void {
  describe(`CacheKeyStorage: ${name}`, () => {
    test('an empty graph has nothing', () => {
      const keys = create();
      expect(keys.exists('a')).toBe(false);
      expect([...keys.walk()]).toEqual([]);
      expect([...keys.walkResults('a')]).toEqual([]);
      expect([...keys.walkLinks('a', link(0, 'd'))]).toEqual([]);
      expect([...keys.walkBacklinks('a')]).toEqual([]);
      expect(() => keys.load('a', 'r')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', subject: 'r' }));
    });

    test('results: added, loaded, replaced, found from their id', () => {
      const keys = create();
      keys.addResult('a', result('r1'));
      keys.addResult('a', result('r2'));
      keys.addResult('b', result('r1'));
      keys.addResult('a', { id: 'r1', createdAt: '2025-01-01T00:00:00Z' });
      expect(keys.exists('a')).toBe(true);
      expect(sorted([...keys.walkResults('a')].map((r) => r.id))).toEqual(['r1', 'r2']);
      expect(keys.load('a', 'r1')).toEqual({ id: 'r1', createdAt: '2025-01-01T00:00:00Z' });
      expect(keys.load('b', 'r1')).toEqual(result('r1'));
      expect(sorted(keys.walkIDsByResult('r1'))).toEqual(['a', 'b']);
      expect(sorted(keys.walkIDsByResult('none'))).toEqual([]);
      expect(sorted(keys.walk())).toEqual(['a', 'b']);
    });

    test('links: input, record digest and selector tell them apart', () => {
      const keys = create();
      keys.addLink('a', link(0, 'd'), 't1');
      keys.addLink('a', link(0, 'd'), 't2');
      keys.addLink('a', link(0, 'd'), 't2');
      keys.addLink('a', link(1, 'd'), 't3');
      keys.addLink('a', link(0, 'd', 's'), 't4');
      keys.addLink('a', link(0, 'd', '', 1), 't5');
      expect(sorted(keys.walkLinks('a', link(0, 'd')))).toEqual(['t1', 't2']);
      expect(sorted(keys.walkLinks('a', link(1, 'd')))).toEqual(['t3']);
      expect(sorted(keys.walkLinks('a', link(0, 'd', 's')))).toEqual(['t4']);
      expect(sorted(keys.walkLinks('a', link(0, 'd', '', 1)))).toEqual(['t5']);
      expect(sorted(keys.walkLinks('a', link(0, 'e')))).toEqual([]);
      expect(keys.hasLink('a', link(0, 'd'), 't1')).toBe(true);
      expect(keys.hasLink('a', link(0, 'd'), 't3')).toBe(false);
      expect([...keys.walkLinksAll('a')].length).toBe(5);
      expect(keys.exists('a')).toBe(true);
      expect(keys.exists('t1')).toBe(false);
    });

    test('backlinks name the source, and the record digest in the place of the digest', () => {
      const keys = create();
      keys.addLink('a', link(2, 'd', 's', 1), 't');
      keys.addLink('b', link(0, 'd', '', 1), 't');
      const back = [...keys.walkBacklinks('t')].sort((x, y) => (x.source < y.source ? -1 : 1));
      expect(back).toEqual([
        { source: 'a', link: { input: 2, output: 0, digest: outputKey('d', 1), selector: 's' } },
        { source: 'b', link: { input: 0, output: 0, digest: outputKey('d', 1), selector: '' } },
      ]);
    });

    test('release takes a result from every key, and then what leads nowhere', () => {
      const keys = create();
      keys.addLink('root', link(0, 'd1'), 'mid');
      keys.addLink('mid', link(0, 'd2'), 'leaf');
      keys.addLink('other', link(0, 'd3'), 'leaf');
      keys.addResult('other', result('r2'));
      keys.addResult('leaf', result('r1'));
      keys.release('r1');
      expect(sorted(keys.walk())).toEqual(['other']);
      expect([...keys.walkLinks('other', link(0, 'd3'))]).toEqual([]);
      expect([...keys.walkIDsByResult('r1')]).toEqual([]);
      keys.release('r1');
      keys.release('r2');
      expect([...keys.walk()]).toEqual([]);
    });

    test('release keeps a key that leads somewhere, and one with another result', () => {
      const keys = create();
      keys.addLink('root', link(0, 'd1'), 'mid');
      keys.addLink('mid', link(0, 'd2'), 'leaf');
      keys.addResult('mid', result('r1'));
      keys.addResult('leaf', result('r1'));
      keys.addResult('leaf', result('r2'));
      keys.release('r1');
      expect(sorted(keys.walk())).toEqual(['leaf', 'mid', 'root']);
      expect([...keys.walkResults('mid')]).toEqual([]);
      expect([...keys.walkResults('leaf')].map((r) => r.id)).toEqual(['r2']);
    });

    test('a loop of links is released too', () => {
      const keys = create();
      keys.addLink('a', link(0, 'd'), 'b');
      keys.addLink('b', link(0, 'd'), 'a');
      keys.addResult('b', result('r'));
      keys.release('r');
      expect([...keys.walkResults('b')]).toEqual([]);
    });
  });
}

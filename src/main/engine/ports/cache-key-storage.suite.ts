import { describe, expect, test } from 'vitest';
import { outputKey } from '../solver/cache-key.ts';
import { type CacheInfoLink, type CacheKeyStorage, WALKED_AT_ONCE } from './cache-key-storage.ts';

const link = (input: number, digest: string, selector = '', output = 0): CacheInfoLink => ({
  input,
  output,
  digest,
  selector,
});
const result = (id: string) => ({ id, createdAt: '2024-01-02T03:04:05.000000006Z' });
const sorted = (ids: Iterable<string> | undefined) => [...(ids ?? [])].sort();

/** All keys of a graph. */
export async function allKeys(storage: CacheKeyStorage): Promise<string[]> {
  const ids: string[] = [];
  for await (const batch of storage.walk()) ids.push(...batch);
  return ids;
}

/** Everything a key graph answers, as one value: two graphs with the same picture are the same. */
export async function pictureOf(storage: CacheKeyStorage): Promise<unknown> {
  const ids = sorted(await allKeys(storage));
  const results = await storage.walkResults(ids);
  const links = await storage.walkLinksAll(ids);
  const backlinks = await storage.walkBacklinks(ids);
  return ids.map((id, at) => ({
    id,
    results: [...(results[at] ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)),
    links: (links[at] ?? [])
      .map((l) => JSON.stringify([l.link.input, outputKey(l.link.digest, l.link.output), l.link.selector, l.target]))
      .sort(),
    backlinks: (backlinks[at] ?? []).map((l) => JSON.stringify([l.source, l.input, l.base, l.selector])).sort(),
  }));
}

/** Writes everything a key graph holds into another one. */
export async function copyKeys(from: CacheKeyStorage, to: CacheKeyStorage): Promise<void> {
  for await (const ids of from.walk()) {
    const results = await from.walkResults(ids);
    const links = await from.walkLinksAll(ids);
    await to.addResult(ids.flatMap((id, at) => (results[at] ?? []).map((one) => ({ id, result: one }))));
    await to.addLink(ids.flatMap((id, at) => (links[at] ?? []).map((one) => ({ id, ...one }))));
  }
}

/** What every writable `CacheKeyStorage` must do. */
export function describeCacheKeyStorage(name: string, create: () => CacheKeyStorage): void {
  /** The graph with questions about one key. */
  const start = () => {
    const keys = create();
    return {
      keys,
      add: (id: string, one: CacheInfoLink, target: string) => keys.addLink([{ id, link: one, target }]),
      save: (id: string, ...ids: string[]) => keys.addResult(ids.map((each) => ({ id, result: result(each) }))),
      resultsOf: async (id: string) => sorted((await keys.walkResults([id]))[0]?.map((each) => each.id)),
      targets: async (id: string, one: CacheInfoLink) => sorted((await keys.walkLinks([{ id, link: one }]))[0]),
      holders: async (id: string) => sorted((await keys.walkIDsByResult([id]))[0]),
    };
  };

  describe(`CacheKeyStorage: ${name}`, () => {
    test('an empty graph has nothing', async () => {
      const { keys, targets } = start();
      expect(await keys.exists(['a', 'b'])).toEqual([false, false]);
      expect(await allKeys(keys)).toEqual([]);
      expect(await keys.walkResults(['a', 'b'])).toEqual([[], []]);
      expect(await targets('a', link(0, 'd'))).toEqual([]);
      expect(await keys.walkLinksAll(['a'])).toEqual([[]]);
      expect(await keys.walkBacklinks(['a'])).toEqual([[]]);
      await expect(keys.load('a', 'r')).rejects.toMatchObject({ code: 'NOT_FOUND', subject: 'r' });
    });

    test('nothing asked is nothing answered, and nothing told changes nothing', async () => {
      const { keys } = start();
      expect(await Promise.all([keys.exists([]), keys.walkResults([]), keys.walkIDsByResult([])])).toEqual([
        [],
        [],
        [],
      ]);
      expect(await Promise.all([keys.walkLinks([]), keys.hasLink([]), keys.walkLinksAll([])])).toEqual([[], [], []]);
      expect(await keys.walkBacklinks([])).toEqual([]);
      await keys.addLink([]);
      await keys.addResult([]);
      await keys.release([]);
      expect(await allKeys(keys)).toEqual([]);
    });

    test('results: added, loaded, replaced, found from their id', async () => {
      const { keys, save, resultsOf, holders } = start();
      await save('a', 'r1', 'r2');
      await save('b', 'r1');
      await keys.addResult([{ id: 'a', result: { id: 'r1', createdAt: '2025-01-01T00:00:00Z' } }]);
      expect(await keys.exists(['a'])).toEqual([true]);
      expect(await resultsOf('a')).toEqual(['r1', 'r2']);
      expect(await keys.load('a', 'r1')).toEqual({ id: 'r1', createdAt: '2025-01-01T00:00:00Z' });
      expect(await keys.load('b', 'r1')).toEqual(result('r1'));
      expect(await holders('r1')).toEqual(['a', 'b']);
      expect(await holders('none')).toEqual([]);
      expect(sorted(await allKeys(keys))).toEqual(['a', 'b']);
    });

    test('links: input, record digest and selector tell them apart', async () => {
      const { keys, add, targets } = start();
      await add('a', link(0, 'd'), 't1');
      await add('a', link(0, 'd'), 't2');
      await add('a', link(0, 'd'), 't2');
      await add('a', link(1, 'd'), 't3');
      await add('a', link(0, 'd', 's'), 't4');
      await add('a', link(0, 'd', '', 1), 't5');
      expect(await targets('a', link(0, 'd'))).toEqual(['t1', 't2']);
      expect(await targets('a', link(1, 'd'))).toEqual(['t3']);
      expect(await targets('a', link(0, 'd', 's'))).toEqual(['t4']);
      expect(await targets('a', link(0, 'd', '', 1))).toEqual(['t5']);
      expect(await targets('a', link(0, 'e'))).toEqual([]);
      const asked = ['t1', 't3'].map((target) => ({ id: 'a', link: link(0, 'd'), target }));
      expect(await keys.hasLink(asked)).toEqual([true, false]);
      expect((await keys.walkLinksAll(['a']))[0]?.length).toBe(5);
      expect(await keys.exists(['a', 't1'])).toEqual([true, false]);
    });

    test('a batch answers in the order asked, also where a key is asked for twice or is not there', async () => {
      const { keys, add, save } = start();
      await save('a', 'r1');
      await save('b', 'r2');
      await add('a', link(0, 'd'), 'b');
      const names = (answers: readonly (readonly { readonly id: string }[])[]) =>
        answers.map((found) => found.map(({ id }) => id));
      expect(names(await keys.walkResults(['b', 'none', 'a', 'b']))).toEqual([['r2'], [], ['r1'], ['r2']]);
      expect(await keys.exists(['none', 'b', 'a'])).toEqual([false, true, true]);
      const asked = ['none', 'a', 'b'].map((id) => ({ id, link: link(0, 'd') }));
      expect(await keys.walkLinks(asked)).toEqual([[], ['b'], []]);
      expect((await keys.walkBacklinks(['none', 'b'])).map((links) => links.map(({ source }) => source))).toEqual([
        [],
        ['a'],
      ]);
      expect(await keys.walkIDsByResult(['none', 'r2', 'r1'])).toEqual([[], ['b'], ['a']]);
    });

    test('a walk gives each key once, however many there are, and no more at once than it says', async () => {
      const { keys } = start();
      const ids = Array.from({ length: WALKED_AT_ONCE * 2 + 1 }, (_, n) => `key ${n}`);
      await keys.addResult(ids.map((id) => ({ id, result: result('r') })));
      const sizes: number[] = [];
      for await (const batch of keys.walk()) sizes.push(batch.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(WALKED_AT_ONCE);
      expect(sorted(await allKeys(keys))).toEqual(sorted(ids));
    });

    test('backlinks name the source, and the record digest as their base', async () => {
      const { keys, add } = start();
      await add('a', link(2, 'd', 's', 1), 't');
      await add('b', link(0, 'd', '', 1), 't');
      const [back = []] = await keys.walkBacklinks(['t']);
      expect([...back].sort((x, y) => (x.source < y.source ? -1 : 1))).toEqual([
        { source: 'a', input: 2, output: 0, base: outputKey('d', 1), selector: 's' },
        { source: 'b', input: 0, output: 0, base: outputKey('d', 1), selector: '' },
      ]);
    });

    test('release takes a result from every key, and then what leads nowhere', async () => {
      const { keys, add, save, targets, holders } = start();
      await add('root', link(0, 'd1'), 'mid');
      await add('mid', link(0, 'd2'), 'leaf');
      await add('other', link(0, 'd3'), 'leaf');
      await save('other', 'r2');
      await save('leaf', 'r1');
      await keys.release(['r1']);
      expect(await allKeys(keys)).toEqual(['other']);
      expect(await targets('other', link(0, 'd3'))).toEqual([]);
      expect(await holders('r1')).toEqual([]);
      await keys.release(['r1', 'r2']);
      expect(await allKeys(keys)).toEqual([]);
    });

    test('release keeps a key that leads somewhere, and one with another result', async () => {
      const { keys, add, save, resultsOf } = start();
      await add('root', link(0, 'd1'), 'mid');
      await add('mid', link(0, 'd2'), 'leaf');
      await save('mid', 'r1');
      await save('leaf', 'r1', 'r2');
      await keys.release(['r1']);
      expect(sorted(await allKeys(keys))).toEqual(['leaf', 'mid', 'root']);
      expect(await resultsOf('mid')).toEqual([]);
      expect(await resultsOf('leaf')).toEqual(['r2']);
    });

    test('a loop of links is released too', async () => {
      const { keys, add, save, resultsOf } = start();
      await add('a', link(0, 'd'), 'b');
      await add('b', link(0, 'd'), 'a');
      await save('b', 'r');
      await keys.release(['r']);
      expect(await resultsOf('b')).toEqual([]);
    });
  });
}

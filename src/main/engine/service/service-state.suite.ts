import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { RecordsPart, ServiceState } from './service-state.ts';
import type { CacheKey, Link } from './types.ts';

/** A digest of a name, for tests. */
export function digestOf(name: string): string {
  return `sha256:${createHash('sha256').update(name).digest('hex')}`;
}

const layer = (name: string, size: number): Descriptor => ({ mediaType: '', digest: digestOf(name), size });
const key = (id: string, ...results: readonly string[]): CacheKey => ({
  id,
  results: results.map((result, at) => ({ id: result, createdAt: `2024-01-0${at + 1}T00:00:00Z`, description: '' })),
});
const link = (linkedID: string, id: string, digest = digestOf(`step ${id}`)): Link => ({
  id,
  linkedID,
  input: 0,
  digest,
  selector: '',
});

/** What every state of a cache service must do. `open` gives the same state again; `fresh` an empty one. */
export function describeServiceState(name: string, places: { fresh(): Promise<() => Promise<ServiceState>> }): void {
  describe(`ServiceState: ${name}`, () => {
    const update = async (state: ServiceState, parts: readonly RecordsPart[], limit = 100) => {
      await using one = await state.beginUpdate();
      for (const part of parts) await one.add(part);
      return await one.commit(limit);
    };
    const pushed = async (state: ServiceState) => {
      const all = [];
      for await (const batch of state.walkPushed()) all.push(...batch);
      return all;
    };
    const root = digestOf('root');
    const parts: RecordsPart[] = [
      { cacheKeys: [key(root, 'r0'), key('a', 'r1'), key('b', 'r2', 'r3')], links: [] },
      { cacheKeys: [], links: [link(root, 'a'), link(root, 'b'), link('a', 'c'), link('b', 'c'), link('b', 'd')] },
    ];

    test('asks for what has no layers, those with more users first, and each as often as others', async () => {
      await using state = await (await places.fresh())();
      const asked = await update(state, parts);
      // Root and b have two users, and r3 is the latest; a has one.
      expect(asked.map(({ cacheRefID }) => cacheRefID)).toEqual(['r3', 'r0', 'r2', 'r1']);
      expect(new Set(asked.map(({ digest }) => parseDigest(digest))).size).toBe(4);
      const more = { cacheKeys: [key('e', 'r4')], links: [] };
      const first = await update(state, [...parts, more], 1);
      expect(first.map(({ cacheRefID }) => cacheRefID)).toEqual(['r4']);
    });

    test('asks no more for what was pushed, until a layer of it is dropped', async () => {
      await using state = await (await places.fresh())();
      const asked = await update(state, parts);
      const record = parseDigest(asked[0]?.digest);
      const layers = [layer('base', 5), layer('top', 7)];
      await state.setLayers([{ record, layers }]);
      expect((await update(state, parts)).map(({ cacheRefID }) => cacheRefID)).toEqual(['r0', 'r2', 'r1']);
      expect(await pushed(state)).toEqual([{ key: 'b', createdAt: '2024-01-02T00:00:00Z', layers }]);
      await state.dropLayers([digestOf('base')]);
      expect(await pushed(state)).toEqual([]);
      expect((await update(state, parts)).map(({ cacheRefID }) => cacheRefID)).toContain('r3');
    });

    test('is the same after everything was told again, and when it is opened again', async () => {
      const open = await places.fresh();
      const told = async () => {
        await using state = await open();
        const [first] = await update(state, parts);
        await state.setLayers(first ? [{ record: parseDigest(first.digest), layers: [layer('base', 5)] }] : []);
        const links = await state.keys.walkBacklinks(['c', 'a', 'nobody']);
        return {
          links,
          totals: { ...(await state.totals()), pushedResults: 0, layers: 0, layerBytes: 0, namedBytes: 0 },
        };
      };
      const once = await told();
      expect(once.links.map((found) => found.map(({ source }) => source).sort())).toEqual([['a', 'b'], [root], []]);
      expect(once.totals).toMatchObject({ keys: 5, links: 5, results: 4 });
      expect(await told()).toEqual(once);
    });

    test('counts layers once, and as often as they are named', async () => {
      await using state = await (await places.fresh())();
      const asked = await update(state, parts);
      const records = asked.map(({ digest }, at) => ({
        record: parseDigest(digest),
        layers: [layer('base', 5), layer(`top ${at}`, 7)],
      }));
      await state.setLayers(records);
      expect(await state.totals()).toMatchObject({ pushedResults: 4, layers: 5, layerBytes: 33, namedBytes: 48 });
      // What is told anew takes the place of what was there.
      await state.setLayers(records.slice(0, 1).map(({ record }) => ({ record, layers: [layer('base', 5)] })));
      expect(await state.totals()).toMatchObject({ pushedResults: 4, layers: 4, layerBytes: 26, namedBytes: 41 });
    });

    test('keeps nothing of an update that was not committed', async () => {
      await using state = await (await places.fresh())();
      const one = await state.beginUpdate();
      await one.add(parts[0] ?? expect.fail());
      await one[Symbol.asyncDispose]();
      expect(await state.totals()).toMatchObject({ keys: 0, links: 0, results: 0 });
    });

    test('keeps none of several layers when one was never asked for', async () => {
      await using state = await (await places.fresh())();
      const [first] = await update(state, parts);
      const stranger = parseDigest(digestOf('stranger'));
      const records = [
        { record: parseDigest(first?.digest), layers: [layer('base', 5)] },
        { record: stranger, layers: [layer('base', 5)] },
      ];
      await expect(state.setLayers(records)).rejects.toMatchObject({ code: 'NOT_FOUND', subject: stranger });
      expect(await pushed(state)).toEqual([]);
    });

    test('leaves out links of steps that are never found again', async () => {
      await using state = await (await places.fresh())();
      await update(state, [{ cacheKeys: [key('a', 'r1')], links: [link(root, 'a', 'random:x')] }]);
      expect(await state.keys.walkBacklinks(['a'])).toEqual([[]]);
    });

    test('takes updates from several at once, and walks results in batches', async () => {
      await using state = await (await places.fresh())();
      const many = Array.from({ length: 4 }, (_, builder) =>
        Array.from({ length: 300 }, (_, at) => key(`k${builder}-${at}`, `r${builder}-${at}`)),
      );
      const asked = await Promise.all(many.map((cacheKeys) => update(state, [{ cacheKeys, links: [] }], 1000)));
      expect(asked.map((found) => found.length)).toEqual([300, 300, 300, 300]);
      await state.setLayers(
        asked.flat().map(({ digest }) => ({ record: parseDigest(digest), layers: [layer('base', 5)] })),
      );
      const keys = (await pushed(state)).map((result) => result.key);
      expect([keys.length, new Set(keys).size]).toEqual([1200, 1200]);
    });
  });
}

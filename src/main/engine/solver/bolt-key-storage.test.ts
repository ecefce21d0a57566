import { describe, expect, test } from 'vitest';
import { createMemoryCacheKeyStorage } from '../../adapters/memory/cache-key-storage.ts';
import { openBolt } from '../bolt/open.ts';
import { type BoltTree, buildBolt } from '../bolt/testing/build-bolt.ts';
import { allKeys, copyKeys, pictureOf } from '../ports/cache-key-storage.suite.ts';
import type { CacheKeyStorage } from '../ports/cache-key-storage.ts';
import { createConfigStorages } from '../remotecache/config-key-storage.ts';
import { parseCacheConfig } from '../remotecache/parse.ts';
import { FIXTURES, realCaches } from '../testing/real-caches.ts';
import { createBoltCacheKeyStorage } from './bolt-key-storage.ts';

/** The buckets a daemon would keep this graph in. */
async function bucketsOf(keys: CacheKeyStorage): Promise<BoltTree> {
  const tree: Record<string, Record<string, Record<string, string>>> = {
    _links: {},
    _backlinks: {},
    _result: {},
    _byresult: {},
  };
  const put = (bucket: string, id: string, key: string, value = '') => {
    const ids = tree[bucket] ?? {};
    ids[id] = { ...ids[id], [key]: value };
  };
  for (const id of await allKeys(keys)) {
    const [links = []] = await keys.walkLinksAll([id]);
    const [results = []] = await keys.walkResults([id]);
    (tree._links ?? {})[id] = {};
    for (const { link, target } of links) {
      // Output −1 says that the digest is of the record already; a daemon would have made it from these two.
      const { input, output, digest, selector } = link;
      const fields = { Input: input, Output: output, Digest: digest, ...(selector ? { Selector: selector } : {}) };
      put('_links', id, `${JSON.stringify(fields)}@${target}`);
      put('_backlinks', target, id);
    }
    for (const { id: result, createdAt } of results) {
      put('_result', id, result, JSON.stringify({ CreatedAt: createdAt, ID: result }));
      put('_byresult', result, id);
    }
  }
  return tree;
}

const open = (tree: BoltTree) => {
  const bytes = buildBolt(tree);
  return openBolt({ name: 'cache.db', size: bytes.length, readAt: (at, length) => bytes.subarray(at, at + length) });
};

describe('a key graph in a database answers as it does in memory', () => {
  test.each(realCaches(FIXTURES))('$name', async ({ config, manifest }) => {
    const parsed = await parseCacheConfig([config]);
    const { layers, manifests = [] } = JSON.parse(manifest.toString()) as { layers?: []; manifests?: [] };
    const { keys } = createConfigStorages(parsed, layers ?? manifests, { has: () => true });
    const memory = createMemoryCacheKeyStorage();
    await copyKeys(keys, memory);
    const db = open(await bucketsOf(memory));
    const bolt = createBoltCacheKeyStorage(db);
    expect(await pictureOf(bolt)).toEqual(await pictureOf(memory));
    expect(db.damage).toEqual([]);
    const ids = await allKeys(memory);
    expect(await bolt.exists(ids)).toEqual(ids.map(() => true));
    const sorted = (answers: readonly (readonly string[])[]) => answers.map((found) => [...found].sort());
    for (const id of ids) {
      const [results = []] = await memory.walkResults([id]);
      for (const result of results) expect(await bolt.load(id, result.id)).toEqual(result);
      const named = results.map((result) => result.id);
      expect(sorted(await bolt.walkIDsByResult(named))).toEqual(sorted(await memory.walkIDsByResult(named)));
      const links = ((await memory.walkLinksAll([id]))[0] ?? []).map((found) => ({ id, ...found }));
      expect(await bolt.hasLink(links)).toEqual(links.map(() => true));
      expect(sorted(await bolt.walkLinks(links))).toEqual(sorted(await memory.walkLinks(links)));
      const others = links.map(({ link }) => ({ id, link: { ...link, selector: 'another' } }));
      expect(await bolt.walkLinks(others)).toEqual(links.map(() => []));
    }
    expect(await bolt.exists(['nobody'])).toEqual([false]);
    await expect(bolt.load('nobody', 'r')).rejects.toMatchObject({ code: 'NOT_FOUND', subject: 'r' });
  });
});

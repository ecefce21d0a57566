import { describe, expect, test } from 'vitest';
import { createMemoryCacheKeyStorage } from '../../adapters/memory/cache-key-storage.ts';
import { openBolt } from '../bolt/open.ts';
import { type BoltTree, buildBolt } from '../bolt/testing/build-bolt.ts';
import { copyKeys, pictureOf } from '../ports/cache-key-storage.suite.ts';
import type { CacheKeyStorage } from '../ports/cache-key-storage.ts';
import { createConfigStorages } from '../remotecache/config-key-storage.ts';
import { parseCacheConfig } from '../remotecache/parse.ts';
import { FIXTURES, realCaches } from '../testing/real-caches.ts';
import { createBoltCacheKeyStorage } from './bolt-key-storage.ts';

/** The buckets a daemon would keep this graph in. */
function bucketsOf(keys: CacheKeyStorage): BoltTree {
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
  for (const id of keys.walk()) {
    (tree._links ?? {})[id] = {};
    for (const { link, target } of keys.walkLinksAll(id)) {
      // Output −1 says that the digest is of the record already; a daemon would have made it from these two.
      const { input, output, digest, selector } = link;
      const fields = { Input: input, Output: output, Digest: digest, ...(selector ? { Selector: selector } : {}) };
      put('_links', id, `${JSON.stringify(fields)}@${target}`);
      put('_backlinks', target, id);
    }
    for (const { id: result, createdAt } of keys.walkResults(id)) {
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
    copyKeys(keys, memory);
    const db = open(bucketsOf(memory));
    const bolt = createBoltCacheKeyStorage(db);
    expect(pictureOf(bolt)).toEqual(pictureOf(memory));
    expect(db.damage).toEqual([]);
    for (const id of memory.walk()) {
      expect(bolt.exists(id)).toBe(true);
      for (const result of memory.walkResults(id)) {
        expect(bolt.load(id, result.id)).toEqual(result);
        expect([...bolt.walkIDsByResult(result.id)].sort()).toEqual([...memory.walkIDsByResult(result.id)].sort());
      }
      for (const { link, target } of memory.walkLinksAll(id)) {
        expect(bolt.hasLink(id, link, target)).toBe(true);
        expect([...bolt.walkLinks(id, link)].sort()).toEqual([...memory.walkLinks(id, link)].sort());
        expect([...bolt.walkLinks(id, { ...link, selector: 'another' })]).toEqual([]);
      }
    }
    expect(bolt.exists('nobody')).toBe(false);
    expect(() => bolt.load('nobody', 'r')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', subject: 'r' }));
  });
});

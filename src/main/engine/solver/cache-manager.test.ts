import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryCacheKeyStorage } from '../../adapters/memory/cache-key-storage.ts';
import { createSqliteCacheKeyStorage } from '../../adapters/sqlite/cache-key-storage.ts';
import { openBolt } from '../bolt/open.ts';
import type { Result } from '../model/remote.ts';
import { allKeys, copyKeys, pictureOf } from '../ports/cache-key-storage.suite.ts';
import type { CacheKeyStorage } from '../ports/cache-key-storage.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import { CacheChains } from '../remotecache/cache-chains.ts';
import { createConfigStorages } from '../remotecache/config-key-storage.ts';
import { parseCacheConfig } from '../remotecache/parse.ts';
import { FIXTURES, noTestData, openTestData, realCaches, type TestData } from '../testing/real-caches.ts';
import { createBoltCacheKeyStorage } from './bolt-key-storage.ts';
import { createRootKey, outputKey, RESOLVED_OUTPUT } from './cache-key.ts';
import { createCacheManager } from './cache-manager.ts';
import { createCombinedCacheManager } from './combined-cache-manager.ts';
import { createKeyExporter } from './key-exporter.ts';
import { solve, step } from './testing/solve.ts';

const everything = { has: () => true };

/** Results in this process, by id. */
function memoryResults(): CacheResultStorage & { readonly kept: Map<string, Result> } {
  const kept = new Map<string, Result>();
  return {
    kept,
    save: async (result, createdAt) => {
      kept.set(result.id(), result);
      return { id: result.id(), createdAt };
    },
    load: async ({ id }) => {
      const result = kept.get(id);
      if (!result) throw new Error(`gone: ${id}`);
      return result;
    },
    loadRemotes: async ({ id }) => [
      {
        descriptors: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: id, size: 1 }],
        provider: everything,
      },
    ],
    exists: async (id) => kept.has(id),
    size: () => 1,
  };
}
const resultOf = (id: string): Result => ({ id: () => id, release: async () => undefined, sys: () => id });

describe.each([
  ['memory', createMemoryCacheKeyStorage],
  ['SQLite', () => createSqliteCacheKeyStorage(new DatabaseSync(':memory:'))],
] as const)('cache manager over %s', (_name, create) => {
  const NOW = '2024-01-02T03:04:05.000000006Z';

  test('what is saved is found through every one of its inputs, and nothing else is', async () => {
    const manager = createCacheManager({ id: 'm', keys: create(), results: memoryResults() });
    const [a, b] = [createRootKey('a', 0), createRootKey('b', 0)];
    await manager.save(a, resultOf('ra'), NOW);
    await manager.save(b, resultOf('rb'), NOW);
    const deps = [[{ selector: '', cacheKey: a }], [{ selector: 's', cacheKey: b }]];
    await manager.save({ digest: 'op', output: 0, deps }, resultOf('rop'), NOW);
    const [first] = await manager.query([{ selector: '', cacheKey: a }], 0, 'op', 0);
    const [second] = await manager.query([{ selector: 's', cacheKey: b }], 1, 'op', 0);
    expect(first?.id).toBeDefined();
    expect(second?.id).toBe(first?.id);
    expect((await manager.records(first ?? a)).map((r) => [r.id, r.createdAt])).toEqual([['rop', NOW]]);
    for (const [selector, key, input, digest, output] of [
      ['', b, 1, 'op', 0],
      ['s', b, 0, 'op', 0],
      ['s', b, 1, 'other', 0],
      ['s', b, 1, 'op', 1],
    ] as const) {
      expect(await manager.query([{ selector, cacheKey: key }], input, digest, output)).toEqual([]);
    }
    expect(await manager.query([], 0, 'a', 0)).toHaveLength(1);
    expect(await manager.query([], 0, 'a', 1)).toEqual([]);
  });

  test('a build runs once; after a change, what changed and what is made from it runs again', async () => {
    const manager = createCacheManager({ id: 'm', keys: create(), results: memoryResults() });
    const ran: string[] = [];
    const build = (compile: string) => {
      const [base, source] = [step('base', [], ran), step('source', [], ran)];
      return step('package', [step(compile, [base, source], ran), base], ran);
    };
    const first = await solve({ index: 0, vertex: build('compile') }, manager);
    expect(ran.sort()).toEqual(['base', 'compile', 'package', 'source']);
    const again = await solve({ index: 0, vertex: build('compile') }, manager);
    expect([again.id(), again.cacheKeys()[0]?.cacheKey.id]).toEqual([first.id(), first.cacheKeys()[0]?.cacheKey.id]);
    expect(ran.splice(0).length).toBe(4);
    await solve({ index: 0, vertex: build('compile -O2') }, manager);
    expect(ran).toEqual(['compile -O2', 'package']);
  });

  test('a query teaches the graph that its inputs are equal', async () => {
    const keys = create();
    const manager = createCacheManager({ id: 'm', keys, results: memoryResults() });
    const [fast, slow] = [createRootKey('fast', 0), createRootKey('slow', -1)];
    await manager.save({ digest: 'op', output: 0, deps: [[{ selector: '', cacheKey: slow }]] }, resultOf('r'), NOW);
    expect(await manager.query([{ selector: 's', cacheKey: fast }], 0, 'op', 0)).toEqual([]);
    const both = [
      { selector: 's', cacheKey: fast },
      { selector: '', cacheKey: slow },
    ];
    const [found] = await manager.query(both, 0, 'op', 0);
    expect((await manager.query([{ selector: 's', cacheKey: fast }], 0, 'op', 0))[0]?.id).toBe(found?.id);
  });

  test('a result that is gone is released, with the keys that led only to it', async () => {
    const keys = create();
    const results = memoryResults();
    const manager = createCacheManager({ id: 'm', keys, results });
    const a = createRootKey('a', 0);
    await manager.save({ digest: 'op', output: 0, deps: [[{ selector: '', cacheKey: a }]] }, resultOf('r'), NOW);
    results.kept.clear();
    expect(await manager.releaseUnreferenced()).toBe(1);
    expect(await allKeys(keys)).toEqual([]);
  });

  test('records come newest first, to the nanosecond', async () => {
    const manager = createCacheManager({ id: 'm', keys: create(), results: memoryResults() });
    const a = createRootKey('a', 0);
    await manager.save(a, resultOf('old'), '2024-01-02T03:04:05.000000006Z');
    await manager.save(a, resultOf('new'), '2024-01-02T04:04:05.000000007+01:00');
    expect((await manager.records(a)).map((r) => r.id)).toEqual(['new', 'old']);
  });

  test('combined: what another cache loads is kept in the main one, with its own time', async () => {
    const main = createCacheManager({ id: 'main', keys: create(), results: memoryResults() });
    const imported = createCacheManager({ id: 'imported', keys: create(), results: memoryResults() });
    const a = createRootKey('a', 0);
    await imported.save(a, resultOf('r'), NOW);
    const combined = createCombinedCacheManager([imported], main);
    const [key = a] = await combined.query([], 0, 'a', 0);
    const [record] = await combined.records(key);
    expect(record?.cacheManager).toBe(imported);
    expect((await combined.load(record as NonNullable<typeof record>)).id()).toBe('r');
    expect((await main.records(a)).map((r) => r.createdAt)).toEqual([NOW]);
    expect((await combined.records(a))[0]?.cacheManager).toBe(main);
  });

  test('modes: max takes every result, min the topmost and what can be transferred', async () => {
    const keys = create();
    const results = { ...memoryResults(), loadRemotes: async () => [] };
    const manager = createCacheManager({ id: 'm', keys, results });
    const root = createRootKey('root', 0);
    const mid = { digest: 'mid', output: 0, deps: [[{ selector: '', cacheKey: root }]] };
    const midKey = (await manager.save(mid, resultOf('sha256:mid'), NOW)).cacheKey;
    const top = await manager.save(
      { digest: 'top', output: 0, deps: [[{ selector: '', cacheKey: midKey }]] },
      resultOf('sha256:top'),
      NOW,
    );
    const convert = async (result: Result) => ({
      descriptors: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: result.id(), size: 1 }],
      provider: everything,
    });
    const exported = async (mode: 'min' | 'max' | 'remoteOnly') => {
      const chains = new CacheChains();
      await top.exporter.exportTo(chains, { mode, convert });
      const { config } = chains.marshal();
      return { records: config.recordDigest.length, results: config.resultLayer.length };
    };
    expect(await exported('max')).toEqual({ records: 3, results: 2 });
    expect(await exported('min')).toEqual({ records: 3, results: 1 });
    expect(await exported('remoteOnly')).toEqual({ records: 3, results: 0 });
  });
});

/** Asks a manager for everything that can be reached from the roots, as a build would: input by input. */
async function replay(keys: CacheKeyStorage): Promise<Set<string>> {
  const manager = createCacheManager({ id: 'replay', keys, results: { ...memoryResults(), exists: async () => true } });
  const backlinks = async (id: string) => (await keys.walkBacklinks([id]))[0] ?? [];
  const found = new Set<string>();
  const open: string[] = [];
  for (const id of await allKeys(keys)) {
    if ((await backlinks(id)).length > 0) continue;
    const [root] = await manager.query([], 0, id, RESOLVED_OUTPUT);
    expect(root?.id).toBe(id);
    open.push(id);
  }
  const byInput = new Map<string, Set<number>>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    const from = { selector: '', cacheKey: { id, digest: id, output: 0, deps: [] } };
    for (const { link } of (await keys.walkLinksAll([id]))[0] ?? []) {
      const digest = outputKey(link.digest, link.output);
      for (const target of await manager.query(
        [{ ...from, selector: link.selector }],
        link.input,
        digest,
        RESOLVED_OUTPUT,
      )) {
        const inputs = (byInput.get(target.id ?? '') ?? new Set<number>()).add(link.input);
        byInput.set(target.id ?? '', inputs);
        const needed = new Set((await backlinks(target.id ?? '')).map(({ input }) => input));
        // A candidate only when every input leads to it.
        if (inputs.size === needed.size && target.id !== undefined) open.push(target.id);
      }
      expect(await manager.query([from], link.input, `sha256:${'0'.repeat(64)}`, 0)).toEqual([]);
    }
  }
  return found;
}

describe('replay: walking from the roots finds every record', () => {
  const check = async (caches: ReturnType<typeof realCaches>) => {
    for (const cache of caches) {
      const config = await parseCacheConfig([cache.config]);
      const { keys, idOf } = createConfigStorages(config, [], everything);
      const found = await replay(keys);
      const expected = new Set(Array.from(config.recordDigest, (_, record) => idOf(record)));
      expect(found, cache.name).toEqual(expected);
      const copy = createMemoryCacheKeyStorage();
      await copyKeys(keys, copy);
      const withLinks = (picture: unknown) => (picture as { links: string[] }[]).filter((key) => key.links.length > 0);
      expect(withLinks(await pictureOf(copy)), cache.name).toEqual(withLinks(await pictureOf(keys)));
    }
  };
  test('fixtures', () => check(realCaches(FIXTURES)));

  describe.skipIf(noTestData)(`the larger sets ${noTestData ?? ''}`, () => {
    let data: TestData;
    beforeAll(() => {
      data = openTestData();
    });
    afterAll(() => data[Symbol.dispose]());

    test.each(['tiny', 'app', 'pairs'])('%s', async (set) => check(realCaches(data.set(set))));

    test.each([
      ['tiny', 'state/cache.db'],
      ['app', 'state-app/db/cache.db'],
    ])('%s: the cache.db of a daemon', async (set, path) => {
      const bytes = new Uint8Array(readFileSync(join(data.set(set), path)));
      const db = openBolt({ name: path, size: bytes.length, readAt: (at, length) => bytes.subarray(at, at + length) });
      const bolt = createBoltCacheKeyStorage(db);
      const found = await replay(bolt);
      const ids = await allKeys(bolt);
      for (const id of ids) expect(found.has(id), id).toBe(true);
      const added = bolt.addResult([{ id: 'a', result: { id: 'r', createdAt: '' } }]);
      await expect(added).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      for (const copy of [createMemoryCacheKeyStorage(), createSqliteCacheKeyStorage(new DatabaseSync(':memory:'))]) {
        await copyKeys(bolt, copy);
        expect(await pictureOf(copy)).toEqual(await pictureOf(bolt));
      }
      for (const id of ids) {
        const [results = []] = await bolt.walkResults([id]);
        for (const result of results) {
          expect(await bolt.load(id, result.id)).toEqual(result);
          expect((await bolt.walkIDsByResult([result.id]))[0]).toContain(id);
        }
        const links = ((await bolt.walkLinksAll([id]))[0] ?? []).map((found) => ({ id, ...found }));
        expect(await bolt.hasLink(links)).toEqual(links.map(() => true));
      }
    });
  });
});

test('the exporter of one key takes what it needs and nothing else', async () => {
  const [cache] = realCaches(FIXTURES).filter(({ name }) => name.startsWith('sample'));
  const config = await parseCacheConfig([cache?.config ?? Buffer.of()]);
  const manifest = JSON.parse(cache?.manifest.toString() ?? '{}') as { layers: [] };
  const { keys, results, idOf } = createConfigStorages(config, manifest.layers, everything);
  const manager = createCacheManager({ id: 'sample', keys, results });
  const needs = async (start: string) => {
    const seen = new Set([start]);
    for (const id of seen) for (const { source } of (await keys.walkBacklinks([id]))[0] ?? []) seen.add(source);
    return seen;
  };
  for (let record = 0; record < config.recordDigest.length; record += 1) {
    const id = idOf(record);
    const digest = config.texts[config.recordDigest[record] ?? 0] ?? '';
    const chains = new CacheChains();
    await createKeyExporter({ manager, keys, results }, { id, digest, output: RESOLVED_OUTPUT, deps: [] }).exportTo(
      chains,
      { mode: 'max' },
    );
    expect(chains.marshal().config.recordDigest.length).toBe((await needs(id)).size);
  }
});

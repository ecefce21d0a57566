import { readdirSync, readFileSync } from 'node:fs';
import { cp, rm, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Totals } from '../../../shared/model/totals.ts';
import { deriveCatalog } from '../../engine/catalog/derive.ts';
import { planItem } from '../../engine/prune/kept-plan.ts';
import { undoPlan } from '../../engine/prune/undo.ts';
import { runSteps } from '../../engine/streams/steps.ts';
import { FIXTURES, noTestData, openTestData, type TestData } from '../../engine/testing/real-caches.ts';
import { openSource } from '../oci-layout/index.ts';
import { createStoreOpener } from './store-opener.ts';
import {
  createTestFolder,
  dropReference,
  importFrom,
  planFor,
  prune,
  sourceOf,
  startOn,
  type TestFolder,
  treeOf,
  wholenessOf,
} from './testing/store-folder.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Layouts below a folder, by their path. */
function layoutsIn(root: string): { name: string; path: string }[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|\/)index\.json$/.test(name))
    .sort()
    .map((name) => join(root, name, '..'))
    .map((path) => ({ name: relative(root, path), path }));
}

async function totalsOf(path: string): Promise<Map<string, Totals>> {
  const snapshot = await (await openSource(path)).read();
  return new Map(runSteps(deriveCatalog(snapshot)).caches.map(({ ref, totals }) => [ref, totals]));
}

const SAMPLE = join(FIXTURES, 'sample');
const WHOLE = { missing: [], corrupt: [], orphans: [], leftovers: [] };

describe('import, prune, undo on the sample', () => {
  test('a store holds what came in, once', async () => {
    const store = await startOn(folder.at('store'));
    const first = await importFrom(SAMPLE, store);
    expect(first).toMatchObject({ blobsSkipped: 0, resultsLeftOut: 0, warnings: [] });
    const again = await importFrom(SAMPLE, store);
    expect(again).toMatchObject({ blobsCopied: 0, bytesCopied: 0, blobsSkipped: first.blobsCopied, warnings: [] });
    expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: ['latest'] });
    expect(await treeOf(join(store.location, 'blobs'))).toEqual(await treeOf(join(SAMPLE, 'blobs')));
  });

  test('pruned to half, everything left is whole; undone, every byte is as before; emptied, it is gone', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    await importFrom(join(FIXTURES, 'min'), store, { as: 'other' });
    const before = await treeOf(store.location);
    const { keepBytes } = (await planFor(store, { maxBytes: Number.MAX_SAFE_INTEGER })).plan;

    const { plan, blobs } = await planFor(store, { maxBytes: Math.floor(keepBytes / 2) });
    expect(plan.keepBytes).toBeLessThanOrEqual(keepBytes / 2);
    expect(plan.freedBytes + plan.keepBytes).toBe(keepBytes);
    expect(await treeOf(store.location)).toEqual(before);

    const report = await prune(store, { maxBytes: Math.floor(keepBytes / 2) });
    expect(report).toMatchObject({
      removedRecords: 0,
      removedBlobs: blobs.length,
      freedBytes: plan.freedBytes,
      skipped: [],
    });
    expect(await wholenessOf(store.location)).toMatchObject(WHOLE);
    // What the plan says stays is what a reader finds.
    const after = [...(await totalsOf(store.location)).values()];
    const deduplicated = (await planFor(store, { maxBytes: Number.MAX_SAFE_INTEGER })).plan;
    expect([deduplicated.keepBytes, deduplicated.stays.blobs]).toEqual([plan.keepBytes, plan.stays.blobs]);
    expect(after.every(({ missingBlobs, orphanBlobs }) => missingBlobs + orphanBlobs === 0)).toBe(true);
    expect(await store.trash()).toMatchObject([{ plan: report.plan, blobs: blobs.length, bytes: plan.freedBytes }]);

    expect(await undoPlan(store, undefined)).toMatchObject({ plan: report.plan, beside: [] });
    expect(await treeOf(store.location)).toEqual(before);
    expect(await store.trash()).toEqual([]);

    await prune(store, { maxBytes: 0 });
    expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: [] });
    expect(await store.exclusive((session) => session.emptyTrash())).toMatchObject({ bytes: keepBytes });
    await expect(undoPlan(store, undefined)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(readdirSync(join(store.location, 'blobs/sha256'))).toEqual([]);
  });

  test('the plan for the sample is this one', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    const kept = await planFor(store, { maxBytes: 3500 }, Date.parse('2026-12-01T00:00:00Z'));
    const lines = (what: 'goes' | 'stays') =>
      kept[what].map((entry) => {
        const { digest, bytes, reason } = planItem(entry, kept);
        return `${digest.slice(7, 15)} ${bytes} ${reason}`;
      });
    expect(lines('goes')).toMatchInlineSnapshot(`
      [
        "e73b63ce 334 over 3500 B, 1 of 9 to go; stays as a lookup key",
        "f2a5742b 457 over 3500 B, 2 of 9 to go; stays as a lookup key",
        "1a7feda1 96 over 3500 B, 3 of 9 to go; stays as a lookup key",
        "600195de 780 over 3500 B, 4 of 9 to go; stays as a lookup key",
        "34bc4c38 694 over 3500 B, 5 of 9 to go; stays as a lookup key",
        "d3b7b8ba 360 over 3500 B, 6 of 9 to go; stays as a lookup key",
        "24fdce2f 351 over 3500 B, 7 of 9 to go; stays as a lookup key",
        "0bd808eb 93 over 3500 B, 8 of 9 to go; stays as a lookup key",
        "5a8e4e9f 935 over 3500 B, 9 of 9 to go; stays as a lookup key",
      ]
    `);
    expect(lines('stays')).toMatchInlineSnapshot(`
      [
        "ccc1779b 647 fits below 3500 B",
        "b198846f 778 3 kept records build on it",
        "f364e1b3 287 2 kept records build on it",
        "463c5cd6 909 1 kept record builds on it",
        "6608c6bd 296 fits below 3500 B",
        "014c79f3 0 takes no space: other records are found through it",
        "0bd808eb 0 takes no space: other records are found through it",
        "1a7feda1 0 takes no space: other records are found through it",
        "24fdce2f 0 takes no space: other records are found through it",
        "34bc4c38 0 takes no space: other records are found through it",
        "4550d739 0 takes no space: other records are found through it",
        "48ebf37b 0 takes no space: other records are found through it",
        "5a8e4e9f 0 takes no space: other records are found through it",
        "600195de 0 takes no space: other records are found through it",
        "6b0ff2d6 0 takes no space: other records are found through it",
        "6d314957 0 takes no space: other records are found through it",
        "82d0057b 0 takes no space: other records are found through it",
        "ac960f06 0 takes no space: other records are found through it",
        "d3b7b8ba 0 takes no space: other records are found through it",
        "d6b4e237 0 takes no space: other records are found through it",
        "da163e67 0 takes no space: other records are found through it",
        "e73b63ce 0 takes no space: other records are found through it",
        "f2a5742b 0 takes no space: other records are found through it",
        "ffa22583 0 takes no space: other records are found through it",
      ]
    `);
  });

  test('two prunes are undone in the order from the last; the first alone is a conflict', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    const before = await treeOf(store.location);
    const half = (await planFor(store, { all: true })).plan.freedBytes / 2;
    const first = await prune(store, { maxBytes: Math.floor(half) });
    const between = await treeOf(store.location);
    const second = await prune(store, { maxBytes: Math.floor(half / 2) });
    expect((await store.trash()).map(({ plan }) => plan)).toEqual([second.plan, first.plan]);
    await expect(undoPlan(store, first.plan)).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: `Undo ${second.plan} first.`,
    });
    expect(await wholenessOf(store.location)).toMatchObject(WHOLE);
    await undoPlan(store, undefined);
    expect(await treeOf(store.location)).toEqual(between);
    await undoPlan(store, undefined);
    expect(await treeOf(store.location)).toEqual(before);
  });

  test('an undo leaves alone what was imported after the prune', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    await prune(store, { maxBytes: 1000 });
    await importFrom(join(FIXTURES, 'next'), store, { as: 'next' });
    expect(await undoPlan(store, undefined)).toMatchObject({ references: ['latest'], beside: [] });
    expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: ['latest', 'next'] });
    const { reclaimableBytes: _, ...totals } = (await totalsOf(SAMPLE)).get('latest') ?? {};
    expect((await totalsOf(store.location)).get('latest')).toMatchObject(totals);
  });

  test('a plan of another state is stale, a plan is applied once, one that takes nothing leaves no batch', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    const { applyPlan } = await import('../../engine/prune/apply.ts');
    const apply = async (plan: Awaited<ReturnType<typeof planFor>>) =>
      applyPlan({ store, source: sourceOf(store), plan, now: Date.now() });
    const plan = await planFor(store, { maxBytes: 1000 });
    await importFrom(join(FIXTURES, 'min'), store, { as: 'other' });
    await expect(apply(plan)).rejects.toMatchObject({ code: 'STALE_PLAN', subject: plan.plan.plan });
    const nothing = await planFor(store, { maxBytes: Number.MAX_SAFE_INTEGER });
    expect(await apply(nothing)).toMatchObject({ removedRecords: 0, removedBlobs: 0 });
    expect(await store.trash()).toEqual([]);
    const fresh = await planFor(store, { maxBytes: 1000 });
    await apply(fresh);
    await expect(apply(fresh)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('orphans go and come back without a change of the references', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    await importFrom(join(FIXTURES, 'next'), store, { as: 'next' });
    await dropReference(store.location, 'latest');
    const before = await treeOf(store.location);
    const { orphans } = await wholenessOf(store.location);
    expect(orphans.length).toBeGreaterThan(2);
    const report = await prune(store, { orphans: { olderThanMs: 0 } });
    expect([report.removedRecords, report.removedBlobs]).toEqual([0, orphans.length]);
    expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: ['next'] });
    await undoPlan(store, undefined);
    expect(await treeOf(store.location)).toEqual(before);
    expect((await prune(store, { orphans: { olderThanMs: 3_600_000 } })).removedBlobs).toBe(0);
  });

  test('an import in the place of another cache moves that to the trash, with what only it kept, and can be undone', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    await importFrom(join(FIXTURES, 'min'), store, { as: 'other' });
    const before = await treeOf(store.location);
    const { warnings } = await importFrom(join(FIXTURES, 'next'), store);
    expect(warnings).toEqual([expect.stringContaining('latest leads to another cache')]);
    expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: ['latest', 'other'] });
    const [batch] = await store.trash();
    expect(batch).toMatchObject({ cause: 'import', records: 0 });
    expect(batch?.blobs).toBeGreaterThan(0);
    expect(await undoPlan(store, undefined)).toMatchObject({
      references: ['latest'],
      beside: [{ ref: 'latest', as: 'latest-imported' }],
    });
    expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: ['latest', 'latest-imported', 'other'] });
    expect(await treeOf(store.location)).toMatchObject({ ...before, 'index.json': expect.any(String) });
    expect(await store.trash()).toEqual([]);
  });

  test('a prune is undone beside the cache that took its name since, and with what that import took away', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    const before = await treeOf(store.location);
    const first = await prune(store, { maxBytes: 3000 });
    await importFrom(join(FIXTURES, 'next'), store);
    const restored = await undoPlan(store, first.plan);
    expect(restored).toMatchObject({ references: [], beside: [{ ref: 'latest', as: 'latest-restored' }] });
    expect(await wholenessOf(store.location)).toMatchObject({
      missing: [],
      corrupt: [],
      references: ['latest', 'latest-restored'],
    });
    await undoPlan(store, undefined);
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [] });
    expect(await treeOf(store.location)).toMatchObject({ ...before, 'index.json': expect.any(String) });
    expect(await store.trash()).toEqual([]);
  });

  test('the order of batches does not depend on the clock', async () => {
    let now = Date.now();
    const opener = createStoreOpener({ now: () => now });
    const store = await opener.createStore(folder.at('store'));
    await importFrom(SAMPLE, store);
    const before = await treeOf(store.location);
    const first = await prune(store, { maxBytes: 3000 }, undefined, now);
    now -= 86_400_000;
    const second = await prune(store, { maxBytes: 1000 }, undefined, now);
    expect((await store.trash()).map(({ plan }) => plan)).toEqual([second.plan, first.plan]);
    await undoPlan(store, undefined);
    await undoPlan(store, undefined);
    expect(await treeOf(store.location)).toEqual(before);
  });

  test('a cancelled prune changes nothing', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    const before = await treeOf(store.location);
    await expect(prune(store, { maxBytes: 0 }, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await treeOf(store.location)).toEqual(before);
  });
});

describe('a source that is not whole', () => {
  const copyOf = async (name: string) => {
    await cp(join(FIXTURES, name), folder.at(name), { recursive: true, dereference: true });
    return folder.at(name);
  };
  const layersOf = (path: string): string[] => {
    const read = (digest: string) => JSON.parse(readFileSync(join(path, 'blobs', ...digest.split(':')), 'utf8'));
    const index = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8'));
    return read(index.manifests[0].digest).layers.map(({ digest }: { digest: string }) => digest);
  };

  test.each([
    { name: 'missing', harm: (path: string) => rm(path) },
    { name: 'cut off', harm: (path: string) => truncate(path, 3) },
    { name: 'changed', harm: (path: string) => writeFile(path, Buffer.alloc(readFileSync(path).length, 'x')) },
  ])(
    'a layer that is $name: the results that need it are left out and counted, the rest is whole',
    async ({ harm }) => {
      const path = await copyOf('sample');
      const [layer = ''] = layersOf(path);
      await harm(join(path, 'blobs', ...layer.split(':')));
      const store = await startOn(folder.at('store'));
      const report = await importFrom(path, store);
      expect(report.resultsLeftOut).toBeGreaterThan(0);
      expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: ['latest'] });
      const [before, after] = [(await totalsOf(SAMPLE)).get('latest'), (await totalsOf(store.location)).get('latest')];
      expect(after?.results).toBe((before?.results ?? 0) - report.resultsLeftOut);
      expect([after?.records, after?.links, after?.missingBlobs]).toEqual([before?.records, before?.links, 0]);

      // With the store at hand, another import from a whole source mends it.
      await importFrom(SAMPLE, store);
      expect((await totalsOf(store.location)).get('latest')).toMatchObject({
        results: before?.results,
        missingBlobs: 0,
      });
    },
  );

  test('a layer that is gone from the source and lies in the target is used', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    const path = await copyOf('sample');
    const [layer = ''] = layersOf(path);
    await rm(join(path, 'blobs', ...layer.split(':')));
    expect(await importFrom(path, store, { as: 'again' })).toMatchObject({ resultsLeftOut: 0, blobsCopied: 0 });
    expect(await wholenessOf(store.location)).toMatchObject(WHOLE);
  });

  test('nothing at all: an error, and nothing is written', async () => {
    const path = await copyOf('sample');
    for (const layer of layersOf(path)) await rm(join(path, 'blobs', ...layer.split(':')), { force: true });
    const store = await startOn(folder.at('store'));
    await expect(importFrom(path, store)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: [] });
  });
});

test('a cancelled import leaves whole blobs and no reference; the next one goes on where it stopped', async () => {
  const store = await startOn(folder.at('store'));
  const abort = new AbortController();
  const source = await openSource(SAMPLE);
  const { transferCaches } = await import('../../engine/transfer/transfer.ts');
  const { createLayoutTarget } = await import('../../engine/transfer/layout-target.ts');
  const threeAreThere = Promise.withResolvers<void>();
  let [opened, copied] = [0, 0];
  const cut = transferCaches({
    // Not a folder's files but streams, the fourth of which comes only when three blobs are there.
    source: {
      ...source,
      locateBlobs: async (digests) => digests.map(() => undefined),
      openBlob: async (digest) => {
        opened += 1;
        if (opened > 3) {
          await threeAreThere.promise;
          abort.abort();
        }
        return source.openBlob(digest);
      },
    },
    openTarget: async () => createLayoutTarget(store),
    options: { mode: 'max' },
    signal: abort.signal,
    log: (text) => {
      if (text.startsWith('copied') && ++copied === 3) threeAreThere.resolve();
    },
  });
  await expect(cut).rejects.toMatchObject({ code: 'CANCELLED' });
  const after = await wholenessOf(store.location);
  expect(after).toMatchObject({ references: [], corrupt: [], leftovers: [] });
  expect(after.orphans).toHaveLength(3);
  const { blobsSkipped, blobsCopied } = await importFrom(SAMPLE, store);
  expect(blobsSkipped).toBe(3);
  expect(blobsCopied).toBeGreaterThan(0);
  expect(await wholenessOf(store.location)).toEqual({ ...WHOLE, references: ['latest'] });
});

describe.skipIf(noTestData)(`the larger sets ${noTestData ?? ''}`, () => {
  let data: TestData;
  beforeAll(() => {
    data = openTestData();
  });
  afterAll(() => data[Symbol.dispose]());

  test.each(['tiny', 'pairs', 'app'])(
    'every cache of %s in one store: totals match, pruned to half whole, undone the same',
    async (set) => {
      const expected = JSON.parse(
        readFileSync(join(process.env.CACHEWRIGHT_TEST_DATA ?? '', `expected/${set}.json`), 'utf8'),
      );
      const root = data.set(set);
      const store = await startOn(folder.at('store'));
      const refs = new Map<string, string>();
      for (const { name, path } of layoutsIn(root)) {
        for (const ref of (await totalsOf(path)).keys()) {
          const key = `${name}#${ref}`;
          if (expected[key] === undefined) continue;
          // Names with slashes cannot be tags.
          const alias = key.replaceAll(/[^\w.-]/g, '_');
          const isOne = (await totalsOf(path)).size === 1;
          const report = await importFrom(path, store, isOne ? { as: alias } : { ref });
          refs.set(isOne ? alias : ref, key);
          const own = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')).manifests;
          expect(own.map(({ digest }: { digest: string }) => digest)).toContain(report.manifest.digest);
        }
      }
      const totals = await totalsOf(store.location);
      expect([...totals.keys()].sort()).toEqual([...refs.keys()].sort());
      for (const [ref, key] of refs) expect(totals.get(ref), key).toMatchObject(expected[key]);

      const before = await treeOf(store.location);
      const { freedBytes } = (await planFor(store, { all: true })).plan;
      await prune(store, { maxBytes: Math.floor(freedBytes / 2) });
      expect(await wholenessOf(store.location)).toMatchObject(WHOLE);
      const pruned = await totalsOf(store.location);
      for (const { missingBlobs, orphanBlobs } of pruned.values()) expect(missingBlobs + orphanBlobs).toBe(0);
      await undoPlan(store, undefined);
      expect(await treeOf(store.location)).toEqual(before);
    },
  );
});

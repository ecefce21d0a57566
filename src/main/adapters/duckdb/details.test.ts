import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SelectorPiece } from '../../../shared/model/record.ts';
import { shortDigest } from '../../../shared/oci/digest.ts';
import { selectorPiece } from '../../engine/catalog/selectors.ts';
import { type AskedCatalog, askedAsWritten } from '../../engine/catalog/testing/asked.ts';
import { digestOf, type SmallSource } from '../../engine/catalog/testing/small-source.ts';
import type { RecordNames } from '../../engine/model/record-names.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { NOW, openTestStore, type TestStore } from './testing/small-catalog.ts';

const T1 = '2026-04-01T08:00:00.123456789Z';
const T2 = '2026-05-20T08:00:00Z';
const T3 = '2026-05-31T12:00:00Z';

/** A build of two stages: `deps` on a base of two layers, `page` on top of it and with the content of `src` or its definition. */
const SOURCE: SmallSource = {
  caches: [
    {
      ref: 'latest',
      config: {
        layers: [
          { blob: 'os' },
          { blob: 'libs', parent: 0 },
          { blob: 'deps', parent: 1 },
          { blob: 'page', parent: 2 },
          { blob: 'old', parent: 1 },
        ],
        records: [
          { digest: 'base', layers: [{ layer: 1, createdAt: T1 }] },
          { digest: 'src-content' },
          { digest: 'src' },
          {
            digest: 'deps',
            inputs: [[{ link: 0 }]],
            layers: [
              { layer: 4, createdAt: T1 },
              { layer: 2, createdAt: T2 },
            ],
          },
          {
            digest: 'page',
            inputs: [[{ link: 3 }], [{ link: 1 }, { link: 2, selector: digestOf('path') }]],
            layers: [{ layer: 3, createdAt: T3 }],
          },
        ],
      },
    },
    {
      ref: 'other',
      config: { layers: [{ blob: 'os' }], records: [{ digest: 'solo', layers: [{ layer: 0, createdAt: T3 }] }] },
    },
  ],
  sizes: { os: 1000, libs: 200, deps: 30, page: 4, old: 5, stray: 99 },
  missing: ['libs'],
  orphans: ['stray'],
  times: { os: T1 },
};

const NAMES: RecordNames = new Map([
  [digestOf('base'), { kind: 'source', name: 'FROM base', stage: 'deps 1/2', nameFrom: 'preimage' }],
  [
    digestOf('deps'),
    { kind: 'exec', name: 'RUN npm ci', stage: 'deps 2/2', nameFrom: 'preimage', operation: 'npm ci\n/app' },
  ],
  [digestOf('page'), { kind: 'copy', name: 'COPY src .', stage: 'page 1/1', nameFrom: 'preimage' }],
]);

const ref = (word: string) => ({ id: digestOf(word), digest: digestOf(word) });

describe('a small catalog', () => {
  let store: TestStore;
  let built: Catalog;
  let catalog: AskedCatalog;
  beforeAll(async () => {
    store = await openTestStore();
    built = await store.build(SOURCE, NAMES);
    catalog = askedAsWritten(built, NOW);
  });
  afterAll(() => store[Symbol.asyncDispose]());

  test('a record with its inputs, results, users and operation', async () => {
    const deps = { ...ref('deps'), kind: 'exec', name: 'RUN npm ci', stage: 'deps 2/2', nameFrom: 'preimage' };
    const base = { ...ref('base'), kind: 'source', name: 'FROM base', stage: 'deps 1/2', nameFrom: 'preimage' };
    const page = { ...ref('page'), kind: 'copy', name: 'COPY src .', stage: 'page 1/1', nameFrom: 'preimage' };
    const os = { digest: digestOf('os'), size: 1000, present: true };
    const libs = { digest: digestOf('libs'), size: 200, present: false, record: base };
    expect(await catalog.record(digestOf('deps'))).toEqual({
      ...deps,
      ref: 'latest',
      layers: 3,
      ownBytes: 1230,
      addsBytes: 30,
      sharedBytes: 1230,
      reclaimableBytes: 0,
      createdAt: T2,
      inputs: [[{ ...base, selector: '' }]],
      results: [
        {
          createdAt: T1,
          layers: [os, libs, { digest: digestOf('old'), size: 5, present: true, record: deps }],
          layersTotal: 3,
        },
        {
          createdAt: T2,
          layers: [os, libs, { digest: digestOf('deps'), size: 30, present: true, record: deps }],
          layersTotal: 3,
        },
      ],
      resultsTotal: 2,
      users: [{ ...page, input: 0, selector: '' }],
      usersTotal: 1,
      operation: 'npm ci\n/app',
    });
    const content = { ...ref('src-content'), kind: 'content', selector: '' };
    const definition = { ...ref('src'), kind: 'source', selector: digestOf('path') };
    const found = await catalog.record(digestOf('page'));
    expect(found.inputs).toEqual([[{ ...deps, selector: '' }], [content, definition]]);
    expect(found.results).toMatchObject([{ createdAt: T3, layers: [os, libs, { record: deps }, { record: page }] }]);
    expect(await catalog.record(digestOf('src'))).toMatchObject({
      users: [{ ...page, input: 1, selector: digestOf('path') }],
    });
    // The bottom layer is the result of a record of the other cache, and of none of its own.
    expect(await catalog.record(digestOf('solo'))).toMatchObject({
      results: [{ layers: [{ ...os, record: ref('solo') }] }],
    });
  });

  test('the graph around a record', async () => {
    const graph = await catalog.neighbourhood({
      from: digestOf('deps'),
      depth: 1,
      direction: 'both',
      maxNodes: 10,
      maxEdges: 100,
    });
    expect(graph).toMatchObject({ focus: digestOf('deps'), truncated: false, total: 6 });
    expect(graph.nodes.map((n) => [n.digest, n.distance, n.hiddenInputs, n.hiddenUsers, n.results])).toEqual([
      [digestOf('deps'), 0, 0, 0, 2],
      [digestOf('base'), -1, 0, 0, 1],
      [digestOf('page'), 1, 2, 0, 1],
    ]);
    expect(graph.edges).toEqual([
      { from: digestOf('base'), to: digestOf('deps'), input: 0, selector: '' },
      { from: digestOf('deps'), to: digestOf('page'), input: 0, selector: '' },
    ]);
    const whole = await catalog.neighbourhood({
      from: digestOf('page'),
      depth: 9,
      direction: 'inputs',
      maxNodes: 10,
      maxEdges: 100,
    });
    expect(whole.edges).toContainEqual({
      from: digestOf('src'),
      to: digestOf('page'),
      input: 1,
      selector: digestOf('path'),
    });
    const cut = await catalog.neighbourhood({
      from: digestOf('page'),
      depth: 9,
      direction: 'inputs',
      maxNodes: 2,
      maxEdges: 100,
    });
    expect([cut.nodes.length, cut.truncated]).toEqual([2, true]);
    expect((await catalog.pathToRoot(digestOf('deps'))).map((r) => r.digest)).toEqual(['base', 'deps'].map(digestOf));
    expect(await catalog.reach(digestOf('deps'))).toEqual({ needs: 1, neededBy: 1 });
    expect(await catalog.reach(digestOf('page'))).toEqual({ needs: 4, neededBy: 0 });
    expect(await catalog.reach('sha256:none').catch((e: unknown) => e)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('layers, filtered, sorted and of one reference', async () => {
    const words = async (query: { filter?: string; ref?: string; field?: string }) => {
      const { field = 'size', filter = '', ...rest } = query;
      const page = await catalog.layersPage({
        ...rest,
        filter,
        sort: { field, descending: true },
        offset: 0,
        limit: 9,
      });
      expect(page.total).toBe(page.rows.length);
      expect(page.totalBytes).toBe(page.rows.reduce((sum, row) => sum + row.size, 0));
      return page.rows.map((row) => Object.keys(SOURCE.sizes).find((word) => digestOf(word) === row.digest));
    };
    expect(await words({})).toEqual(['os', 'libs', 'deps', 'old', 'page']);
    expect(await words({ filter: 'present:no' })).toEqual(['libs']);
    expect(await words({ filter: 'size:5..200 -present:no' })).toEqual(['deps', 'old']);
    expect(await words({ filter: 'compression:gzip type:OCI records:>3' })).toEqual(['os']);
    expect(await words({ filter: `diffid:${digestOf('tar of page').slice(7, 15)}` })).toEqual(['page']);
    expect(await words({ filter: 'age:>30d' })).toEqual(['os']);
    expect(await words({ ref: 'other' })).toEqual(['os']);
    expect((await catalog.layersPage({ ref: 'other', filter: '', offset: 0, limit: 1 })).rows).toMatchObject([
      { records: 1 },
    ]);
    expect(await words({ field: 'records', filter: 'records:>1' })).toEqual(['os', 'libs', 'deps']);
    const page = await catalog.layer(digestOf('os'));
    expect(page).toMatchObject({ size: 1000, records: 4, usedByTotal: 4, refs: ['latest', 'other'], createdAt: T1 });
    expect(page.usedBy.map((r) => r.digest)).toEqual(['base', 'deps', 'page', 'solo'].map(digestOf));
    expect(page.diffID).toBe(digestOf('tar of os'));
    expect(await catalog.layer('sha256:none').catch((e: unknown) => e)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the treemap counts each blob once, by stage, kind and age', async () => {
    const tree = async (group: 'step' | 'kind' | 'age', ref?: string, maxTiles = 50) => {
      const { groups, totalBytes } = await catalog.treemap({ group, ref, maxTiles });
      expect(groups.reduce((sum, g) => sum + g.bytes, 0)).toBe(totalBytes);
      for (const g of groups) expect(g.tiles.reduce((sum, t) => sum + t.bytes, g.rest.bytes)).toBe(g.bytes);
      return Object.fromEntries(groups.map((g) => [g.label, [g.bytes, g.tiles.length, g.rest.tiles]]));
    };
    // Of two caches that hold a blob, the first tells under which record it is shown.
    expect(await tree('step')).toEqual({ deps: [1235, 4, 0], page: [4, 1, 0] });
    expect(await tree('step', 'other')).toEqual({ [shortDigest(digestOf('os'))]: [1000, 1, 0] });
    expect(await tree('kind', 'latest')).toEqual({ source: [1200, 2, 0], exec: [35, 2, 0], copy: [4, 1, 0] });
    expect(await tree('age', 'latest')).toEqual({
      'Last 90 days': [1200, 2, 0],
      'Last 30 days': [35, 2, 0],
      'Last 24 hours': [4, 1, 0],
    });
    expect(await tree('kind', 'latest', 1)).toEqual({ source: [1200, 1, 1], Others: [39, 0, 3] });
    const { groups } = await catalog.treemap({ group: 'step', ref: 'latest', maxTiles: 50 });
    expect(groups[0]?.tiles[0]).toMatchObject({
      ...ref('base'),
      blob: digestOf('os'),
      bytes: 1000,
      records: 3,
      createdAt: T1,
    });
  });

  test('where several records end at one layer, each is named in its own chain and the first in those of others', async () => {
    const layers = [{ blob: 'one' }, { blob: 'two', parent: 0 }];
    const at = (layer: number) => [{ layer, createdAt: T1 }];
    const records = [
      { digest: 'a', layers: at(0) },
      { digest: 'b', layers: at(0) },
      { digest: 'c', layers: at(1) },
    ];
    const source = { caches: [{ config: { layers, records } }], sizes: {} };
    const own = askedAsWritten(await store.build(source, new Map(), 'shared'), NOW);
    const named = async (word: string) =>
      (await own.record(digestOf(word))).results[0]?.layers.map((layer) => layer.record?.digest);
    expect(await named('a')).toEqual([digestOf('a')]);
    expect(await named('b')).toEqual([digestOf('b')]);
    expect(await named('c')).toEqual([digestOf('a'), digestOf('c')]);
  });

  test('a layer that no step of the cache put there stands by itself in the treemap', async () => {
    const names: RecordNames = new Map([
      [digestOf('run'), { kind: 'exec', name: 'RUN make', stage: 'app 1/1', nameFrom: 'preimage' }],
    ]);
    const layers = [{ blob: 'below' }, { blob: 'made', parent: 0 }];
    const records = [{ digest: 'run', layers: [{ layer: 1, createdAt: T1 }] }];
    // Both layers have one size: what tells them apart is their place.
    const source = { caches: [{ config: { layers, records } }], sizes: { below: 7, made: 7 } };
    const own = askedAsWritten(await store.build(source, names, 'own'), NOW);
    for (const [group, step] of [
      ['step', 'app'],
      ['kind', 'exec'],
    ] as const) {
      const { groups } = await own.treemap({ group, maxTiles: 9 });
      expect(new Set(groups.map((g) => g.label))).toEqual(new Set([step, 'Below the steps']));
      const tiles = groups.flatMap((g) => g.tiles.map((tile) => [g.label, tile.blob, tile.kind]));
      expect(tiles).toContainEqual([step, digestOf('made'), 'exec']);
      expect(tiles).toContainEqual(['Below the steps', digestOf('below'), 'unknown']);
    }
  });

  test('the age histogram holds every dated record once, and every blob once', async () => {
    const ages = await catalog.ages({ bins: 3 });
    expect(ages).toMatchObject({ oldest: T1, newest: T3 });
    expect(ages.bins.map((bin) => [bin.records, bin.bytes])).toEqual([
      [1, 1200],
      [0, 0],
      [3, 39],
    ]);
    expect(ages.bins[2]?.byKind).toEqual({ exec: 35, copy: 4 });
    expect(ages.bins[0]?.fromMs).toBe(Date.parse('2026-04-01T08:00:00.123Z'));
    expect(ages.bins[2]?.toMs).toBeGreaterThan(Date.parse(T3));
    expect((await catalog.ages({ bins: 2, ref: 'latest' })).bins.map((bin) => bin.bytes)).toEqual([1200, 39]);
  });

  test('orphans, missing blobs and problems are told', () => {
    expect(built.totals).toMatchObject({
      orphanBlobs: 1,
      orphanBytes: 99,
      missingBlobs: 1,
      reclaimableBytes: 1000 + 30 + 4 + 5 + 99,
    });
    expect(built.caches.map((cache) => cache.totals.reclaimableBytes)).toEqual([39, 0]);
  });
});

describe('an empty source', () => {
  test('answers everything with nothing', async () => {
    await using store = await openTestStore();
    const catalog = askedAsWritten(await store.build({ caches: [], sizes: {} }), NOW);
    expect(
      await catalog.keysPage({ filter: 'npm', sort: { field: 'name', descending: true }, offset: 0, limit: 1000 }),
    ).toEqual({ rows: [], total: 0 });
    expect(await catalog.keysSums({ filter: '' })).toEqual({
      records: 0,
      ownBytes: 0,
      deduplicatedBytes: 0,
      onlyTheseBytes: 0,
    });
    expect(await catalog.layersPage({ filter: '', offset: 0, limit: 9 })).toEqual({
      rows: [],
      total: 0,
      totalBytes: 0,
    });
    expect(await catalog.treemap({ group: 'step', maxTiles: 10 })).toEqual({ groups: [], totalBytes: 0 });
    expect(await catalog.ages({ bins: 4 })).toEqual({ bins: [] });
    expect(await catalog.search('abcdef', 3)).toEqual([]);
  });
});

describe('answers have bounds, and say what they leave out', () => {
  const LAYERS = 2500;
  const LONG = 'x'.repeat(2_000_000);
  let store: TestStore;
  let built: Catalog;
  let catalog: AskedCatalog;
  beforeAll(async () => {
    store = await openTestStore();
    const top = LAYERS - 1;
    const source: SmallSource = {
      caches: [
        {
          config: {
            layers: Array.from({ length: LAYERS }, (_, n) => ({ blob: `b${n}`, parent: n - 1 })),
            records: [
              { digest: 'root' },
              {
                digest: 'long',
                inputs: [[{ link: 0, selector: LONG }]],
                layers: Array.from({ length: 150 }, (_, n) => ({ layer: top - n, createdAt: T1 })),
              },
              { digest: 'many', inputs: [Array.from({ length: 50 }, (_, n) => ({ link: 1, selector: `s${n}` }))] },
            ],
          },
        },
      ],
      sizes: Object.fromEntries(Array.from({ length: LAYERS }, (_, n) => [`b${n}`, 1])),
    };
    built = await store.build(source);
    catalog = askedAsWritten(built, NOW);
  });
  afterAll(() => store[Symbol.asyncDispose]());

  test('the topmost 1,000 layers of a record, and 100 results', async () => {
    const { results, resultsTotal } = await catalog.record(digestOf('long'));
    expect([results.length, resultsTotal]).toEqual([100, 150]);
    expect(results.reduce((sum, { layers }) => sum + layers.length, 0)).toBe(1000);
    expect(results.map(({ layersTotal }) => layersTotal)).toEqual(Array.from({ length: 100 }, (_, n) => LAYERS - n));
    expect(results[0]?.layers.at(-1)?.digest).toBe(digestOf(`b${LAYERS - 1}`));
    expect(results[0]?.layers[0]?.digest).toBe(digestOf(`b${LAYERS - 1000}`));
  });

  test('a selector is not sent whole, wherever it is shown', async () => {
    const shown = `${'x'.repeat(1000)}… (2000000 characters)`;
    expect((await catalog.record(digestOf('long'))).inputs[0]?.[0]?.selector).toBe(shown);
    expect((await catalog.record(digestOf('root'))).users[0]?.selector).toBe(shown);
    const query = { from: digestOf('long'), depth: 1, direction: 'inputs', maxNodes: 10, maxEdges: 10 } as const;
    expect((await catalog.neighbourhood(query)).edges[0]?.selector).toBe(shown);
  });

  test('a selector is given whole where it is asked for, in pieces, and no half character', async () => {
    const query = { id: digestOf('long'), input: 0, alternative: 0 };
    const pieces = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const piece: SelectorPiece = await selectorPiece(built, { ...query, offset });
      expect(piece.characters).toBe(2_000_000);
      pieces.push(piece.text);
      offset = piece.next;
    }
    expect([pieces.length, pieces.join('') === 'x'.repeat(2_000_000)]).toEqual([2, true]);
    const past = await selectorPiece(built, { ...query, offset: 3_000_000 });
    expect(past).toEqual({ text: '', characters: 2_000_000 });
    const many = { id: digestOf('many'), input: 0, alternative: 7, offset: 0 };
    expect(await selectorPiece(built, many)).toEqual({ text: 's7', characters: 2 });
    for (const wrong of [{ input: 1 }, { alternative: 50 }]) {
      await expect(selectorPiece(built, { ...many, ...wrong })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const odd = { ...built, selector: async () => `${'x'.repeat(999_999)}😀y` };
    expect(await selectorPiece(odd, { ...query, offset: 0 })).toMatchObject({ next: 999_999 });
    expect((await selectorPiece(odd, { ...query, offset: 999_999 })).text).toBe('😀y');
  });

  test('links up to the limit, those of the nearest first', async () => {
    const query = { from: digestOf('long'), depth: 1, direction: 'both', maxNodes: 10 } as const;
    const whole = await catalog.neighbourhood({ ...query, maxEdges: 51 });
    expect([whole.edges.length, whole.edgesTotal, whole.truncated]).toEqual([51, 51, false]);
    const cut = await catalog.neighbourhood({ ...query, maxEdges: 2 });
    expect([cut.edges.length, cut.edgesTotal]).toEqual([2, 51]);
    expect(cut.edges[0]?.from).toBe(digestOf('root'));
    expect(cut.nodes.map(({ hiddenInputs, hiddenUsers }) => hiddenInputs + hiddenUsers)).toEqual([0, 0, 0]);
  });
});

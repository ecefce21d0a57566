import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isCacheError } from '../../../shared/base/errors.ts';
import type { RecordRow } from '../../../shared/model/record.ts';
import { splitRecordId } from '../../../shared/model/record-id.ts';
import { type AskedCatalog, askedAsWritten } from '../../engine/catalog/testing/asked.ts';
import { digestOf, type SmallRecord, type SmallSource } from '../../engine/catalog/testing/small-source.ts';
import type { RecordNames } from '../../engine/model/record-names.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { NOW, openTestStore, type TestStore } from './testing/small-catalog.ts';

/** 800 records: more than are sorted by DuckDB directly, so that both ways to a page are gone. */
const MANY = 800;
const STEPS = ['RUN npm ci', 'COPY src ./src', 'RUN 50%_off', "RUN echo 'it''s'", 'COPY --link a b'];

function manyRecords(): SmallRecord[] {
  return Array.from({ length: MANY }, (_, n) => ({
    // Every tenth digest occurs twice.
    digest: `r${n % 10 === 9 ? n - 1 : n}`,
    ...(n % 3 === 0 ? {} : { inputs: [[{ link: n - (n % 3), ...(n % 2 ? { selector: 'p' } : {}) }]] }),
    ...(n % 4 === 0
      ? {}
      : { layers: [{ layer: n % 40, createdAt: new Date(Date.UTC(2026, 4, 1) + n * 3_600_000).toISOString() }] }),
  }));
}

const SOURCE: SmallSource = {
  caches: [
    {
      ref: 'latest',
      config: {
        layers: Array.from({ length: 40 }, (_, n) => ({ blob: `b${n}`, parent: n % 5 === 0 ? -1 : n - 1 })),
        records: manyRecords(),
      },
    },
    {
      ref: 'It’s "other"',
      config: {
        layers: [{ blob: 'b0' }],
        records: [{ digest: 'x', layers: [{ layer: 0, createdAt: '0001-01-01T00:00:00Z' }] }],
      },
    },
  ],
  sizes: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`b${n}`, (n * 7919) % 5000])),
};

const NAMES: RecordNames = new Map(
  Array.from({ length: MANY }, (_, n) => n)
    .filter((n) => n % 7 < 5)
    .map((n) => [
      digestOf(`r${n}`),
      {
        kind: n % 2 ? ('exec' as const) : ('copy' as const),
        name: `${STEPS[n % STEPS.length]} ${n}`,
        nameFrom: 'preimage' as const,
        ...(n % 3 ? { stage: `build ${n % 4}/4`, operation: `line ${n}` } : {}),
      },
    ]),
);

describe('queries about records', () => {
  let store: TestStore;
  let built: Catalog;
  let catalog: AskedCatalog;
  let all: RecordRow[];
  beforeAll(async () => {
    store = await openTestStore();
    built = await store.build(SOURCE, NAMES);
    catalog = askedAsWritten(built, NOW);
    all = (await catalog.keysPage({ filter: '', offset: 0, limit: 1000 })).rows;
  });
  afterAll(() => store[Symbol.asyncDispose]());

  const day = 86_400_000;
  const created = (row: RecordRow) => Date.parse(row.createdAt ?? '');
  const age = (row: RecordRow) => Date.UTC(2026, 5, 1) - created(row);
  const dated = (row: RecordRow) => row.createdAt !== undefined && !row.createdAt.startsWith('0001');
  const filters: Record<string, (row: RecordRow) => boolean> = {
    '': () => true,
    'kind:copy': (r) => r.kind === 'copy',
    'kind:copy,exec -kind:exec': (r) => r.kind === 'copy',
    'kind:copy,exec size:>2000': (r) => (r.kind === 'copy' || r.kind === 'exec') && r.ownBytes > 2000,
    'size:>2000 kind:copy,exec': (r) => (r.kind === 'copy' || r.kind === 'exec') && r.ownBytes > 2000,
    'size:>2000': (r) => r.ownBytes > 2000,
    'own:<=3kib users:0': (r) => r.ownBytes <= 3072 && r.users === 0,
    'size:1KiB..2KB,>8000': (r) => (r.ownBytes >= 1024 && r.ownBytes <= 2000) || r.ownBytes > 8000,
    'adds:0': (r) => r.addsBytes === 0,
    'shared:>0 reclaimable:0': (r) => r.sharedBytes > 0 && r.reclaimableBytes === 0,
    'inputs:0 layers:2..3': (r) => r.inputs === 0 && r.layers >= 2 && r.layers <= 3,
    'results:>=1': (r) => r.results >= 1,
    'root:yes': (r) => r.inputs === 0,
    'named:no': (r) => r.name === undefined,
    '-named:no "npm CI"': (r) => r.name?.toLowerCase().includes('npm ci') === true,
    '50%_': (r) => r.name?.includes('50%_') === true,
    "it''s": (r) => r.name?.includes("it''s") === true,
    'name:"COPY --link"': (r) => r.name?.startsWith('COPY --link') === true,
    '-npm': (r) => !r.name?.includes('npm'),
    'stage:="build 1/4"': (r) => r.stage === 'build 1/4',
    '-stage:build': (r) => r.stage === undefined,
    'age:>10d': (r) => dated(r) && age(r) > 10 * day,
    'age:5d..10d -age:7d..8d': (r) =>
      dated(r) && age(r) >= 5 * day && age(r) <= 10 * day && !(age(r) >= 7 * day && age(r) <= 8 * day),
    'created:2026-05-05..2026-05-10T12:00': (r) =>
      dated(r) && created(r) >= Date.UTC(2026, 4, 5) && created(r) <= Date.UTC(2026, 4, 10, 12),
    '-created:>2026-05-03': (r) => !dated(r) || created(r) <= Date.UTC(2026, 4, 3),
    'ref:latest size:>4000': (r) => r.ref === 'latest' && r.ownBytes > 4000,
    'ref:="it’s \\"other\\""': (r) => r.ref.startsWith('It’s'),
    'ref:nowhere': () => false,
    'id:~2': (r) => r.id.endsWith('~2'),
    '~1': (r) => r.id.includes('~1'),
    [`digest:${digestOf('r5').slice(7, 15).toUpperCase()}`]: (r) => r.digest === digestOf('r5'),
    [digestOf('r11')]: (r) => r.digest === digestOf('r11'),
    "'; DROP TABLE records; --": () => false,
  };
  const matchesNothing = new Set(['ref:nowhere', "'; DROP TABLE records; --"]);
  for (const [filter, matches] of Object.entries(filters)) {
    test(`filter ${filter || '(none)'}`, async () => {
      const expected = all.filter(matches);
      const { rows, total } = await catalog.keysPage({ filter, offset: 0, limit: 1000 });
      expect(rows).toEqual(expected);
      expect(total).toBe(expected.length);
      expect(total > 0).toBe(!matchesNothing.has(filter));
      const sums = await catalog.keysSums({ filter });
      expect(sums).toMatchObject({ records: total, ownBytes: expected.reduce((sum, row) => sum + row.ownBytes, 0) });
    });
  }

  test('a field that the source does not record says so at its place', async () => {
    const failed = await catalog.keysPage({ filter: 'npm unused:>7d', offset: 0, limit: 1 }).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: 'INVALID_INPUT', subject: 'filter:4', hint: expect.stringContaining('age:') });
  });

  const value = ({ usage: _usage, ...row }: RecordRow): Record<string, string | number | undefined> => ({
    ...row,
    size: row.ownBytes,
    createdAt: dated(row) ? Date.parse(row.createdAt ?? '') : undefined,
    age: dated(row) ? -Date.parse(row.createdAt ?? '') : undefined,
    name: row.name?.toLowerCase(),
    id: row.digest,
  });
  const sorts = [
    'id',
    'kind',
    'name',
    'inputs',
    'users',
    'results',
    'layers',
    'size',
    'addsBytes',
    'sharedBytes',
    'reclaimableBytes',
    'createdAt',
    'age',
  ];
  for (const field of sorts) {
    for (const descending of [false, true]) {
      test(`sort by ${field}${descending ? ', descending' : ''}`, async () => {
        const sign = descending ? -1 : 1;
        const place = (row: RecordRow) => `${row.digest} ${String(splitRecordId(row.id).ordinal ?? '').padStart(9)}`;
        const expected = all.toSorted((a, b) => {
          const [x, y] = [value(a)[field], value(b)[field]];
          if (x !== y && (x === undefined || y === undefined)) return x === undefined ? 1 : -1;
          if (x !== undefined && y !== undefined && x !== y) return x < y ? -sign : sign;
          return place(a) < place(b) ? -1 : 1;
        });
        const query = { filter: '', sort: { field, descending } };
        const direct = await catalog.keysPage({ ...query, offset: 0, limit: 500 });
        const deep = await catalog.keysPage({ ...query, offset: 450, limit: 500 });
        const again = await catalog.keysPage({ ...query, offset: 10, limit: 20 });
        // Ids that share a digest differ by number, which `id` sorts by as well.
        const ids = (rows: readonly RecordRow[]) => rows.map((row) => (field === 'id' ? row.digest : row.id));
        expect(ids([...direct.rows.slice(0, 450), ...deep.rows])).toEqual(ids(expected));
        expect(ids(again.rows)).toEqual(ids(expected.slice(10, 30)));
        expect([direct.total, deep.total]).toEqual([all.length, all.length]);
      });
    }
  }

  test('a sort by what is no field names those there are', async () => {
    const sort = { field: 'constructor', descending: false };
    const failed = await catalog.keysPage({ filter: '', sort, offset: 0, limit: 1 }).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: 'INVALID_INPUT', subject: 'sort:constructor' });
  });

  test('a reference restricts to its cache; one that is not there is named with those that are', async () => {
    const other = await catalog.keysPage({ ref: 'It’s "other"', filter: '', offset: 0, limit: 10 });
    expect(other).toMatchObject({ total: 1, rows: [{ digest: digestOf('x'), ref: 'It’s "other"' }] });
    const failed = await catalog.keysPage({ ref: 'late', filter: '', offset: 0, limit: 1 }).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: 'NOT_FOUND', subject: 'late', hint: expect.stringContaining('latest') });
  });

  test('sums of chosen records count each blob once, and apart what only they hold', async () => {
    const everything = await catalog.keysSums({ filter: '' });
    const { totalBytes: held } = await catalog.layersPage({ filter: 'records:>0', offset: 0, limit: 1 });
    expect(held).toBeLessThan(built.totals.deduplicatedBytes);
    expect(everything).toMatchObject({ deduplicatedBytes: held, onlyTheseBytes: held });
    const pair = all
      .filter((row) => row.layers === 2)
      .slice(0, 2)
      .map((row) => row.id);
    const sums = await catalog.sumsOf([...pair, 'sha256:gone']);
    expect(sums).toMatchObject({ records: 2, onlyTheseBytes: 0 });
    expect(sums.deduplicatedBytes).toBeLessThanOrEqual(sums.ownBytes);
  });

  test('a record is found by id and by digest; a digest that several have is a conflict that lists the ids', async () => {
    expect(await catalog.record(digestOf('r5'))).toMatchObject({ digest: digestOf('r5'), id: digestOf('r5') });
    expect(await catalog.record(`${digestOf('r8')}~2`)).toMatchObject({ id: `${digestOf('r8')}~2` });
    const conflict = await catalog.record(digestOf('r8')).catch((e: unknown) => e);
    expect(isCacheError(conflict, 'CONFLICT') && conflict.hint).toContain(`${digestOf('r8')}~1, ${digestOf('r8')}~2`);
    for (const id of ['sha256:none', `${digestOf('r8')}~3`, '', 'abc']) {
      const failed = await catalog.record(id).catch((e: unknown) => e);
      expect(failed).toMatchObject({ code: 'NOT_FOUND', subject: id || '""' });
    }
  });

  test('search finds digests by their beginning and names by a part', async () => {
    const hex = digestOf('r17').slice(7, 13);
    expect((await catalog.search(hex, 5)).map((row) => row.digest)).toContain(digestOf('r17'));
    expect((await catalog.search(`sha256:${hex}`, 5))[0]?.digest).toBe(digestOf('r17'));
    expect((await catalog.search(`${digestOf('r8')}~2`, 5)).map((row) => row.id)).toEqual([`${digestOf('r8')}~2`]);
    expect(await catalog.search('NPM CI 10', 50)).toEqual(
      all.filter((row) => row.name?.includes('npm ci 10')).slice(0, 50),
    );
    expect(await catalog.search('npm', 3)).toHaveLength(3);
    expect(await catalog.search("'", 3)).not.toHaveLength(0);
  });

  test('largest are the records with the largest chains', async () => {
    const sort = { field: 'size', descending: true };
    const { rows: largest } = await catalog.keysPage({ sort, offset: 0, limit: 7 });
    expect(largest.map((row) => row.ownBytes)).toEqual(
      all
        .map((row) => row.ownBytes)
        .sort((a, b) => b - a)
        .slice(0, 7),
    );
  });

  test('a list has the order of the page, with all details', async () => {
    const query = { filter: 'stage:build', sort: { field: 'size', descending: true }, offset: 3, limit: 20 };
    const page = await catalog.keysPage(query);
    const list = await catalog.keysList(query);
    expect(list.records.map((record) => record.id)).toEqual(page.rows.map((row) => row.id));
    expect(list.total).toBe(page.total);
    for (const record of list.records) expect(await catalog.record(record.id)).toEqual(record);
  });

  test('groups stand together by stage, then by kind, and hold every row that matches', async () => {
    for (const filter of ['', 'kind:exec', 'size:>2000']) {
      const groups = await catalog.keysGroups({ filter });
      const sort = { field: 'own', descending: true };
      const { rows, total } = await catalog.keysPage({ filter, sort, grouped: true, offset: 0, limit: 1000 });
      expect(groups.reduce((sum, group) => sum + group.records, 0)).toBe(total);
      let at = 0;
      for (const group of groups) {
        const own = rows.slice(at, at + group.records);
        at += group.records;
        const of = (row: RecordRow) => row.stage?.replace(/ \d+\/\d+$/, '');
        expect(own.every((row) => of(row) === group.stage)).toBe(true);
        if (group.stage === undefined) expect(own.every((row) => row.kind === group.kind)).toBe(true);
        expect(own.reduce((sum, row) => sum + row.addsBytes, 0)).toBe(group.addsBytes);
        expect(own.map((row) => row.ownBytes)).toEqual(own.map((row) => row.ownBytes).sort((a, b) => b - a));
      }
      const names = groups.map((group) => group.stage);
      expect(names.indexOf(undefined)).toBe(names.filter((name) => name !== undefined).length);
    }
  });
});

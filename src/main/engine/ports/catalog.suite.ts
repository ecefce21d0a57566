import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LayerColumn, RecordColumn, SortColumn } from '../../../shared/fields/index.ts';
import type { LayerRow } from '../../../shared/model/layer.ts';
import type { RecordRow } from '../../../shared/model/record.ts';
import { splitRecordId } from '../../../shared/model/record-id.ts';
import { compressionOf } from '../../../shared/oci/media-types.ts';
import { EVERY_ROW } from '../catalog/testing/asked.ts';
import { digestOf, type SmallSource, smallSource } from '../catalog/testing/small-source.ts';
import { parseInstant } from '../model/instant.ts';
import type { RecordNames } from '../model/record-names.ts';
import type { SourceSnapshot } from './cache-source.ts';
import type { Catalog } from './catalog.ts';
import type { RowFilter } from './row-query.ts';

/** Runs of each property: few in a usual run. */
const RUNS = process.env.CACHEWRIGHT_LONG === '1' ? 2000 : 60;

/** More than any implementation sorts in one go. */
const MANY = 700;
const LAYERS = 30;
const NOW = Date.UTC(2026, 5, 1);

/** Times of which some differ by nanoseconds only, and some are Go's zero time. */
function timeOf(n: number): string {
  if (n % 11 === 0) return '0001-01-01T00:00:00Z';
  const second = new Date(Date.UTC(2026, 3, 1) + (n % 50) * 3_600_000).toISOString().slice(0, 19);
  return `${second}.123456${String(n % 1000).padStart(3, '0')}Z`;
}

const SOURCE: SmallSource = {
  caches: [
    {
      ref: 'first',
      config: {
        layers: Array.from({ length: LAYERS }, (_, n) => ({ blob: `b${n}`, parent: n % 5 === 0 ? -1 : n - 1 })),
        records: Array.from({ length: MANY }, (_, n) => ({
          digest: `r${n % 10 === 9 ? n - 1 : n}`,
          ...(n % 3 === 0 ? {} : { inputs: [[{ link: n - (n % 3), ...(n % 2 ? { selector: 'p' } : {}) }]] }),
          ...(n % 4 === 0 ? {} : { layers: [{ layer: n % LAYERS, createdAt: timeOf(n) }] }),
        })),
      },
    },
    {
      ref: 'second',
      config: {
        layers: [{ blob: 'b0' }],
        records: [{ digest: 'r1', layers: [{ layer: 0, createdAt: timeOf(7) }] }, { digest: 'only' }],
      },
    },
  ],
  sizes: Object.fromEntries(Array.from({ length: LAYERS }, (_, n) => [`b${n}`, (n * 7919) % 500])),
  missing: ['b3', 'b8'],
  times: { b1: timeOf(1), b2: timeOf(51), b4: timeOf(101) },
};

const NAMES: RecordNames = new Map(
  Array.from({ length: MANY }, (_, n) => n)
    .filter((n) => n % 7 < 5)
    .map((n) => [
      digestOf(`r${n}`),
      {
        kind: n % 2 ? ('exec' as const) : ('copy' as const),
        name: `${['RUN npm ci', 'copy SRC', '50%_off', "it''s"][n % 4]} ${n % 90}`,
        nameFrom: 'preimage' as const,
        ...(n % 3 ? { stage: `${['Build', 'build', 'assets'][n % 3]} ${n % 4}/4` } : {}),
      },
    ]),
);

type Value = string | number | undefined;

/** What a column holds of a record, worked out from its row. */
function recordValue(row: RecordRow, column: RecordColumn): Value {
  const made = parseInstant(row.createdAt);
  const { usage: _usage, ...plain } = row;
  if (column === 'createdMs') return made?.ms;
  if (column === 'createdNs') return made?.ns ?? 0;
  if (column === 'name' || column === 'stage') return row[column]?.toLowerCase();
  if (column === 'cache') return row.ref === 'first' ? 0 : 1;
  if (column === 'ordinal') return splitRecordId(row.id).ordinal ?? 0;
  return column in plain ? plain[column as keyof typeof plain] : undefined;
}

/** The same of a layer. */
function layerValue(row: LayerRow, column: LayerColumn): Value {
  const made = parseInstant(row.createdAt);
  if (column === 'createdMs') return made?.ms;
  if (column === 'createdNs') return made?.ns ?? 0;
  if (column === 'present') return row.present ? 1 : 0;
  if (column === 'damaged') return row.present && row.problem !== undefined ? 1 : 0;
  if (column === 'compression') return compressionOf(row.mediaType);
  return column === 'place' ? undefined : row[column];
}

/** The obvious meaning of a filter. */
function matches<Column extends string>(filter: RowFilter<Column>, value: (column: Column) => Value): boolean {
  if (filter.type === 'not') return !matches(filter.of, value);
  if ('of' in filter) {
    const found = filter.of.map((each) => matches(each, value));
    return filter.type === 'all' ? !found.includes(false) : found.includes(true);
  }
  const own = value(filter.column);
  if (own === undefined) return false;
  switch (filter.type) {
    case 'known':
      return true;
    case 'contains':
      return String(own).includes(filter.text);
    case 'begins':
      return String(own).startsWith(filter.text);
    case 'in':
      return (filter.values as readonly Value[]).includes(own);
    case 'range':
      return Number(own) >= filter.from && Number(own) <= filter.to;
    case 'compare': {
      const { operator, value: than } = filter;
      if (operator === '=') return own === than;
      return operator.startsWith('<')
        ? own < than || (operator === '<=' && own === than)
        : own > than || (operator === '>=' && own === than);
    }
  }
}

/** The obvious meaning of an order: what has no value last, equal ones as they were. */
function ordered<Row, Column extends string>(
  rows: readonly Row[],
  order: readonly SortColumn<Column>[],
  value: (row: Row, column: Column) => Value,
): Row[] {
  return rows.toSorted((a, b) => {
    for (const term of order) {
      const isTurned = term.startsWith('-');
      const column = (isTurned ? term.slice(1) : term) as Column;
      const [x, y] = [value(a, column), value(b, column)];
      if (x === y) continue;
      if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
      return x < y === isTurned ? 1 : -1;
    }
    return 0;
  });
}

/** Any filter over values that rows really have, and some that none has. */
function anyFilter<Column extends string>(
  columns: readonly Column[],
  values: (column: Column) => readonly Value[],
): fc.Arbitrary<RowFilter<Column>> {
  const leaf = fc.constantFrom(...columns).chain((column): fc.Arbitrary<RowFilter<Column>> => {
    const known = [...new Set(values(column).filter((value) => value !== undefined))];
    const isText = typeof known[0] === 'string';
    const present = fc.constant<RowFilter<Column>>({ type: 'known', column });
    if (known.length === 0) return present;
    const value = fc.constantFrom(...known);
    const several = fc.array(value, { maxLength: 4 });
    const chosen = several.map((all): RowFilter<Column> => ({ type: 'in', column, values: all as string[] }));
    if (isText) {
      const part = fc.tuple(value, fc.nat(6), fc.nat(9)).map(([text, from, to]) => String(text).slice(from, from + to));
      return fc.oneof(
        present,
        chosen,
        part.map((text): RowFilter<Column> => ({ type: 'contains', column, text })),
        value.map((text): RowFilter<Column> => ({ type: 'begins', column, text: String(text).slice(0, 9) })),
        value.map((text): RowFilter<Column> => ({ type: 'compare', column, operator: '=', value: text })),
      );
    }
    const operator = fc.constantFrom('<', '<=', '=', '>=', '>');
    return fc.oneof(
      present,
      chosen,
      fc
        .tuple(operator, value)
        .map(([each, than]): RowFilter<Column> => ({ type: 'compare', column, operator: each as '<', value: than })),
      fc
        .tuple(value, value)
        .map(([from, to]): RowFilter<Column> => ({ type: 'range', column, from: Number(from), to: Number(to) })),
    );
  });
  return fc.letrec<{ filter: RowFilter<Column> }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      tie('filter').map((of): RowFilter<Column> => ({ type: 'not', of })),
      fc.record({
        type: fc.constantFrom('all' as const, 'any' as const),
        of: fc.array(tie('filter'), { maxLength: 3 }),
      }),
    ),
  })).filter;
}

const RECORD_COLUMNS: readonly RecordColumn[] = [
  'cache',
  'id',
  'digest',
  'ordinal',
  'kind',
  'name',
  'stage',
  'inputs',
  'users',
  'results',
  'layers',
  'ownBytes',
  'addsBytes',
  'sharedBytes',
  'reclaimableBytes',
  'createdMs',
  'createdNs',
  'usageType',
  'usedMs',
];
const LAYER_COLUMNS: readonly LayerColumn[] = [
  'digest',
  'diffID',
  'size',
  'mediaType',
  'compression',
  'records',
  'present',
  'damaged',
  'createdMs',
  'createdNs',
];

function anyOrder<Column extends string>(columns: readonly Column[]): fc.Arbitrary<readonly SortColumn<Column>[]> {
  const term = fc
    .tuple(fc.constantFrom(...columns), fc.boolean())
    .map(([column, turned]): SortColumn<Column> => (turned ? `-${column}` : column));
  return fc.array(term, { maxLength: 3 });
}

/**
 * What every `Catalog` must do.
 * @param build builds one and keeps it open until it is disposed of
 */
export function describeCatalog(
  name: string,
  build: (snapshot: SourceSnapshot, names: RecordNames) => Promise<Catalog>,
): void {
  describe(`Catalog: ${name}`, () => {
    let catalog: Catalog;
    let rows: readonly RecordRow[];
    let layers: readonly LayerRow[];
    beforeAll(async () => {
      catalog = await build(await smallSource(SOURCE), NAMES);
      rows = (await catalog.keysPage({ ...EVERY_ROW, offset: 0, limit: 1000 })).rows;
      layers = (await catalog.layersPage({ ...EVERY_ROW, offset: 0, limit: 1000 })).rows;
    });
    afterAll(() => catalog[Symbol.asyncDispose]());

    const numbers = () => rows.map((_, n) => n);
    const recordValues = (column: RecordColumn) => rows.map((row) => recordValue(row, column));
    const byRecord = (where: RowFilter<RecordColumn>) =>
      rows.filter((row) => matches(where, (column) => recordValue(row, column)));

    test('holds every record once, numbered from 0 in the order of the source', async () => {
      const { keys, total } = await catalog.recordKeys(EVERY_ROW.where, 10_000);
      expect([total, catalog.totals.records]).toEqual([MANY + 2, MANY + 2]);
      expect(keys).toEqual(rows.map(({ id, digest }, n) => ({ n, id, digest })));
      expect(new Set(keys.map(({ id }) => id)).size).toBe(total);
      const words = SOURCE.caches.flatMap(({ config }) => config.records.map(({ digest }) => digestOf(digest)));
      expect(keys.map(({ digest }) => digest)).toEqual(words);
    });

    test('finds the records that a filter says, and adds them up', async () => {
      await fc.assert(
        fc.asyncProperty(anyFilter(RECORD_COLUMNS, recordValues), async (where) => {
          const expected = byRecord(where);
          const page = await catalog.keysPage({ where, order: [], offset: 0, limit: 1000 });
          expect(page).toEqual({ rows: expected, total: expected.length });
          const sums = await catalog.keysSums({ where });
          const ownBytes = expected.reduce((sum, row) => sum + row.ownBytes, 0);
          expect(sums).toMatchObject({ records: expected.length, ownBytes });
          expect(await catalog.sumsOf(expected.map((row) => rows.indexOf(row)))).toEqual(sums);
          const groups = await catalog.keysGroups({ where });
          expect(groups.reduce((sum, group) => sum + group.records, 0)).toBe(expected.length);
        }),
        { numRuns: RUNS },
      );
    });

    test('sorts by any columns, and gives any window of it', async () => {
      await fc.assert(
        fc.asyncProperty(
          anyOrder(RECORD_COLUMNS),
          fc.nat(MANY + 10),
          fc.integer({ min: 1, max: 1000 }),
          async (order, offset, limit) => {
            const expected = ordered(rows, order, recordValue).slice(offset, offset + limit);
            const page = await catalog.keysPage({ ...EVERY_ROW, order, offset, limit });
            expect(page.rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
            expect(page.total).toBe(rows.length);
          },
        ),
        { numRuns: RUNS },
      );
    });

    test('tells times apart to the nanosecond', async () => {
      for (const order of [
        ['createdMs', 'createdNs', 'place'] as const,
        ['-createdMs', '-createdNs', 'place'] as const,
      ]) {
        const page = await catalog.keysPage({ ...EVERY_ROW, order, offset: 0, limit: 1000 });
        const texts = page.rows.flatMap(({ createdAt = '' }) => (parseInstant(createdAt) ? [createdAt] : []));
        const sorted = texts.toSorted();
        expect(texts).toEqual(order[0] === 'createdMs' ? sorted : sorted.reverse());
        expect(page.rows.slice(texts.length).every(({ createdAt }) => parseInstant(createdAt) === undefined)).toBe(
          true,
        );
      }
    });

    test('joins windows to the whole list, and has nothing behind its end', async () => {
      const order = ['-addsBytes', 'place'] as const;
      const whole = (await catalog.keysPage({ ...EVERY_ROW, order, offset: 0, limit: 1000 })).rows;
      for (const limit of [1, 100, 300, 599, 600, 601, 701, 702]) {
        const starts =
          limit === 1 ? [0, 599, 600, 701] : Array.from({ length: Math.ceil(702 / limit) }, (_, n) => n * limit);
        for (const offset of starts) {
          const page = await catalog.keysPage({ ...EVERY_ROW, order, offset, limit });
          expect(page.rows).toEqual(whole.slice(offset, offset + limit));
        }
      }
      for (const offset of [702, 703, 1_000_000]) {
        expect(await catalog.keysPage({ ...EVERY_ROW, order, offset, limit: 9 })).toEqual({ rows: [], total: 702 });
      }
    });

    test('restricts to caches by number', async () => {
      const second = await catalog.keysPage({ ...EVERY_ROW, caches: [1], offset: 0, limit: 9 });
      expect(second).toEqual({ rows: rows.slice(MANY), total: 2 });
      const both = await catalog.keysPage({ ...EVERY_ROW, caches: [0, 1], offset: 0, limit: 1000 });
      expect(both.rows).toEqual(rows);
      expect(await catalog.keysSums({ where: EVERY_ROW.where, caches: [1] })).toMatchObject({ records: 2 });
      const held = await catalog.layersPage({ ...EVERY_ROW, caches: [1], offset: 0, limit: 9 });
      expect(held.rows).toMatchObject([{ digest: digestOf('b0'), records: 1 }]);
    });

    test('lists groups by stage, upper and lower case beside each other, then by kind; and rows in their order', async () => {
      const groups = await catalog.keysGroups({ where: EVERY_ROW.where });
      const stages = groups.flatMap(({ stage }) => (stage === undefined ? [] : [stage]));
      expect(stages).toEqual(['assets', 'build']);
      expect(groups.slice(stages.length).map(({ kind }) => kind)).toEqual(
        ['content', 'copy', 'exec', 'source', 'unknown'].filter((kind) =>
          rows.some((row) => row.stage === undefined && row.kind === kind),
        ),
      );
      const page = await catalog.keysPage({ ...EVERY_ROW, order: ['group'], offset: 0, limit: 1000 });
      const places = page.rows.map((row) => {
        const stage = row.stage?.replace(/ \d+\/\d+$/, '');
        return groups.findIndex((group) => (stage === undefined ? group.kind === row.kind : group.stage === stage));
      });
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(groups.map(({ records }) => records)).toEqual(
        groups.map((_, n) => places.filter((place) => place === n).length),
      );
    });

    test('gives the first keys that match and how many do', async () => {
      const where: RowFilter<RecordColumn> = {
        type: 'in',
        column: 'digest',
        values: [digestOf('r8'), digestOf('r18')],
      };
      const { keys, total } = await catalog.recordKeys(where, 3);
      expect([keys.map(({ n }) => n), total]).toEqual([[8, 9, 18], 4]);
      expect(await catalog.recordKeys({ type: 'any', of: [] }, 3)).toEqual({ keys: [], total: 0 });
    });

    test('tells all of a record by its number, and mentions records in the order that is asked', async () => {
      for (const n of [0, 1, 9, 57, MANY, MANY + 1]) {
        const row = rows[n];
        const detail = await catalog.record(n);
        expect(detail).toMatchObject({ id: row?.id, ownBytes: row?.ownBytes, resultsTotal: row?.results });
        expect(detail.inputs.length).toBe(row?.inputs);
        expect(detail.usersTotal).toBe(row?.users);
      }
      await expect(catalog.record(MANY + 2)).rejects.toThrow();
      const mentioned = await catalog.mentions([57, MANY + 2, 3]);
      expect(mentioned.map(({ id }) => id)).toEqual([rows[57]?.id, rows[3]?.id]);
      expect(await catalog.mentions([])).toEqual([]);
    });

    test('lists full records in the order of the page', async () => {
      const query = { ...EVERY_ROW, order: ['-ownBytes', 'place'], offset: 5, limit: 20 } as const;
      const [list, page] = await Promise.all([catalog.keysList(query), catalog.keysPage(query)]);
      expect([list.records.map(({ id }) => id), list.total]).toEqual([page.rows.map(({ id }) => id), page.total]);
    });

    test('walks links both ways', async () => {
      const query = { from: 1, depth: 1, maxNodes: 10, maxEdges: 10 } as const;
      const inputs = await catalog.neighbourhood({ ...query, direction: 'inputs' });
      expect([inputs.focus, inputs.nodes.map(({ id }) => id), inputs.total]).toEqual([
        rows[1]?.id,
        [rows[1]?.id, rows[0]?.id],
        rows.length,
      ]);
      expect(inputs.edges).toMatchObject([{ from: rows[0]?.id, to: rows[1]?.id, input: 0 }]);
      const users = await catalog.neighbourhood({ ...query, from: 0, direction: 'users' });
      expect(users.nodes.map(({ id }) => id).sort()).toEqual([0, 1, 2].map((n) => rows[n]?.id).sort());
      const alone = await catalog.neighbourhood({ ...query, depth: 0, direction: 'both' });
      expect([alone.nodes.length, alone.edges.length]).toEqual([1, 0]);
      expect((await catalog.pathToRoot(2)).map(({ id }) => id)).toEqual([rows[0]?.id, rows[2]?.id]);
      expect((await catalog.pathToRoot(0)).map(({ id }) => id)).toEqual([rows[0]?.id]);
      expect([await catalog.reach(0), await catalog.reach(2)]).toEqual([
        { needs: 0, neededBy: 2 },
        { needs: 1, neededBy: 0 },
      ]);
    });

    test('finds, sorts and adds up the layers that a filter says', async () => {
      const values = (column: LayerColumn) => layers.map((row) => layerValue(row, column));
      await fc.assert(
        fc.asyncProperty(
          anyFilter(LAYER_COLUMNS, values),
          anyOrder(LAYER_COLUMNS),
          fc.nat(LAYERS),
          async (where, order, offset) => {
            const all = ordered(layers, order, layerValue).filter((row) =>
              matches(where, (column) => layerValue(row, column)),
            );
            const page = await catalog.layersPage({ where, order, offset, limit: 7 });
            expect(page.rows).toEqual(all.slice(offset, offset + 7));
            expect([page.total, page.totalBytes]).toEqual([all.length, all.reduce((sum, { size }) => sum + size, 0)]);
          },
        ),
        { numRuns: RUNS },
      );
    });

    test('tells all of a layer by its whole digest', async () => {
      const detail = await catalog.layer(digestOf('b0'));
      expect(detail).toMatchObject({
        ...layers.find(({ digest }) => digest === digestOf('b0')),
        refs: ['first', 'second'],
      });
      expect(detail?.usedByTotal).toBe(detail?.records);
      for (const digest of ['', digestOf('b0').slice(0, 20), digestOf('r1')]) {
        expect(await catalog.layer(digest)).toBeUndefined();
      }
    });

    test('counts every blob once in a treemap, and every dated record in the ages', async () => {
      for (const group of ['step', 'kind', 'age'] as const) {
        for (const maxTiles of [10, 2000]) {
          const { groups, totalBytes } = await catalog.treemap({ group, maxTiles, nowMs: NOW });
          expect(totalBytes).toBe(catalog.totals.deduplicatedBytes);
          expect(groups.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(totalBytes);
          expect(groups.flatMap(({ tiles }) => tiles).length).toBeLessThanOrEqual(maxTiles);
          const tiles = groups.reduce((sum, { tiles: own, rest }) => sum + own.length + rest.tiles, 0);
          expect(tiles).toBe(catalog.totals.blobs);
        }
      }
      const dated = rows.filter(({ createdAt }) => parseInstant(createdAt));
      for (const bins of [1, 7]) {
        const ages = await catalog.ages({ bins });
        expect([ages.bins.length, ages.bins.reduce((sum, bin) => sum + bin.records, 0)]).toEqual([bins, dated.length]);
        const times = dated.map(({ createdAt = '' }) => createdAt).sort();
        expect([ages.oldest, ages.newest]).toEqual([times[0], times.at(-1)]);
      }
    });

    test('has nothing of nothing', async () => {
      const empty = await build(await smallSource({ caches: [], sizes: {} }), new Map());
      const window = { offset: 0, limit: 9 };
      expect(await empty.keysPage({ ...EVERY_ROW, ...window })).toEqual({ rows: [], total: 0 });
      expect(await empty.keysList({ ...EVERY_ROW, ...window })).toEqual({ records: [], total: 0 });
      expect(await empty.keysGroups(EVERY_ROW)).toEqual([]);
      const none = { records: 0, ownBytes: 0, deduplicatedBytes: 0, onlyTheseBytes: 0 };
      expect([await empty.keysSums(EVERY_ROW), await empty.sumsOf([]), await catalog.sumsOf([])]).toEqual([
        none,
        none,
        none,
      ]);
      expect(await empty.recordKeys(EVERY_ROW.where, 9)).toEqual({ keys: [], total: 0 });
      expect(await empty.layersPage({ ...EVERY_ROW, ...window })).toEqual({ rows: [], total: 0, totalBytes: 0 });
      expect(await empty.treemap({ group: 'age', maxTiles: 10, nowMs: NOW })).toEqual({ groups: [], totalBytes: 0 });
      expect(await empty.ages({ bins: 3 })).toEqual({ bins: [] });
      await empty[Symbol.asyncDispose]();
    });

    test('says so when it is asked after it was closed, and closes twice', async () => {
      const closed = await build(await smallSource({ caches: [], sizes: {} }), new Map());
      await closed[Symbol.asyncDispose]();
      await closed[Symbol.asyncDispose]();
      await expect(closed.keysGroups(EVERY_ROW)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });

    test('answers many questions at once', async () => {
      const asked = numbers().slice(0, 40);
      const details = await Promise.all(asked.map((n) => catalog.record(n)));
      expect(details.map(({ id }) => id)).toEqual(asked.map((n) => rows[n]?.id));
    });
  });
}

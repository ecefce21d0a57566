import type { RecordRef } from '../../../shared/model/record.ts';
import { measureSet } from '../../engine/catalog/chain-walks.ts';
import { measureUsage } from '../../engine/catalog/usage-sets.ts';
import { inputsOf } from '../../engine/model/key-graph.ts';
import type { Catalog, RecordQuery, RecordSums } from '../../engine/ports/catalog.ts';
import type { Window } from '../../engine/ports/row-query.ts';
import { type Database, number, type Row, text } from './database.ts';
import { both, type Condition, filterSql } from './filter-sql.ts';
import type { CatalogMemory } from './memory.ts';
import { createRecordDetailer } from './record-details.ts';
import {
  inCaches,
  RECORD_COLUMN_SQL,
  RECORD_COLUMNS,
  recordGroup,
  recordRef,
  recordRow,
  rowId,
} from './record-rows.ts';
import { createRowView, type View } from './row-view.ts';
import { orderSql } from './sort-sql.ts';
import { createUsageRows } from './usage-rows.ts';

/** Queries about records, and what the other queries need of them. */
export interface KeyQueries
  extends Pick<
    Catalog,
    'keysPage' | 'keysGroups' | 'keysList' | 'keysSums' | 'sumsOf' | 'recordKeys' | 'record' | 'selector' | 'mentions'
  > {
  /** Mentions by record number. */
  refsOf(records: Iterable<number>): Promise<ReadonlyMap<number, RecordRef>>;
  /** Full rows by record number, in the order given. */
  rowsOf(records: readonly number[]): Promise<Row[]>;
}

/** What the queries stand on. */
export interface QueryContext {
  readonly database: Database;
  readonly memory: CatalogMemory;
  /** Cache → its reference. */
  readonly refs: readonly string[];
  /** True where the source has BuildKit's own ids and figures. */
  readonly hasUsage: boolean;
  /** Number of records. */
  readonly records: number;
}

const FROM_RECORDS: Condition = { sql: 'records', values: [] };

/** Queries about records. */
export function createKeyQueries(context: QueryContext): KeyQueries {
  const { database, memory, refs } = context;
  const view = createRowView(database, 'n', RECORD_COLUMNS);
  const detail = createRecordDetailer(database, memory, refs, refsOf);

  const whereOf = ({ caches, where }: Pick<RecordQuery, 'caches' | 'where'>): Condition => {
    const condition = filterSql(where, RECORD_COLUMN_SQL);
    return caches ? both(inCaches(caches), condition) : condition;
  };
  const viewOf = (query: RecordQuery): View => ({
    from: FROM_RECORDS,
    where: whereOf(query),
    order: orderSql(query.order, RECORD_COLUMN_SQL, 'n'),
  });

  async function refsOf(records: Iterable<number>): Promise<ReadonlyMap<number, RecordRef>> {
    const numbers = [...records];
    if (numbers.length === 0) return new Map();
    const columns = 'n, digest, ordinal, own_id, kind, name, stage, name_from';
    const rows = await database.rows(`SELECT ${columns} FROM records WHERE n IN (SELECT unnest(?))`, [numbers]);
    return new Map(rows.map((row) => [number(row, 'n'), recordRef(row)]));
  }

  const usageRows = createUsageRows(database);
  /** Sums over records: bytes on the daemon's disk where BuildKit says so, else in layers. */
  async function sums(records: Uint32Array | readonly number[], own: Promise<Row[]>): Promise<RecordSums> {
    const chosen = new Uint8Array(context.records);
    for (const record of records) chosen[record] = 1;
    const [[row = {}], bytes] = await Promise.all([own, measure(chosen)]);
    return { records: records.length, ownBytes: number(row, 'own'), ...bytes };
  }
  async function measure(chosen: Uint8Array) {
    if (context.hasUsage) return measureUsage(await usageRows(), chosen);
    const { tree, results, size } = await memory.chains();
    return measureSet(tree, results, size, chosen);
  }
  const OWN = 'SELECT coalesce(sum(own), 0) AS own FROM records';

  const rowsOf = (records: readonly number[]) => view.byKey(FROM_RECORDS, records);
  const page = async (query: RecordQuery & Window): Promise<{ rows: Row[]; total: number }> => {
    const own = viewOf(query);
    const [rows, total] = await Promise.all([view.page(own, query.offset, query.limit), view.total(own)]);
    return { rows, total };
  };

  return {
    refsOf,
    rowsOf,
    async keysPage(query) {
      const { rows, total } = await page(query);
      return { rows: rows.map((row) => recordRow(row, refs)), total };
    },
    async keysList(query) {
      const { rows, total } = await page(query);
      return { records: await detail(rows), total };
    },
    async keysGroups(query) {
      const where = whereOf(query);
      const rows = await database.rows(
        `SELECT own.*, of.stage, of.kind FROM (
           SELECT record_group, count(*)::INTEGER AS records, sum(adds) AS adds
           FROM records WHERE ${where.sql} GROUP BY record_group
         ) AS own JOIN record_groups AS of ON of.place = own.record_group ORDER BY of.place`,
        where.values,
      );
      return rows.map(recordGroup);
    },
    async keysSums(query) {
      const own = viewOf({ ...query, order: [] });
      return sums(await view.keys(own), database.rows(`${OWN} WHERE ${own.where.sql}`, own.where.values));
    },
    sumsOf: (records) => sums(records, database.rows(`${OWN} WHERE n IN (SELECT unnest(?))`, [records])),
    async recordKeys(filter, limit) {
      const { sql, values } = filterSql(filter, RECORD_COLUMN_SQL);
      const rows = await database.rows(
        `SELECT n, digest, ordinal, own_id, count(*) OVER ()::INTEGER AS total FROM records WHERE ${sql} ORDER BY n LIMIT ?`,
        [...values, limit],
      );
      const keys = rows.map((row) => ({ n: number(row, 'n'), id: rowId(row), digest: text(row, 'digest') }));
      return { keys, total: number(rows[0] ?? {}, 'total') };
    },
    async record(record) {
      const [found] = await detail(await rowsOf([record]));
      if (found === undefined) throw new RangeError(`there is no record ${record}`);
      return found;
    },
    async selector(record, input, alternative) {
      return inputsOf(await memory.links(), record)[input]?.[alternative]?.selector;
    },
    async mentions(records) {
      const found = await refsOf(records);
      return records.flatMap((record) => found.get(record) ?? []);
    },
  };
}

import { CacheError } from '../../../shared/base/errors.ts';
import { parseFilter } from '../../../shared/base/filter/index.ts';
import type { RecordRef, RecordRow } from '../../../shared/model/record.ts';
import { DIGEST_ALGORITHMS } from '../../../shared/oci/digest.ts';
import { measureSet } from '../../engine/catalog/chain-walks.ts';
import { splitRecordId } from '../../engine/catalog/record-ids.ts';
import { measureUsage } from '../../engine/catalog/usage-sets.ts';
import type { Catalog, CatalogQuery } from '../../engine/ports/catalog.ts';
import { type Database, number, type Row } from './database.ts';
import { all, type Condition, filterCondition } from './filter-sql.ts';
import type { CatalogMemory } from './memory.ts';
import { createRecordDetailer } from './record-details.ts';
import {
  inCaches,
  RECORD_COLUMNS,
  RECORD_GROUP,
  RECORD_SORTS,
  recordFilterTarget,
  recordGroup,
  recordRef,
  recordRow,
  rowId,
} from './record-rows.ts';
import { cachesOf } from './ref-scope.ts';
import { createRowView, type View } from './row-view.ts';
import { orderSql } from './sort-sql.ts';
import { createUsageRows } from './usage-rows.ts';

/** Queries about records, and what the other queries need of them. */
export interface KeyQueries
  extends Pick<
    Catalog,
    'keysPage' | 'keysGroups' | 'keysList' | 'keysSums' | 'record' | 'search' | 'mentions' | 'largest'
  > {
  /** Record number of an id or digest. @throws `NOT_FOUND`, `CONFLICT` */
  numberOf(idOrDigest: string): Promise<number>;
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
  /** What ages count from, in epoch milliseconds. */
  now(): number;
}

const FROM_RECORDS: Condition = { sql: 'records', values: [] };

/** Ids listed in an error at most. */
const LISTED_IDS = 20;

/** Queries about records. */
export function createKeyQueries(context: QueryContext): KeyQueries {
  const { database, memory, refs } = context;
  const view = createRowView(database, 'n', RECORD_COLUMNS);
  const target = recordFilterTarget(refs, context.hasUsage);
  const detail = createRecordDetailer(database, memory, refs, refsOf);

  function viewOf(query: Pick<CatalogQuery, 'ref' | 'filter' | 'sort'> & { grouped?: boolean | undefined }): View {
    const filter = filterCondition(parseFilter(query.filter, 'keys'), target, context.now());
    const where = query.ref === undefined ? filter : all([inCaches(cachesOf(refs, query.ref)), filter]);
    const order = orderSql(query.sort, RECORD_SORTS, 'place', 'n');
    return { from: FROM_RECORDS, where, order: query.grouped ? `${RECORD_GROUP.rowOrder}, ${order}` : order };
  }

  async function refsOf(records: Iterable<number>): Promise<ReadonlyMap<number, RecordRef>> {
    const numbers = [...records];
    if (numbers.length === 0) return new Map();
    const columns = 'n, digest, ordinal, own_id, kind, name, stage, name_from';
    const rows = await database.rows(`SELECT ${columns} FROM records WHERE n IN (SELECT unnest(?))`, [numbers]);
    return new Map(rows.map((row) => [number(row, 'n'), recordRef(row)]));
  }

  async function find(idOrDigest: string): Promise<Row> {
    const { digest, ordinal } = splitRecordId(idOrDigest);
    const all = await database.rows(`SELECT ${RECORD_COLUMNS} FROM records WHERE digest = ? ORDER BY n`, [digest]);
    const same = ordinal === undefined ? all : all.filter((row) => number(row, 'ordinal') === ordinal);
    const own = context.hasUsage
      ? await database.rows(`SELECT ${RECORD_COLUMNS} FROM records WHERE own_id = ?`, [idOrDigest])
      : [];
    const rows = own.length > 0 ? own : same;
    const [row] = rows;
    if (row === undefined) {
      throw new CacheError('NOT_FOUND', 'The source has no such record.', {
        subject: idOrDigest,
        hint: 'Give a whole id or digest, as the table of keys shows it.',
      });
    }
    if (rows.length > 1) {
      const ids = rows.slice(0, LISTED_IDS).map(rowId);
      const more = rows.length > LISTED_IDS ? ` and ${rows.length - LISTED_IDS} more` : '';
      throw new CacheError('CONFLICT', `${rows.length} records have this digest.`, {
        subject: idOrDigest,
        hint: `Give one of the ids: ${ids.join(', ')}${more}.`,
      });
    }
    return row;
  }

  async function numbersOf(ids: readonly string[]): Promise<number[]> {
    const wanted = new Set(ids);
    const digests = [...new Set(ids.map((id) => splitRecordId(id).digest))];
    if (digests.length === 0) return [];
    const columns = 'SELECT n, digest, ordinal, own_id FROM records';
    const rows = context.hasUsage
      ? await database.rows(`${columns} WHERE own_id IN (SELECT unnest(?))`, [[...wanted]])
      : await database.rows(`${columns} WHERE digest IN (SELECT unnest(?))`, [digests]);
    return rows.filter((row) => wanted.has(rowId(row))).map((row) => number(row, 'n'));
  }

  const usageRows = createUsageRows(database);
  /** Bytes of a set of records: on the daemon's disk where BuildKit says so, else in layers. */
  async function measure(chosen: Uint8Array) {
    if (context.hasUsage) return measureUsage(await usageRows(), chosen);
    const { tree, results, size } = await memory.chains();
    return measureSet(tree, results, size, chosen);
  }

  const rowsOf = (records: readonly number[]) => view.byKey(FROM_RECORDS, records);
  const toRow = (row: Row): RecordRow => recordRow(row, refs);

  return {
    refsOf,
    rowsOf,
    numberOf: async (id) => number(await find(id), 'n'),
    async record(id) {
      const [found] = await detail([await find(id)]);
      if (found === undefined) throw new RangeError('a row has a detail');
      return found;
    },
    async keysPage(query) {
      const own = viewOf(query);
      const [rows, total] = await Promise.all([view.page(own, query.offset, query.limit), view.total(own)]);
      return { rows: rows.map(toRow), total };
    },
    async keysGroups(query) {
      const { where } = viewOf({ ...query, sort: undefined });
      const rows = await database.rows(
        `SELECT ${RECORD_GROUP.columns}, count(*)::INTEGER AS records, sum(adds) AS adds
         FROM records WHERE ${where.sql} GROUP BY stage_name, kind_name ORDER BY ${RECORD_GROUP.order}`,
        where.values,
      );
      return rows.map(recordGroup);
    },
    async keysList(query) {
      const own = viewOf(query);
      const [rows, total] = await Promise.all([view.page(own, query.offset, query.limit), view.total(own)]);
      return { records: await detail(rows), total };
    },
    async keysSums(query) {
      const own = viewOf(query);
      const records = query.ids ? await numbersOf(query.ids) : await view.keys(own);
      const chosen = new Uint8Array(context.records);
      for (const record of records) chosen[record] = 1;
      const [sums] = query.ids
        ? await database.rows('SELECT coalesce(sum(own), 0) AS own FROM records WHERE n IN (SELECT unnest(?))', [
            [...records],
          ])
        : await database.rows(
            `SELECT coalesce(sum(own), 0) AS own FROM records WHERE ${own.where.sql}`,
            own.where.values,
          );
      return {
        records: records.length,
        ownBytes: number(sums ?? {}, 'own'),
        ...(await measure(chosen)),
      };
    },
    async search(words, limit) {
      const where = searchCondition(words.trim().toLowerCase(), context.hasUsage);
      const rows = await database.rows(
        `SELECT ${RECORD_COLUMNS} FROM records WHERE ${where.sql} ORDER BY ${where.order} LIMIT ${limit}`,
        where.values,
      );
      return rows.map(toRow);
    },
    async mentions(ids) {
      return [...(await refsOf(await numbersOf(ids))).values()];
    },
    async largest({ ref, limit }) {
      const sort = { field: 'ownBytes', descending: true };
      const rows = await view.page(viewOf({ ref, filter: '', sort }), 0, limit);
      return rows.map(toRow);
    },
  };
}

const HEX = /^(?:(?:sha256|sha384|sha512):)?([0-9a-f]{4,})(?:~(\d*))?$/;

/** What the palette looks for: digests that begin so, then names. Values of `order` follow those of `sql`. */
function searchCondition(words: string, hasOwnIds: boolean): Condition & { readonly order: string } {
  const [, hex, ordinal] = HEX.exec(words) ?? [];
  if (hex === undefined) {
    const named = 'contains(lower(name), ?) OR contains(lower(stage), ?)';
    if (!hasOwnIds) return { sql: named, values: [words, words], order: 'n' };
    return { sql: `starts_with(own_id, ?) OR ${named}`, values: [words, words, words], order: 'n' };
  }
  // No hexadecimal digit sorts after "f": a range finds a prefix, and skips most of a sorted table.
  const prefixes = Object.keys(DIGEST_ALGORITHMS).map((algorithm) => `${algorithm}:${hex}`);
  const ranges = prefixes.map(() => 'digest BETWEEN ? AND ?').join(' OR ');
  const digest = hasOwnIds ? `${ranges} OR starts_with(own_id, ?)` : ranges;
  const values = [...prefixes.flatMap((prefix) => [prefix, `${prefix}g`]), ...(hasOwnIds ? [hex] : [])];
  if (ordinal) return { sql: `(${digest}) AND ordinal = ?`, values: [...values, Number(ordinal)], order: 'n' };
  return {
    sql: `${digest} OR contains(lower(name), ?)`,
    values: [...values, words, ...values],
    order: `CASE WHEN ${digest} THEN 0 ELSE 1 END, n`,
  };
}

import type { Database, Parameter, Row } from './database.ts';
import type { Condition } from './filter-sql.ts';
import { createRecent } from './recent.ts';

/** What is to be seen of a table: which rows, in which order. */
export interface View {
  /** A table, or a subquery in parentheses; its own values come before those of the condition. */
  readonly from: Condition;
  readonly where: Condition;
  /** `ORDER BY` terms, the last of them unique. */
  readonly order: string;
}

/** Windows over the rows of one table, whatever their order, with a million rows and more. */
export interface RowView {
  /** `offset` and `limit` are whole numbers. */
  page(view: View, offset: number, limit: number): Promise<Row[]>;
  /** Key numbers of all rows of a view, in its order. */
  keys(view: View): Promise<Uint32Array>;
  total(view: View): Promise<number>;
  /** Rows by key, in the order of the keys; what is not there is left out. */
  byKey(from: Condition, keys: readonly number[]): Promise<Row[]>;
}

/** Windows up to here are asked for directly: DuckDB keeps only as many rows while it sorts. */
const TOP_ROWS = 600;

/** Sorted orders kept, 4 bytes a row each: a page further down is then a look-up. */
const KEPT_ORDERS = 4;

/**
 * @param key column of consecutive numbers 0, 1, 2, …; rows lie in its order
 * @param columns what a row holds, as a select list; must include the key
 */
export function createRowView(database: Database, key: string, columns: string): RowView {
  const orders = createRecent<Uint32Array>(KEPT_ORDERS);
  const totals = createRecent<number>(64);

  const keysSql = (view: View) => `SELECT ${key} FROM ${view.from.sql} WHERE ${view.where.sql} ORDER BY ${view.order}`;

  function keys(view: View): Promise<Uint32Array> {
    const sql = keysSql(view);
    return orders.get(nameOf(sql, view), async () => {
      const [column] = await database.columns(sql, valuesOf(view));
      return column ?? new Uint32Array(0);
    });
  }

  async function byKey(from: Condition, wanted: readonly number[]): Promise<Row[]> {
    const [first, last] = [wanted[0], wanted.at(-1)];
    if (first === undefined || last === undefined) return [];
    const select = `SELECT ${columns} FROM ${from.sql} WHERE ${key}`;
    if (wanted.every((n, index) => n === first + index)) {
      return database.rows(`${select} BETWEEN ? AND ? ORDER BY ${key}`, [...from.values, first, last]);
    }
    const rows = await database.rows(`${select} IN (SELECT unnest(?))`, [...from.values, wanted]);
    const found = new Map(rows.map((row) => [Number(row[key]), row]));
    return wanted.map((n) => found.get(n)).filter((row) => row !== undefined);
  }

  return {
    keys,
    byKey,
    async page(view, offset, limit) {
      if (offset + limit > TOP_ROWS || orders.has(nameOf(keysSql(view), view))) {
        const order = await keys(view);
        return byKey(view.from, [...order.subarray(offset, offset + limit)]);
      }
      const order = `ORDER BY ${view.order} LIMIT ${limit} OFFSET ${offset}`;
      return database.rows(`SELECT ${columns} FROM ${view.from.sql} WHERE ${view.where.sql} ${order}`, valuesOf(view));
    },
    total(view) {
      const sql = `SELECT count(*)::INTEGER AS total FROM ${view.from.sql} WHERE ${view.where.sql}`;
      return totals.get(nameOf(sql, view), async () => {
        const [row] = await database.rows(sql, valuesOf(view));
        return Number(row?.total ?? 0);
      });
    },
  };
}

function valuesOf(view: View): Parameter[] {
  return [...view.from.values, ...view.where.values];
}

function nameOf(sql: string, view: View): string {
  return JSON.stringify([sql, valuesOf(view)]);
}

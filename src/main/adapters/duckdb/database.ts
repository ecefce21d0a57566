import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
} from '@duckdb/node-api';
import { CacheError } from '../../../shared/base/errors.ts';
import { fileFault } from './file-fault.ts';
import { TABLES } from './schema.ts';
import { READER_SETTINGS } from './settings.ts';

/** A row by column name. */
export type Row = Readonly<Record<string, DuckDBValue>>;

/** What may be bound: numbers as DOUBLE, lists of numbers as INTEGER[] where all fit, else as DOUBLE[]. */
export type Parameter = string | number | readonly number[] | readonly string[];

/** A catalog file that is only read. Several queries may run at once; none of them on the event loop. */
export interface Database extends AsyncDisposable {
  /** Values are bound, never part of the text. @throws `CORRUPT` when the file is damaged */
  rows(sql: string, values?: readonly Parameter[]): Promise<Row[]>;
  /** Columns of non-negative whole numbers, by position. */
  columns(sql: string, values?: readonly Parameter[]): Promise<Uint32Array[]>;
  /** One column of any numbers. */
  doubles(sql: string): Promise<Float64Array>;
}

/** Connections of one catalog: queries beyond these wait. */
const MAX_CONNECTIONS = 3;

/**
 * Opens a catalog file.
 * @param onDamage called once when a query shows that the file is damaged
 */
export async function openDatabase(path: string, onDamage: () => Promise<void>): Promise<Database> {
  const instance = await DuckDBInstance.create(path, READER_SETTINGS).catch((error: unknown) => {
    throw fileFault(error, path) ?? error;
  });
  const idle: DuckDBConnection[] = [];
  const waiting: ((connection: DuckDBConnection) => void)[] = [];
  let connections = 0;
  let closed = false;
  const running = new Set<Promise<unknown>>();

  async function acquire(): Promise<DuckDBConnection> {
    const free = idle.pop();
    if (free) return free;
    if (connections >= MAX_CONNECTIONS) return new Promise((resolve) => waiting.push(resolve));
    connections += 1;
    return instance.connect();
  }

  function release(connection: DuckDBConnection): void {
    const next = waiting.shift();
    if (next) next(connection);
    else idle.push(connection);
  }

  async function use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (closed) {
      throw new CacheError('UNAVAILABLE', 'The catalog was closed.', { subject: path, hint: 'Open the source again.' });
    }
    const connection = await acquire();
    const done = work(connection).finally(() => release(connection));
    running.add(done);
    try {
      return await done;
    } catch (error) {
      throw await explain(error);
    } finally {
      running.delete(done);
    }
  }

  /** A failed query is a bug of ours or a damaged file: reading all of it tells which. */
  async function explain(error: unknown): Promise<CacheError> {
    if (error instanceof CacheError) return error;
    const fault = fileFault(error, path);
    if (fault) return fault;
    const connection = await acquire();
    try {
      for (const table of TABLES) await connection.run(`SELECT bit_xor(hash(${table.name})) FROM ${table.name}`);
    } catch (cause) {
      await onDamage();
      return new CacheError('CORRUPT', 'The catalog of this source is damaged.', {
        subject: path,
        hint: 'Reload the source: its catalog is built again.',
        cause,
      });
    } finally {
      release(connection);
    }
    return new CacheError('INTERNAL', 'A query of the catalog failed.', { subject: path, cause: error });
  }

  return {
    rows: (sql, values) => use(async (connection) => (await run(connection, sql, values)).getRowObjects()),
    columns: (sql, values) =>
      use(async (connection) => {
        const result = await run(connection, sql, values);
        const columns = Array.from({ length: result.columnCount }, () => new Uint32Array(result.rowCount));
        await fill(columns, result);
        return columns;
      }),
    doubles: (sql) =>
      use(async (connection) => {
        const result = await run(connection, sql);
        const column = new Float64Array(result.rowCount);
        await fill([column], result);
        return column;
      }),
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.allSettled(running);
      for (const connection of idle) connection.closeSync();
      instance.closeSync();
    },
  };
}

function run(
  connection: DuckDBConnection,
  sql: string,
  values: readonly Parameter[] = [],
): Promise<DuckDBMaterializedResult> {
  if (values.length === 0) return connection.run(sql);
  return connection.run(sql, values.map(boundValue), values.map(boundType));
}

function boundValue(value: Parameter): DuckDBValue {
  return typeof value === 'string' || typeof value === 'number' ? value : listValue(value);
}

function boundType(value: Parameter): DuckDBType {
  if (typeof value === 'string') return VARCHAR;
  if (typeof value === 'number') return DOUBLE;
  if (typeof value[0] === 'string') return LIST(VARCHAR);
  return value.every((item) => Number(item) === (Number(item) | 0)) ? LIST(INTEGER) : LIST(DOUBLE);
}

async function fill(columns: readonly (Uint32Array | Float64Array)[], result: DuckDBMaterializedResult): Promise<void> {
  let start = 0;
  for await (const chunk of result) {
    for (const [index, column] of columns.entries()) {
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < vector.itemCount; row += 1) column[start + row] = Number(vector.getItem(row));
    }
    start += chunk.rowCount;
  }
}

/** A text that is always there. */
export function text(row: Row, column: string): string {
  return String(row[column]);
}

/** A text that may be absent. */
export function optionalText(row: Row, column: string): string | undefined {
  const value = row[column];
  return value === null || value === undefined ? undefined : String(value);
}

/** A number; 0 where it is absent. */
export function number(row: Row, column: string): number {
  return Number(row[column] ?? 0);
}

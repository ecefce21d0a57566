import { type DuckDBConnection, DuckDBDataChunk, type DuckDBValue } from '@duckdb/node-api';
import type { Pace } from './pace.ts';
import type { Table } from './schema.ts';

/** The values of a column, by row: a column of numbers as it is, or a function; `null` for none. */
export type Cells = NumberColumn | ((row: number) => DuckDBValue);

type NumberColumn = Uint32Array | Int32Array | Float64Array | Uint8Array;

/** Rows a DuckDB vector holds. */
const VECTOR_ROWS = 2048;

/**
 * Rows between two flushes, and in a row group. Smaller than DuckDB's own choice: a flush compresses on the calling
 * thread, and this many rows take some 10 ms; and small groups let a query of a few rows skip more.
 */
export const GROUP_ROWS = 16_384;

/** Appends rows 0 … count − 1 to a table, column by column. `cells` has one entry for each of its columns. */
export async function appendRows(
  connection: DuckDBConnection,
  table: Table,
  count: number,
  cells: Readonly<Record<string, Cells>>,
  pace: Pace,
): Promise<void> {
  const appender = await connection.createAppender(table.name);
  const chunk = DuckDBDataChunk.create(Object.values(table.columns));
  const columns = Object.keys(table.columns).map((name) => {
    const cell = cells[name];
    if (cell === undefined) throw new RangeError(`no cells for ${table.name}.${name}`);
    return cell;
  });
  try {
    for (let start = 0; start < count; start += VECTOR_ROWS) {
      const rows = Math.min(VECTOR_ROWS, count - start);
      chunk.reset();
      chunk.rowCount = rows;
      for (const [index, cell] of columns.entries()) {
        const vector = chunk.getColumnVector(index);
        if (typeof cell === 'function') {
          for (let row = 0; row < rows; row += 1) vector.setItem(row, cell(start + row));
        } else {
          for (let row = 0; row < rows; row += 1) vector.setItem(row, cell[start + row] as number);
        }
        vector.flush();
      }
      appender.appendDataChunk(chunk);
      if ((start + rows) % GROUP_ROWS === 0) appender.flushSync();
      const wait = pace.breathe({ phase: `Writing ${table.name.replace('_', ' ')}`, done: start + rows, total: count });
      if (wait) await wait;
    }
  } finally {
    appender.closeSync();
  }
}

import { type DuckDBConnection, DuckDBDataChunk, type DuckDBValue } from '@duckdb/node-api';
import type { Pace } from './pace.ts';
import type { Table } from './schema.ts';

/** The values of a column, by row: a column of numbers as it is, or a function; `null` for none. */
export type Cells = NumberColumn | ((row: number) => DuckDBValue);

type NumberColumn = Uint32Array | Int32Array | Float64Array | Uint8Array;

/** Rows a DuckDB vector holds. */
const VECTOR_ROWS = 2048;

/**
 * Rows in a group. A large catalog has smaller groups than DuckDB would choose: a full group is compressed on the calling
 * thread, and this many rows take some 10 ms; and a query of a few rows then skips more. In a small one no group becomes
 * full before the end, when DuckDB's own threads compress it.
 */
export function groupRows(records: number): number {
  return records > WHOLE_GROUP ? 16_384 : WHOLE_GROUP;
}

const WHOLE_GROUP = 122_880;

/** Appends rows 0 … count − 1 to a table, column by column. `cells` has one entry for each of its columns. */
export async function appendRows(
  connection: DuckDBConnection,
  table: Table,
  count: number,
  cells: Readonly<Record<string, Cells>>,
  options: { readonly groupRows: number; readonly pace: Pace },
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
      if ((start + rows) % options.groupRows === 0) appender.flushSync();
      const wait = options.pace.breathe({
        phase: `Writing ${table.name.replace('_', ' ')}`,
        done: start + rows,
        total: count,
      });
      if (wait) await wait;
    }
  } finally {
    appender.closeSync();
  }
}

import { type DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { type Cells, columnWriter, VECTOR_ROWS } from './column-writers.ts';
import type { Pace } from './pace.ts';
import type { Table } from './schema.ts';

/**
 * Rows in a group. A large catalog has smaller groups than DuckDB would choose: a full group is compressed on the calling
 * thread, and this many rows take some 10 ms; and a query of a few rows then skips more. In a small one no group becomes
 * full before the end, when DuckDB's own threads compress it.
 */
export function groupRows(records: number): number {
  return records > WHOLE_GROUP ? 16_384 : WHOLE_GROUP;
}

const WHOLE_GROUP = 122_880;

/**
 * Appends rows 0 … count − 1 to a table, column by column. `cells` has one entry for each of its columns.
 * The chunk is filled through the bindings: a vector of `@duckdb/node-api` copies what it holds out first, and takes cells
 * one by one, a third of the whole time.
 */
export async function appendRows(
  connection: DuckDBConnection,
  table: Table,
  count: number,
  cells: Readonly<Record<string, Cells>>,
  options: { readonly groupRows: number; readonly pace: Pace },
): Promise<void> {
  const appender = await connection.createAppender(table.name);
  const chunk = DuckDBDataChunk.create(Object.values(table.columns));
  const columns = Object.entries(table.columns).map(([name, type]) => {
    if (!Object.hasOwn(cells, name)) throw new RangeError(`no cells for ${table.name}.${name}`);
    return columnWriter(type, cells[name]);
  });
  try {
    for (let start = 0; start < count; start += VECTOR_ROWS) {
      const rows = Math.min(VECTOR_ROWS, count - start);
      chunk.reset();
      duckdb.data_chunk_set_size(chunk.chunk, rows);
      for (const [index, write] of columns.entries()) {
        write(duckdb.data_chunk_get_vector(chunk.chunk, index), start, rows);
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

import { DOUBLE, DuckDBInstance, type DuckDBValue, ENUM, INTEGER, VARCHAR } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { appendRows } from './append-rows.ts';
import type { Cells } from './column-writers.ts';
import { createPace } from './pace.ts';
import { createTableSql, type Table } from './schema.ts';

const TABLE: Table = {
  name: 'cells',
  columns: {
    text: VARCHAR,
    whole: INTEGER,
    real: DOUBLE,
    word: ENUM(['exec', 'source']),
    nothing: DOUBLE,
    bit: INTEGER,
  },
};

/** A value in most rows, and none in some that lie on both sides of a byte and of a vector. */
const present = (row: number): boolean => row % 3 !== 1 && row !== 2047 && row !== 2048;

const textOf = (row: number) => (present(row) ? `text ${row} ${'é\0🚀'.repeat(row % 5)}` : undefined);
const wordOf = (row: number) => (present(row) ? (row % 2 === 0 ? 'exec' : 'source') : undefined);

async function written(count: number, cells: Readonly<Record<string, Cells>>): Promise<DuckDBValue[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(createTableSql(TABLE));
    await appendRows(connection, TABLE, count, cells, { groupRows: 4096, pace: createPace({}) });
    return await (await connection.run('SELECT * FROM cells ORDER BY rowid')).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function cellsOf(count: number) {
  const rows = Array.from({ length: count }, (_, row) => row);
  return {
    text: textOf,
    whole: Int32Array.from(rows, (row) => row - 1_000_000_000),
    real: Float64Array.from(rows, (row) => (present(row) ? 2 ** 53 - 1 - row : Number.NaN)),
    word: wordOf,
    nothing: undefined,
    bit: Uint8Array.from(rows, (row) => row % 2),
  };
}

describe('appendRows', () => {
  it.each([0, 1, 7, 8, 9, 2047, 2048, 2049, 4096, 5000])('writes %i rows as they are', async (count) => {
    const rows = await written(count, cellsOf(count));
    const expected = Array.from({ length: count }, (_, row) => [
      textOf(row) ?? null,
      row - 1_000_000_000,
      present(row) ? 2 ** 53 - 1 - row : null,
      wordOf(row) ?? null,
      null,
      row % 2,
    ]);
    expect(rows).toEqual(expected);
  });

  it('takes a part of a larger array', async () => {
    const numbers = Uint32Array.from([9, 9, 1, 2, 3, 9]).subarray(2, 5);
    const rows = await written(3, { ...cellsOf(3), whole: numbers });
    expect(rows.map((row) => row[1])).toEqual([1, 2, 3]);
  });

  it.each<[string, Readonly<Record<string, Cells>>]>([
    ['a number beyond INTEGER', { whole: Uint32Array.of(0, 2 ** 31) }],
    ['a part of a number', { whole: () => 0.5 }],
    ['a word that the ENUM does not have', { word: () => 'merge' }],
    ['a text among numbers', { real: () => 'one' }],
  ])('refuses %s', async (_, cells) => {
    await expect(written(2, { ...cellsOf(2), ...cells })).rejects.toThrow(RangeError);
  });

  it('refuses a table with a column that has no cells', async () => {
    const { nothing: _, ...cells } = cellsOf(2);
    await expect(written(2, cells)).rejects.toThrow('no cells for cells.nothing');
  });
});

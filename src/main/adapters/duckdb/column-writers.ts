import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import duckdb, { type Vector } from '@duckdb/node-bindings';

/** Values of a column by row: an array of numbers with `NaN` for none, a function, or nothing where no row has a value. */
export type Cells = NumberColumn | CellFunction | undefined;

type NumberColumn = Uint32Array | Int32Array | Float64Array | Uint8Array;
type CellFunction = (row: number) => string | number | undefined;

/** Writes rows `start` … `start + rows − 1` of a column into a vector, from its first place. */
export type ColumnWriter = (vector: Vector, start: number, rows: number) => void;

/** Rows of a DuckDB vector. */
export const VECTOR_ROWS = 2048;

/**
 * Returns the writer of a column of type VARCHAR, INTEGER, DOUBLE or an ENUM of at most 256 words.
 * The writer throws a `RangeError` for a value that the type cannot hold.
 */
export function columnWriter(type: DuckDBType, cells: Cells): ColumnWriter {
  if (cells === undefined) return emptyWriter();
  switch (type.typeId) {
    case DuckDBTypeId.VARCHAR:
      return textWriter(functionOf(cells));
    case DuckDBTypeId.INTEGER:
      return numberWriter(new Int32Array(VECTOR_ROWS), cells, isInteger);
    case DuckDBTypeId.DOUBLE:
      return numberWriter(new Float64Array(VECTOR_ROWS), cells);
    case DuckDBTypeId.ENUM:
      return numberWriter(new Uint8Array(VECTOR_ROWS), wordNumbers(type.values, functionOf(cells)));
    default:
      throw new RangeError(`no writer for columns of type ${type}`);
  }
}

function emptyWriter(): ColumnWriter {
  const presence = createPresence();
  return (vector, _start, rows) => {
    presence.reset();
    for (let row = 0; row < rows; row += 1) presence.none(row);
    presence.writeTo(vector);
  };
}

function textWriter(textOf: CellFunction): ColumnWriter {
  const presence = createPresence();
  return (vector, start, rows) => {
    presence.reset();
    for (let row = 0; row < rows; row += 1) {
      const text = textOf(start + row);
      if (text === undefined) presence.none(row);
      else duckdb.vector_assign_string_element(vector, row, `${text}`);
    }
    presence.writeTo(vector);
  };
}

function numberWriter(
  items: Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>,
  cells: NumberColumn | CellFunction,
  fits: (value: number) => boolean = () => true,
): ColumnWriter {
  const presence = createPresence();
  const valueAt = functionOf(cells);
  return (vector, start, rows) => {
    presence.reset();
    for (let row = 0; row < rows; row += 1) {
      const value = valueAt(start + row);
      if (value === undefined || Number.isNaN(value)) presence.none(row);
      else if (typeof value === 'number' && fits(value)) items[row] = value;
      else throw new RangeError(`${value} does not fit the column`);
    }
    duckdb.copy_data_to_vector(vector, 0, items.buffer, 0, rows * items.BYTES_PER_ELEMENT);
    presence.writeTo(vector);
  };
}

function functionOf(cells: NumberColumn | CellFunction): CellFunction {
  return typeof cells === 'function' ? cells : (row) => cells[row];
}

function isInteger(value: number): boolean {
  return (value | 0) === value;
}

/** Numbers of the words of an ENUM, in its order. */
function wordNumbers(words: readonly string[], wordOf: CellFunction): CellFunction {
  const numbers = new Map(words.map((word, index) => [word, index]));
  return (row) => {
    const word = wordOf(row);
    if (word === undefined) return undefined;
    const number = numbers.get(`${word}`);
    if (number === undefined) throw new RangeError(`${word} is not one of ${words.join(', ')}`);
    return number;
  };
}

/** Which rows of a vector have a value, as DuckDB keeps it: a bit a row, 1 for a value. A vector without it has all. */
interface Presence {
  reset(): void;
  none(row: number): void;
  writeTo(vector: Vector): void;
}

function createPresence(): Presence {
  const bits = new Uint8Array(VECTOR_ROWS / 8);
  let hasAll = true;
  return {
    reset() {
      if (!hasAll) bits.fill(0xff);
      hasAll = true;
    },
    none(row) {
      if (hasAll) bits.fill(0xff);
      hasAll = false;
      bits[row >> 3] = (bits[row >> 3] as number) & ~(1 << (row & 7));
    },
    writeTo(vector) {
      if (hasAll) return;
      duckdb.vector_ensure_validity_writable(vector);
      duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.length);
    },
  };
}

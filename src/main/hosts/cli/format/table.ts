import type { Output } from '../output.ts';
import { terminalText } from './terminal-text.ts';

/** A column of a table for people. Numbers and sizes stand to the right. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Longer text is cut; only the last column may go without. */
  readonly maxWidth?: number;
  text(row: Row): string;
}

/** Rows that are looked at before the widths are fixed; more rows than this stream through. */
const MEASURED_ROWS = 1000;

/** Prints a table, measuring the first rows only. @returns the number of rows */
export async function writeTable<Row>(
  out: Output,
  columns: readonly Column<Row>[],
  rows: AsyncIterable<Row> | Iterable<Row>,
): Promise<number> {
  const cells = (row: Row): string[] => columns.map((column) => cut(terminalText(column.text(row)), column.maxWidth));
  let waiting: string[][] = [];
  let widths: number[] | undefined;
  let count = 0;
  const flush = async (): Promise<void> => {
    const head = widths === undefined ? [columns.map((column) => column.title)] : [];
    widths ??= columns.map((column, n) => Math.max(column.title.length, ...waiting.map((row) => row[n]?.length ?? 0)));
    const fixed = widths;
    const lines = [...head, ...waiting].map((row) => line(columns, fixed, row));
    waiting = [];
    if (lines.length > 0) await out.write(`${lines.join('\n')}\n`);
  };
  for await (const row of rows) {
    waiting.push(cells(row));
    count += 1;
    if (waiting.length >= MEASURED_ROWS) await flush();
  }
  if (count > 0) await flush();
  return count;
}

function line<Row>(columns: readonly Column<Row>[], widths: readonly number[], row: readonly string[]): string {
  return row
    .map((cell, n) => (columns[n]?.align === 'right' ? cell.padStart(widths[n] ?? 0) : cell.padEnd(widths[n] ?? 0)))
    .join('  ')
    .trimEnd();
}

function cut(text: string, width: number | undefined): string {
  return width !== undefined && text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

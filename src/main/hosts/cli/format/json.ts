import type { Output } from '../output.ts';

/** One JSON document. */
export function writeJson(out: Output, value: unknown): Promise<void> {
  return out.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** One JSON document a line. */
export async function writeJsonLines(out: Output, rows: AsyncIterable<unknown>): Promise<void> {
  for await (const batch of batches(rows)) await out.write(batch.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** One JSON document that is an array, row by row: a million of them are never held at once. */
export async function writeJsonArray(out: Output, rows: AsyncIterable<unknown>): Promise<void> {
  await writeJsonRows(out, rows, '');
  await out.write('\n');
}

/**
 * One JSON document that is an object with one long array in it: `before`, then `rows` under `key`, then `after()`, which
 * is asked when the rows are written.
 */
export async function writeJsonWithRows(
  out: Output,
  before: Readonly<Record<string, unknown>>,
  key: string,
  rows: AsyncIterable<unknown>,
  after: () => Readonly<Record<string, unknown>>,
): Promise<void> {
  await out.write(`{\n${members(before)}  ${JSON.stringify(key)}: `);
  await writeJsonRows(out, rows, '  ');
  const rest = members(after()).replace(/,\n$/, '\n');
  await out.write(rest === '' ? '\n}\n' : `,\n${rest}}\n`);
}

async function writeJsonRows(out: Output, rows: AsyncIterable<unknown>, indent: string): Promise<void> {
  let opened = false;
  for await (const batch of batches(rows)) {
    const text = batch.map((row) => `${indent}  ${JSON.stringify(row)}`).join(',\n');
    await out.write(`${opened ? ',' : '['}\n${text}`);
    opened = true;
  }
  await out.write(opened ? `\n${indent}]` : '[]');
}

function members(value: Readonly<Record<string, unknown>>): string {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(
      ([name, member]) =>
        `  ${JSON.stringify(name)}: ${JSON.stringify(member, undefined, 2).replaceAll('\n', '\n  ')},\n`,
    )
    .join('');
}

/** Rows in handfuls, so that a row does not cost a write. */
async function* batches(rows: AsyncIterable<unknown>): AsyncGenerator<unknown[]> {
  let batch: unknown[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= 200) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

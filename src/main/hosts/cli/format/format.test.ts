import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Output } from '../output.ts';
import { pageThrough } from '../paging.ts';
import { shortId, shortTime } from './cells.ts';
import { errorLine } from './errors.ts';
import { writeJsonArray, writeJsonLines, writeJsonWithRows } from './json.ts';
import { createProgressLine, progressText } from './progress.ts';
import { type Column, writeTable } from './table.ts';
import { terminalText } from './terminal-text.ts';

function collect(columns?: number): Output & { readonly text: () => string } {
  let text = '';
  return {
    isTerminal: columns !== undefined,
    columns,
    write: async (more) => {
      text += more;
    },
    text: () => text,
  };
}

async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

describe('JSON', () => {
  const json = fc.jsonValue();
  it('of rows is the array of them, and a line each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json, { maxLength: 450 }), async (rows) => {
        const [whole, lines] = [collect(), collect()];
        await writeJsonArray(whole, each(rows));
        await writeJsonLines(lines, each(rows));
        const plain = JSON.parse(JSON.stringify(rows));
        expect(JSON.parse(whole.text())).toEqual(plain);
        expect(
          lines
            .text()
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line)),
        ).toEqual(plain);
        expect(whole.text().endsWith(']\n')).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('of an object with rows in it is that object', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(json),
        fc.dictionary(fc.string(), json),
        fc.dictionary(fc.string(), json),
        async (rows, a, b) => {
          const out = collect();
          const before = Object.fromEntries(Object.entries(a).map(([key, value]) => [`a${key}`, value]));
          const after = Object.fromEntries(Object.entries(b).map(([key, value]) => [`b${key}`, value]));
          await writeJsonWithRows(out, before, 'rows', each(rows), () => after);
          expect(JSON.parse(out.text())).toEqual(JSON.parse(JSON.stringify({ ...before, rows, ...after })));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('leaves undefined members out', async () => {
    const out = collect();
    await writeJsonWithRows(out, { a: undefined }, 'rows', each([]), () => ({ b: undefined }));
    expect(JSON.parse(out.text())).toEqual({ rows: [] });
  });
});

describe('a table', () => {
  const columns: readonly Column<{ name: string; n: string }>[] = [
    { title: 'NAME', text: (row) => row.name, maxWidth: 6 },
    { title: 'N', align: 'right', text: (row) => row.n },
  ];
  it('has numbers to the right, cuts what is long, and ends no line with a space', async () => {
    const out = collect();
    const rows = [
      { name: 'a', n: '1' },
      { name: 'a long name', n: '1 000' },
    ];
    expect(await writeTable(out, columns, rows)).toBe(2);
    expect(out.text()).toBe('NAME        N\na           1\na lon…  1 000\n');
  });
  it('prints nothing for no rows', async () => {
    const out = collect();
    expect(await writeTable(out, columns, [])).toBe(0);
    expect(out.text()).toBe('');
  });
  it('streams what is long in the widths of its first rows', async () => {
    const out = collect();
    const rows = Array.from({ length: 2500 }, (_, n) => ({ name: 'x', n: String(n) }));
    expect(await writeTable(out, columns, each(rows))).toBe(2500);
    expect(out.text().split('\n')).toHaveLength(2502);
    expect(out.text().match(/NAME/g)).toHaveLength(1);
  });
});

it('shows escape sequences of a source as what they are', () => {
  expect(terminalText('RUN \x1b]0;x\x07\x9b2J\n\u202edesrever')).toBe('RUN \\x1b]0;x\\x07\\x9b2J\\x0a\\x202edesrever');
  expect(terminalText('RUN npm ci # größer')).toBe('RUN npm ci # größer');
});

it.each([
  [
    { code: 'CORRUPT', subject: 'index.json', message: 'Not JSON.', hint: 'Export again.' },
    'CORRUPT index.json: Not JSON. (Export again.)',
  ],
  [{ code: 'INTERNAL', subject: undefined, message: 'two\nlines', hint: undefined }, 'INTERNAL: two lines'],
] as const)('an error is one line: %j', (error, line) => {
  expect(errorLine(error)).toBe(line);
});

describe('short forms', () => {
  const hex = 'ab12'.repeat(16);
  it.each([
    [`sha256:${hex}`, 'ab12ab12ab12'],
    [`sha256:${hex}~3`, 'ab12ab12ab12~3'],
    ['kvx9y2', 'kvx9y2'],
    ['', ''],
  ])('id %s is %s', (id, short) => expect(shortId(id)).toBe(short));
  it.each([
    ['2026-11-21T10:04:33.123456789Z', '2026-11-21 10:04:33'],
    ['0001-01-01T00:00:00Z', ''],
    [undefined, ''],
  ])('time %s is %s', (text, short) => expect(shortTime(text)).toBe(short));
});

describe('paging', () => {
  const source = (total: number) => {
    const asked: { offset: number; limit: number }[] = [];
    const fetch = async (page: { offset: number; limit: number }) => {
      asked.push(page);
      const rows = Array.from(
        { length: Math.max(0, Math.min(page.limit, total - page.offset)) },
        (_, n) => page.offset + n,
      );
      return { rows, total };
    };
    return { asked, fetch };
  };
  const read = async (window: { offset?: number; limit?: number }, total: number) => {
    const { asked, fetch } = source(total);
    return { rows: await all(pageThrough(window, fetch)), asked };
  };

  it('asks for no more than a page at a time, and for no page beyond the end', async () => {
    const { rows, asked } = await read({}, 2500);
    expect(rows).toEqual(Array.from({ length: 2500 }, (_, n) => n));
    expect(asked.map(({ offset }) => offset)).toEqual([0, 1000, 2000]);
  });
  it.each([
    [{ offset: 10, limit: 5 }, [10, 11, 12, 13, 14]],
    [{ offset: 98 }, [98, 99]],
    [{ offset: 200 }, []],
    [{ limit: 0 }, []],
  ])('of %j gives %j', async (window, rows) => expect((await read(window, 100)).rows).toEqual(rows));
  it('ends when the rows become fewer while it reads', async () => {
    let total = 2000;
    const rows = await all(
      pageThrough({}, async ({ offset, limit }) => {
        const page = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, () => 0);
        total = 500;
        return { rows: page, total: 2000 };
      }),
    );
    expect(rows).toHaveLength(1000);
  });
});

describe('progress', () => {
  const progress = { phase: 'reading', done: 1024, total: 4096, unit: 'bytes' as const, rate: 1024, leftMs: 3000 };
  it.each([
    [progress, 'reading  1.00 KiB of 4.00 KiB  1.00 KiB/s  3.0 s left'],
    [{ phase: 'indexing', done: 12345, unit: 'records' as const }, 'indexing  12 345 records'],
    [{ ...progress, leftMs: 2999 }, 'reading  1.00 KiB of 4.00 KiB  1.00 KiB/s'],
  ])('%j', (given, text) => expect(progressText(given).replaceAll(/\u202f|\u00a0/g, ' ')).toBe(text));

  it('writes over itself on a terminal, and is silent elsewhere', () => {
    const [terminal, pipe] = [collect(20), collect()];
    for (const err of [terminal, pipe]) {
      const line = createProgressLine(err);
      line.show(progress);
      line.clear();
      line.clear();
    }
    expect(terminal.text()).toBe('\r\x1b[Kreading  1.00 KiB o\r\x1b[K');
    expect(pipe.text()).toBe('');
  });
});

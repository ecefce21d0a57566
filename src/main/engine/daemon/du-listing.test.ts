import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { deriveCatalog } from '../catalog/derive.ts';
import { runSteps } from '../streams/steps.ts';
import { createDuReader, type DuListing, isDuListing } from './du-listing.ts';
import { duSnapshot } from './du-snapshot.ts';

/** Reads a listing in pieces of some characters; all at once where no number is given. */
function parseDuListing(text: string, subject: string, piece = text.length + 1): DuListing {
  const reader = createDuReader(subject);
  for (let at = 0; at < text.length; at += piece) reader.push(text.slice(at, at + piece));
  return reader.end();
}

const app = dataSet('app');
const tiny = dataSet('tiny');
const SETS = [
  { set: 'tiny', json: join(tiny ?? '', 'du.json'), text: join(tiny ?? '', 'du-verbose.txt'), there: tiny },
  {
    set: 'app',
    json: join(app ?? '', 'oracle/final/du.json'),
    text: join(app ?? '', 'oracle/final/du-verbose.txt'),
    there: app,
  },
].filter(({ there }) => there !== undefined);

describe.each(SETS)('listings of $set', ({ json, text }) => {
  const exact = parseDuListing(readFileSync(json, 'utf8'), 'du.json');
  const rounded = parseDuListing(readFileSync(text, 'utf8'), 'du.txt');

  test('both are recognised by their beginning', () => {
    for (const path of [json, text]) expect(isDuListing(readFileSync(path, 'utf8').slice(0, 8192), false)).toBe(true);
    expect([exact.isExact, rounded.isExact]).toEqual([true, false]);
  });

  test('JSON is what it says, also as a record a line', () => {
    const values = JSON.parse(readFileSync(json, 'utf8')) as object[];
    expect(exact.records).toEqual(values);
    const lines = values.map((value) => JSON.stringify(value)).join('\n');
    expect(parseDuListing(`${lines}\n`, 'du.jsonl')).toEqual(exact);
  });

  test('text says the same but for the last digits of sizes', () => {
    const { records } = rounded;
    expect(records.map(({ size: _, ...rest }) => rest)).toEqual(exact.records.map(({ size: _, ...rest }) => rest));
    for (const [at, { size }] of exact.records.entries()) {
      expect(Math.abs((records[at]?.size ?? 0) - size)).toBeLessThanOrEqual(size * 0.005);
    }
  });

  test('lines may end as on Windows', () => {
    expect(parseDuListing(readFileSync(text, 'utf8').replaceAll('\n', '\r\n'), 'du.txt')).toEqual(rounded);
  });

  test('a snapshot has every record under its id, and says when it is rounded', () => {
    const snapshot = duSnapshot(rounded, 'f');
    expect(snapshot.caches[0]?.ids).toEqual(exact.records.map(({ id }) => id));
    expect([duSnapshot(exact, 'f').isUsageRounded, snapshot.isUsageRounded]).toEqual([undefined, true]);
  });
});

test('a step of several lines stays one record', () => {
  const text =
    'ID:\t\ta1\nSize:\t\t1.5MB\nReclaimable:\tfalse\nDescription:\tmount / from exec sh -c set -e\n\necho x\nUsage count:\t2\n';
  const { records } = parseDuListing(`${text}\nReclaimable:\t0B\nTotal:\t\t1.5MB\n`, 'du.txt');
  expect(records).toEqual([
    {
      id: 'a1',
      mutable: false,
      inUse: true,
      size: 1_500_000,
      createdAt: '',
      lastUsedAt: null,
      usageCount: 2,
      parents: null,
      description: 'mount / from exec sh -c set -e\n\necho x',
      recordType: 'regular',
      shared: false,
    },
  ]);
});

test('what is in use is not reclaimable, and sums stay whole numbers whatever is listed', () => {
  const text = 'ID: a\nReclaimable: false\nSize: 10B\n\nID: b\nReclaimable: true\nSize: 5B\nParents: a\n';
  const { du, records } = runSteps(deriveCatalog(duSnapshot(parseDuListing(text, 'du'), 'f')));
  expect(du).toEqual({ records: 2, totalBytes: 15, reclaimableBytes: 5 });
  expect([[...records.ownBytes], [...records.addsBytes], [...records.sharedBytes]]).toEqual([
    [10, 15],
    [10, 5],
    [10, 10],
  ]);
  const huge = ['a', 'b', 'c'].map((id) => ({
    id,
    recordType: 'regular',
    size: Number.MAX_SAFE_INTEGER,
    parents: ['a'],
  }));
  const most = runSteps(deriveCatalog(duSnapshot(parseDuListing(JSON.stringify(huge), 'du'), 'f')));
  expect(most.du?.totalBytes).toBe(Number.MAX_SAFE_INTEGER);
  expect(most.records.ownBytes.every(Number.isSafeInteger)).toBe(true);
});

test('an empty listing is one, other JSON and other text are none', () => {
  expect([isDuListing('[]\n', true), parseDuListing('[]\n', 'x').records]).toEqual([true, []]);
  for (const text of ['[]', '{"schemaVersion":2}', '[{"id":"x"}]', 'ID: of nothing', 'hello', '']) {
    expect(isDuListing(text, false), text).toBe(false);
  }
});

test.each([
  ['{"id":"a","recordType":"regular","size":-1}', 'size'],
  ['[{"id":"a","size":1e300}]', 'size'],
  ['[{"id":7}]', 'id'],
  ['[{"id":""}]', 'id'],
  ['[{"id":"a","parents":"b"}]', 'parents'],
  ['[null]', 'no record'],
  ['[{"id":"a"}', 'not JSON'],
  ['ID: a\nSize: lots\n', 'size'],
  ['ID: a\nSize: 99999999PB\n', 'size'],
])('%s is an error that says what is wrong', (text, what) => {
  try {
    parseDuListing(text, 'du');
    expect.fail('nothing was wrong');
  } catch (error) {
    expect(error).toBeInstanceOf(CacheError);
    expect((error as CacheError).code).toBe('CORRUPT');
    expect((error as CacheError).message).toContain(what);
  }
});

describe('a listing in pieces', () => {
  const records = [
    { id: 'a', description: 'echo "}{" \\ [,] ü\n', size: 1, recordType: 'regular' },
    { id: 'b', parents: ['a'], size: 2, recordType: 'internal', nested: { deep: [{}] } },
    { id: 'a', size: 3, recordType: 'regular' },
  ];
  const text = 'ID:\ta1\r\nSize:\t1.5MB\r\nDescription:\tRUN x\r\n\r\ny\r\nUsage count: 2\r\n\r\nID: b\nSize: 2B\n';
  test.each([
    ['an array', JSON.stringify(records)],
    ['an indented array', `\n ${JSON.stringify(records, null, 2)}\n`],
    ['lines', records.map((record) => JSON.stringify(record)).join('\n')],
    ['no records', '[ ]'],
    ['nothing', ' \n'],
    ['text', text],
  ])('%s: the same wherever it is cut', (_, whole) => {
    const expected = parseDuListing(whole, 'du');
    expect(expected.records).toHaveLength(whole.includes('a') || whole.includes('ID') ? 2 : 0);
    for (const piece of [1, 2, 3, 7, 50]) expect(parseDuListing(whole, 'du', piece)).toEqual(expected);
  });

  test.each([
    '[{"id":"a"}',
    '[{"id":"a"},]',
    '[{"id":"a"} {"id":"b"}]',
    '[{"id":"a"}]]',
    '[{"id":"a"}] {"id":"b"}',
    '[,{"id":"a"}]',
    '{"id":"a"',
    '{"id":"a"},{"id":"b"}',
    '{"id":"a"} x',
    '{"id":"a}',
    '{"id":a}',
    '[1, 2]',
    '[{"id":"a"}, null]',
    '}',
    '[',
  ])('%s is CORRUPT, wherever it is cut', (whole) => {
    for (const piece of [1, 4, 1000]) {
      expect(() => {
        const { isExact, records } = parseDuListing(whole, 'du', piece);
        // What does not begin as JSON is text, in which no record is found.
        if (!isExact && records.length === 0) throw new CacheError('CORRUPT', 'no listing');
      }).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
    }
  });

  test('a record longer than any builder prints is refused before all of it is there', () => {
    const reader = createDuReader('du');
    reader.push('[{"id":"a","description":"');
    expect(() => {
      for (let n = 0; n < 100; n += 1) reader.push('x'.repeat(1 << 20));
    }).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  });
});

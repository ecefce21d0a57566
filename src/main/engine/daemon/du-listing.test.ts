import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { deriveCatalog } from '../catalog/derive.ts';
import { runSteps } from '../streams/steps.ts';
import { isDuListing, parseDuListing } from './du-listing.ts';
import { duSnapshot } from './du-snapshot.ts';

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

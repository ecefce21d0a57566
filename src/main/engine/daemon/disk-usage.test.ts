import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataSet } from '../../testing/data-sets.ts';
import { openBolt } from '../bolt/open.ts';
import { diskUsage, formatNanoseconds } from './disk-usage.ts';
import { type Reference, readReferences } from './references.ts';

const app = dataSet('app');
const tiny = dataSet('tiny');

function referencesOf(path: string): Map<string, Reference> {
  const bytes = new Uint8Array(readFileSync(path));
  return readReferences(openBolt({ name: path, size: bytes.length, readAt: (at, n) => bytes.subarray(at, at + n) }));
}

describe('du of a state folder equals what the daemon said', () => {
  test.runIf(app)('app', () => {
    const usage = diskUsage(referencesOf(join(app ?? '', 'state-app/db/runc-overlayfs/metadata_v2.db')));
    const expected = JSON.parse(readFileSync(join(app ?? '', 'oracle/final/du.json'), 'utf8')) as typeof usage;
    const byId = (rows: typeof usage) => new Map(rows.map((row) => [row.id, row]));
    expect(byId(usage)).toEqual(byId(expected));
  });

  test.runIf(tiny)('tiny', () => {
    const usage = diskUsage(referencesOf(join(tiny ?? '', 'state/runc-native/metadata_v2.db')));
    const expected = JSON.parse(readFileSync(join(tiny ?? '', 'du.json'), 'utf8')) as typeof usage;
    expect(new Map(usage.map((row) => [row.id, row]))).toEqual(new Map(expected.map((row) => [row.id, row])));
  });
});

test('moments before 1970 and at the ends of 64 bits are written as Go does', () => {
  expect([0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n)].map(formatNanoseconds)).toEqual([
    '1970-01-01T00:00:00Z',
    '1969-12-31T23:59:59.999999999Z',
    '1970-01-01T00:00:00.000000001Z',
    '2262-04-11T23:47:16.854775807Z',
    '1677-09-21T00:12:43.145224192Z',
  ]);
});

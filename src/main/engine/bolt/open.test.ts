import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { dataSet } from '../../testing/data-sets.ts';
import type { BoltBucket } from './bucket.ts';
import { type BoltFile, fnv1a64, readMetas } from './meta.ts';
import { openBolt } from './open.ts';
import { type BoltTree, buildBolt, sumMeta } from './testing/build-bolt.ts';

const decoder = new TextDecoder();

function memoryFile(name: string, bytes: Uint8Array): BoltFile {
  return { name, size: bytes.length, readAt: (offset, length) => bytes.subarray(offset, offset + length) };
}

function readJson(path: string): unknown {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}

/** Compares a bucket with a dump of it, key by key; counts what was compared. */
function compareWithDump(bucket: BoltBucket, dump: Record<string, unknown>, seen = { values: 0, buckets: 0 }) {
  const entries = [...bucket.entries()];
  expect(entries.map((e) => decoder.decode(e.key)).sort(), bucket.path).toEqual(Object.keys(dump).sort());
  for (const entry of entries) {
    const key = decoder.decode(entry.key);
    const expected = dump[key];
    if (entry.bucket) {
      seen.buckets += 1;
      compareWithDump(entry.bucket, expected as Record<string, unknown>, seen);
      expect(bucket.bucket(entry.key)?.path).toBe(entry.bucket.path);
    } else {
      seen.values += 1;
      expect(bucket.get(entry.key)).toEqual(entry.value);
      expectValue(entry.value, expected, `${bucket.path}/${key}`);
    }
  }
  return seen;
}

function expectValue(value: Uint8Array, expected: unknown, path: string): void {
  const text = decoder.decode(value);
  if (typeof expected === 'string' && text === expected) return;
  if (typeof expected === 'object' && expected !== null && 'hex' in expected) {
    expect(Buffer.from(value).toString('hex'), path).toBe(expected.hex);
  } else {
    expect(JSON.parse(text), path).toEqual(expected);
  }
}

const app = dataSet('app');
const tiny = dataSet('tiny');

describe.runIf(app)('databases of a real daemon equal their dumps', () => {
  test.each([
    ['cache.db', 'cache.db'],
    ['history.db', 'history.db'],
    ['runc-overlayfs/containerdmeta.db', 'runc-overlayfs_containerdmeta.db'],
    ['runc-overlayfs/metadata_v2.db', 'runc-overlayfs_metadata_v2.db'],
  ])('%s', (file, dump) => {
    const db = openBolt(memoryFile(file, readFileSync(join(app ?? '', 'state-app/db', file))));
    const expected = readJson(join(app ?? '', 'oracle/db', `${dump}.dump.json.gz`)) as Record<string, unknown>;
    const seen = compareWithDump(db.root, expected);
    expect(db.damage).toEqual([]);
    expect(seen.values).toBeGreaterThan(0);
  });
});

test('what is damaged is said once, however often it is come across', () => {
  const bytes = buildBolt(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`key ${n}`, 'x'.repeat(100)])));
  const { root, damage } = openBolt(memoryFile('made.db', bytes));
  const entries = () => [...root.entries()].length;
  expect([entries(), damage]).toEqual([60, []]);
  // The first leaf calls itself something else.
  bytes.fill(0xff, 3 * 1024 + 8, 3 * 1024 + 10);
  const broken = openBolt(memoryFile('made.db', bytes));
  const counts = [1, 2, 3].map(() => [...broken.root.entries()].length);
  expect(counts[0]).toBeLessThan(60);
  expect([new Set(counts).size, broken.damage.length]).toEqual([1, 1]);
});

describe('where the first meta page is damaged', () => {
  const HEADER = 16;
  /** A file of `pages` pages whose second one alone is a meta page; the rest is zeros. */
  function secondMeta(pageSize: number, pages = 4): BoltFile {
    const meta = new Uint8Array(pageSize);
    const view = new DataView(meta.buffer, HEADER);
    for (const [at, word] of [0xed0cdaed, 2, pageSize].entries()) view.setUint32(4 * at, word, true);
    view.setBigUint64(16, 2n, true);
    view.setBigUint64(40, BigInt(pages), true);
    sumMeta(meta, 0);
    return {
      name: 'made.db',
      size: pageSize * pages,
      readAt: (offset, length) =>
        offset >= pageSize && offset + length <= 2 * pageSize
          ? meta.subarray(offset - pageSize, offset - pageSize + length)
          : new Uint8Array(length),
    };
  }

  test.each([1024, 2048, 4096, 65_536, 1024 << 14])('the second is found with pages of %i bytes', (pageSize) => {
    expect(readMetas(secondMeta(pageSize))).toMatchObject([{ pageSize, rootPage: 2, highWater: 4 }]);
  });

  test('a second one that nobody writes so far out is no meta page', () => {
    expect(() => readMetas(secondMeta(1024 << 15))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }));
  });
});

describe.runIf(tiny)('a flipped byte', () => {
  test('damages one page, names it, and the rest stays readable', () => {
    const bytes = new Uint8Array(readFileSync(join(tiny ?? '', 'a/cache-debug.db')));
    const whole = openBolt(memoryFile('cache-debug.db', bytes));
    const count = [...(whole.root.bucket('byhash')?.entries() ?? [])].length;
    expect(count).toBeGreaterThan(100);
    let damaged = 0;
    for (let page = 2; page * whole.pageSize < bytes.length; page += 1) {
      const copy = bytes.slice();
      copy.fill(0, page * whole.pageSize, page * whole.pageSize + 16);
      const db = openBolt(memoryFile('cache-debug.db', copy));
      const left = [...(db.root.bucket('byhash')?.entries() ?? [])].length;
      expect(left).toBeLessThanOrEqual(count);
      if (left === count) continue;
      damaged += 1;
      expect(db.damage.map((d) => d.code)).toContain('CORRUPT');
      expect(db.damage[0]?.subject).toMatch(/^cache-debug\.db: page \d+$/);
    }
    expect(damaged).toBeGreaterThan(0);
  });

  test('anywhere ends in entries or a CacheError, never in anything else', () => {
    const bytes = new Uint8Array(readFileSync(join(tiny ?? '', 'a/cache-debug.db')));
    let state = 42;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    for (let round = 0; round < 300; round += 1) {
      const copy = bytes.slice(0, random(4) === 0 ? random(bytes.length) : bytes.length);
      for (let n = 0; n < 8 && copy.length > 0; n += 1) copy[random(copy.length)] = random(256);
      try {
        const walk = (bucket: BoltBucket): number =>
          [...bucket.entries()].reduce((sum, e) => sum + (e.bucket ? walk(e.bucket) : 1), 0);
        walk(openBolt(memoryFile('cache-debug.db', copy)).root);
      } catch (error) {
        expect(error).toBeInstanceOf(CacheError);
      }
    }
  });
});

test('no database at all is UNSUPPORTED_FORMAT', () => {
  expect(() => openBolt(memoryFile('x.db', new Uint8Array(8192)))).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }),
  );
});

test('the checksum is FNV-1a over 64 bits', () => {
  const meta = new DataView(new ArrayBuffer(56));
  meta.setUint32(0, 0xed0cdaed, true);
  meta.setUint32(4, 2, true);
  meta.setUint32(8, 4096, true);
  meta.setBigUint64(16, 3n, true);
  meta.setBigUint64(32, 2n, true);
  meta.setBigUint64(40, 4n, true);
  expect(fnv1a64(new Uint8Array(meta.buffer))).toBe(0x07516e114689fdeen);
});

/** A database whose meta pages a test changes; each is 1,024 bytes, its fields behind 16. */
function withMetas(change: (metas: readonly [DataView, DataView]) => void): Uint8Array {
  const bytes = buildBolt({ a: { key: 'value' } });
  const [first, second] = [0, 1024].map((at) => new DataView(bytes.buffer, bytes.byteOffset + at + 16, 64));
  if (first && second) change([first, second]);
  return bytes;
}
const sum = (meta: DataView) => meta.setBigUint64(56, fnv1a64(new Uint8Array(meta.buffer, meta.byteOffset, 56)), true);
const valueIn = (bytes: Uint8Array) => {
  const db = openBolt(memoryFile('made.db', bytes));
  const value = db.root.bucket('a')?.get(new TextEncoder().encode('key'));
  return { transaction: db.transaction, value: value && decoder.decode(value) };
};

test('a meta page with a wrong checksum is not believed: the older one is', () => {
  expect(valueIn(withMetas(() => {}))).toEqual({ transaction: 2n, value: 'value' });
  const torn = withMetas(([, newer]) => newer.setBigUint64(48, 7n, true));
  expect(valueIn(torn)).toEqual({ transaction: 1n, value: 'value' });
  const other = withMetas(([older]) => older.setBigUint64(16, 2n, true));
  expect(valueIn(other)).toEqual({ transaction: 2n, value: 'value' });
});

test('the meta page of the newest transaction counts, whichever of the two it is', () => {
  for (const place of [0, 1] as const) {
    const bytes = withMetas((metas) => {
      metas[place].setBigUint64(48, 2n ** 40n, true);
      sum(metas[place]);
    });
    expect(valueIn(bytes)).toEqual({ transaction: 2n ** 40n, value: 'value' });
  }
});

test('the first meta page is damaged: the second is found, whatever the page size', () => {
  const bytes = withMetas(([older]) => older.setUint32(0, 0, true));
  expect(valueIn(bytes)).toEqual({ transaction: 2n, value: 'value' });
});

test('no meta page with a right checksum, magic and version: UNSUPPORTED_FORMAT', () => {
  const changes: ((meta: DataView) => void)[] = [
    (meta) => meta.setBigUint64(56, 0n, true),
    (meta) => {
      meta.setUint32(0, 0xed0cdaee, true);
      sum(meta);
    },
    (meta) => {
      meta.setUint32(4, 3, true);
      sum(meta);
    },
  ];
  for (const change of changes) {
    const bytes = withMetas((metas) => metas.forEach(change));
    expect(() => valueIn(bytes)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', subject: 'made.db' }));
  }
});

test('a database of our own making: deep trees, inline buckets, values over many pages', () => {
  const tree: BoltTree = {
    small: { a: '1', b: '' },
    empty: {},
    large: Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`key ${n}`, `value ${n}`])),
    nested: { one: { two: { three: 'x'.repeat(5000), four: {} } } },
    plain: 'y'.repeat(3000),
  };
  const db = openBolt(memoryFile('made.db', buildBolt(tree)));
  const read = (bucket: BoltBucket): Record<string, unknown> =>
    Object.fromEntries(
      [...bucket.entries()].map((e) => [decoder.decode(e.key), e.bucket ? read(e.bucket) : decoder.decode(e.value)]),
    );
  expect(read(db.root)).toEqual(tree);
  expect(db.damage).toEqual([]);
});

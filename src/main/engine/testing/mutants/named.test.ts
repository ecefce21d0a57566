import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../../shared/base/errors.ts';
import type { BoltBucket } from '../../bolt/bucket.ts';
import { openBolt } from '../../bolt/open.ts';
import { type BoltTree, buildBolt } from '../../bolt/testing/build-bolt.ts';
import { CacheChains } from '../../remotecache/cache-chains.ts';
import { readManifest } from '../../remotecache/manifest-reader.ts';
import { marshalCacheConfig } from '../../remotecache/marshal.ts';
import { parseCacheConfig } from '../../remotecache/parse.ts';
import { addConfigTo } from '../../remotecache/parse-chains.ts';

const D = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const digest = D(1);
const config = (text: string) => parseCacheConfig([Buffer.from(text)]);
const manifest = (text: string) => readManifest([Buffer.from(text)]);

async function fault(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    return error instanceof CacheError ? `${error.code} ${error.subject}` : `not a CacheError: ${error}`;
  }
  return 'read';
}

describe('documents made to do harm are refused at their field', () => {
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const deepObjects = (depth: number) => `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;
  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a loop of two records',
      () =>
        config(
          `{"records":[{"digest":"${digest}","inputs":[[{"link":1}]]},{"digest":"${D(2)}","inputs":[[{"link":0}]]}]}`,
        ),
      'CORRUPT records[1].inputs[0][0].link',
    ],
    [
      'a loop of layers',
      () => config(`{"layers":[{"blob":"${digest}","parent":1},{"blob":"${D(2)}","parent":0}]}`),
      'CORRUPT layers[1].parent',
    ],
    [
      'a link out of range',
      () => config(`{"records":[{"digest":"${digest}","inputs":[[{"link":1}]]}]}`),
      'CORRUPT records[0].inputs[0][0].link',
    ],
    [
      'a link of 2^53',
      () => config(`{"records":[{"digest":"${digest}","inputs":[[{"link":9007199254740992}]]}]}`),
      'CORRUPT records[0].inputs[0][0].link',
    ],
    [
      'a link of 2^32, which is 0 in 32 bits',
      () => config(`{"records":[{"digest":"${digest}"},{"digest":"${D(2)}","inputs":[[{"link":4294967296}]]}]}`),
      'CORRUPT records[1].inputs[0][0].link',
    ],
    [
      'a size of 2^53',
      () => manifest(`{"layers":[{"digest":"${digest}","size":9007199254740992}]}`),
      'CORRUPT layers[0].size',
    ],
    [
      'a size of 2^53 − 1, the last whole number',
      () => manifest(`{"layers":[{"digest":"${digest}","size":9007199254740991}]}`),
      'read',
    ],
    [
      'a size of 2^53 and a bit',
      () => manifest(`{"layers":[{"digest":"${digest}","size":9007199254740993}]}`),
      'CORRUPT layers[0].size',
    ],
    [
      'a digest twice',
      () => config(`{"records":[{"digest":"${digest}","digest":"${digest}"}]}`),
      'CORRUPT records[0].digest',
    ],
    ['a manifest with its layers twice', () => manifest('{"layers":[],"layers":[]}'), 'CORRUPT layers'],
    ['lists in lists, a million deep', () => config(`{"x":${deep(1_000_000)}}`), 'CORRUPT config'],
    ['objects in objects, a million deep', () => config(`{"x":${deepObjects(1_000_000)}}`), 'CORRUPT config'],
    [
      'annotations that are deep',
      () => config(`{"layers":[{"blob":"${digest}","parent":-1,"annotations":{"x":${deep(100_000)}}}]}`),
      'CORRUPT layers[0].annotations',
    ],
    ['a manifest that is deep', () => manifest(`{"x":${deep(1_000_000)}}`), 'CORRUPT manifest'],
    [
      '__proto__ as a field',
      () =>
        config(
          `{"__proto__":{"records":[{"digest":"x"}]},"records":[{"__proto__":{"digest":"x"},"digest":"${digest}"}]}`,
        ),
      'read',
    ],
    ['__proto__ as a digest', () => config('{"records":[{"digest":"__proto__"}]}'), 'INVALID_INPUT records[0].digest'],
    [
      '__proto__ in a manifest',
      () => manifest(`{"layers":[{"digest":"${digest}","size":1,"annotations":{"__proto__":"1","constructor":"2"}}]}`),
      'read',
    ],
  ])('%s', async (_, action, expected) => {
    expect(await fault(action())).toBe(expected);
    expect(({} as Record<string, unknown>).digest).toBeUndefined();
  });

  test('a record with a million inputs, and one with a million alternatives, are read whole', async () => {
    const million = 1_000_000;
    const pieces = function* (each: string, first: string, last: string) {
      yield Buffer.from(first + each);
      const more = Buffer.from(`,${each}`.repeat(10_000));
      for (let n = 1; n + 10_000 <= million; n += 10_000) yield more;
      yield Buffer.from(`,${each}`.repeat(9_999) + last);
    };
    const head = `{"records":[{"digest":"${digest}"},{"digest":"${D(2)}","inputs":[`;
    for (const document of [pieces('[{"link":0}]', head, ']}]}'), pieces('{"link":0}', `${head}[`, ']]}]}')]) {
      expect((await parseCacheConfig(document)).alternativeLink.length).toBe(million);
    }
  });

  test('a record that is found through 150,000 others', async () => {
    // More than a call may have arguments.
    const count = 150_000;
    const links = Array.from({ length: count }, (_, n) => ({ link: n }));
    const records = links.map(({ link }): object => ({ digest: D(link) }));
    records.push({ digest: D(count), inputs: [links] });
    const parsed = await config(JSON.stringify({ records }));
    const chains = new CacheChains();
    await addConfigTo(chains, parsed, [], { has: () => true });
    const text = Buffer.concat([...marshalCacheConfig(chains.marshal().config)]);
    expect((await config(text.toString())).alternativeLink.length).toBe(count);
  });

  test('100,000 roots of one digest, and as many results that list their layers', async () => {
    const count = 100_000;
    const at = '2024-01-01T00:00:00Z';
    const records = Array.from({ length: count }, (_, n) => ({
      digest: D(1 + (n & 1)),
      chains: [{ layers: [0], createdAt: at }],
    }));
    const parsed = await config(JSON.stringify({ layers: [{ blob: digest, parent: -1 }], records }));
    const chains = new CacheChains();
    const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: 1 };
    await addConfigTo(chains, parsed, [layer], { has: () => true });
    expect(chains.marshal().config.recordDigest.length).toBe(2);
  });
});

describe('databases made to do harm', () => {
  const open = (bytes: Uint8Array) =>
    openBolt({ name: 'x.db', size: bytes.length, readAt: (offset, length) => bytes.subarray(offset, offset + length) });
  const pageSize = 1024;
  const at = (bytes: Uint8Array, page: number) => new DataView(bytes.buffer, page * pageSize, pageSize);
  /** Page ids by what they are. */
  const pagesOf = (bytes: Uint8Array, flags: number) =>
    Array.from({ length: bytes.length / pageSize }, (_, page) => page).filter(
      (page) => at(bytes, page).getUint16(8, true) === flags && at(bytes, page).getBigUint64(0, true) === BigInt(page),
    );
  const walk = (bucket: BoltBucket): number => {
    let count = 1;
    for (const { bucket: inner } of bucket.entries()) count += inner ? walk(inner) : 1;
    return count;
  };
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`key ${n}`, 'value']));

  test('a branch that leads to itself', () => {
    const bytes = buildBolt(many);
    const [branch = 0] = pagesOf(bytes, 1);
    at(bytes, branch).setBigUint64(16 + 8, BigInt(branch), true);
    const db = open(bytes);
    expect(walk(db.root)).toBeGreaterThan(1);
    expect(db.damage.map(({ message }) => message).join()).toContain('two branches lead to it');
    expect(db.root.get('key 0')).toBeUndefined();
  });

  test('buckets that share one root, a level over the other: two to the fortieth of them', () => {
    // Forty levels of two buckets each; then the second of every level is turned to the root of the first.
    let tree: BoltTree = { end: 'x'.repeat(300) };
    for (let level = 0; level < 40; level += 1) tree = { a: tree, b: { pad: 'x'.repeat(300) } };
    const bytes = buildBolt(tree);
    for (const page of pagesOf(bytes, 2)) {
      const view = at(bytes, page);
      if (view.getUint16(10, true) !== 2) continue;
      const value = (n: number) =>
        16 * (n + 1) + view.getUint32(16 * (n + 1) + 4, true) + view.getUint32(16 * (n + 1) + 8, true);
      view.setBigUint64(value(1), view.getBigUint64(value(0), true), true);
    }
    const db = open(bytes);
    expect(walk(db.root)).toBeLessThan(1_000);
    expect(db.damage.map(({ message }) => message).join()).toContain('two buckets lead to it');
  });

  test('the same bucket asked for twice is no damage', () => {
    const db = open(buildBolt({ a: { b: many } }));
    for (let n = 0; n < 2; n += 1) {
      expect(walk(db.root)).toBe(503);
      expect(db.root.bucket('a')?.bucket('b')?.get('key 7')?.length).toBe(5);
    }
    expect(db.damage).toEqual([]);
  });

  test.each([
    ['flags of nothing', 8, 2, 0xffff],
    ['more elements than there is room for', 10, 2, 0xffff],
    ['an overflow beyond the file', 12, 4, 0xffffffff],
    ['another page id', 0, 4, 77],
    ['a key behind the page', 16 + 8, 4, 0x7fffffff],
    ['a position behind the page', 16 + 4, 4, 0xfffffff0],
  ])('%s costs one page, which is named', (_, offset, width, value) => {
    const bytes = buildBolt({ a: many, b: many });
    const whole = walk(open(bytes).root);
    const [leaf = 0] = pagesOf(bytes, 2);
    if (width === 2) at(bytes, leaf).setUint16(offset, value, true);
    else at(bytes, leaf).setUint32(offset, value, true);
    const db = open(bytes);
    expect(walk(db.root)).toBeLessThan(whole);
    expect(walk(db.root)).toBeGreaterThan(whole / 2);
    expect(db.damage.every(({ subject }) => subject === `x.db: page ${leaf}`)).toBe(true);
    expect(db.damage.length).toBe(1);
  });
});

import { expect, test } from 'vitest';
import { recordUsageSchema } from '../../../shared/model/usage.ts';
import type { BoltBucket, BoltEntry } from '../bolt/bucket.ts';
import { diskUsage } from './disk-usage.ts';
import { referenceLayers } from './reference-layers.ts';
import { type Reference, readReferences } from './references.ts';
import { usageRows } from './usage-rows.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

type Tree = { readonly [key: string]: string | Tree };

function bucket(tree: Tree): BoltBucket {
  const entries = Object.entries(tree).map(([key, value]): BoltEntry => {
    return typeof value === 'string'
      ? { key: bytes(key), value: bytes(value) }
      : { key: bytes(key), bucket: bucket(value) };
  });
  const find = (key: string | Uint8Array) => entries.find((entry) => new TextDecoder().decode(entry.key) === key);
  return {
    path: '',
    sequence: 0n,
    entries: () => entries.values(),
    get: (key) => find(key)?.value,
    bucket: (key) => find(key)?.bucket,
  };
}

function read(references: { readonly [id: string]: { readonly [key: string]: unknown } }): Map<string, Reference> {
  const main = Object.fromEntries(
    Object.entries(references).map(([id, values]) => [
      id,
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, `{"value":${value}}`])),
    ]),
  );
  return readReferences({ pageSize: 4096, transaction: 1n, damage: [], root: bucket({ _main: main }) });
}

test.each(['99999999999999999999', '-99999999999999999999', '1e400', '"7"', 'null', '{}', '[', ''])(
  'a value of %s is taken for absent, or for what it is, and never breaks a row',
  (value) => {
    const keys = ['snapshot.size', 'cache.createdAt', 'cache.lastUsedAt', 'cache.usageCount', 'cache.blobsize'];
    const references = read({ a: Object.fromEntries(keys.map((key) => [key, value])) });
    const rows = usageRows(diskUsage(references));
    expect(() => recordUsageSchema.parse(rows.get('a'))).not.toThrow();
    expect(referenceLayers(references).topOf('a')).toBe(-1);
  },
);

const digest = (n: number) => `sha256:${String(n).padStart(64, '0')}`;
const layer = (n: number, parent?: string) => ({
  'snapshot.committed': 'true',
  'cache.blob': `"${digest(n)}"`,
  'cache.blobsize': n,
  ...(parent === undefined ? {} : { 'cache.parent': `"${parent}"` }),
});

function chain(references: Map<string, Reference>, id: string): string[] {
  const { blob, parent, topOf } = referenceLayers(references);
  const found: string[] = [];
  for (let at = topOf(id); at >= 0; at = parent[at] ?? -1) found.push(blob[at] ?? '');
  return found.reverse();
}

test('a merge is what it is made of, a difference to the layer below is that layer, any other has its own blob', () => {
  const references = read({
    base: layer(1),
    top: layer(2, 'base'),
    other: layer(3),
    merged: { 'cache.mergeParents': '["top","other"]' },
    step: { 'cache.lowerDiffParent': '"base"', 'cache.upperDiffParent': '"top"' },
    whole: { 'cache.upperDiffParent': '"base"' },
    far: { ...layer(4), 'cache.lowerDiffParent': '"other"', 'cache.upperDiffParent': '"top"' },
    bare: { 'cache.parent': '"base"' },
    above: layer(5, 'bare'),
  });
  expect(chain(references, 'merged')).toEqual([1, 2, 3].map(digest));
  expect(chain(references, 'step')).toEqual([digest(2)]);
  expect(chain(references, 'whole')).toEqual([digest(1)]);
  expect(chain(references, 'far')).toEqual([digest(4)]);
  // Where the daemon never made a blob of a layer, nothing on top of it can be transferred.
  expect([chain(references, 'bare'), chain(references, 'above')]).toEqual([[], []]);
});

test('loops and merges of merges end', () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [`m${n + 1}`, { 'cache.mergeParents': `["m${n}","m${n}"]` }]),
  );
  const references = read({ a: layer(1, 'b'), b: layer(2, 'a'), self: layer(3, 'self'), m0: layer(4), ...doubling });
  const layers = referenceLayers(references);
  expect([layers.topOf('self'), layers.topOf('m60')]).toEqual([-1, -1]);
  expect(layers.topOf('m5')).toBeGreaterThanOrEqual(0);
  expect(diskUsage(references).length).toBe(references.size);
});

test('a chain of 50,000 layers is one pass', () => {
  const count = 50_000;
  const references = read(
    Object.fromEntries(
      Array.from({ length: count }, (_, n) => [
        `r${count - n}`,
        layer(n, n === count - 1 ? undefined : `r${count - n - 1}`),
      ]),
    ),
  );
  expect(referenceLayers(references).blob.length).toBe(count);
  expect(diskUsage(references).length).toBe(count);
});

test('a merge of more references than a call takes arguments', () => {
  const ids = Array.from({ length: 150_000 }, (_, n) => `part${n}`);
  const references = read({
    merged: { 'cache.mergeParents': JSON.stringify(ids) },
    ...Object.fromEntries(ids.map((id) => [id, layer(1)])),
  });
  expect(referenceLayers(references).blob.length).toBe(ids.length);
});

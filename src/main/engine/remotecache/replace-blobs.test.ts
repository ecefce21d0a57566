import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { FIXTURES, realCaches } from '../testing/real-caches.ts';
import { marshalCacheConfig } from './marshal.ts';
import { parseCacheConfig } from './parse.ts';
import { replaceBlobs } from './replace-blobs.ts';
import { sortCacheConfig } from './sort.ts';

const H = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const parse = (document: unknown) => parseCacheConfig([Buffer.from(JSON.stringify(document))]);
const text = (config: Awaited<ReturnType<typeof parse>>) => Buffer.concat([...marshalCacheConfig(config)]).toString();
const at = '2024-01-01T00:00:00Z';

test('the order is canonical again, and what is not named stays', async () => {
  const [a, b, z] = [H('a'), H('b'), `sha256:${'f'.repeat(64)}`];
  const config = await parse({
    layers: [{ blob: a, parent: -1 }, { blob: b }],
    records: [{ layers: [{ layer: 1, createdAt: at }], digest: H('r') }],
  });
  expect(JSON.parse(text(replaceBlobs(config, new Map([[a, z]]))))).toEqual({
    layers: [
      { blob: b, parent: 1 },
      { blob: z, parent: -1 },
    ],
    records: [{ layers: [{ layer: 0, createdAt: at }], digest: H('r') }],
  });
});

test('layers that become one blob over one layer are one, with all that stands on them', async () => {
  const config = await parse({
    layers: [
      { blob: H('top'), parent: 3 },
      { blob: H('top'), parent: 2 },
      { blob: H('gzip'), parent: -1 },
      { blob: H('zstd'), parent: -1 },
      { blob: H('zstd'), parent: 1 },
    ],
    records: [
      { layers: [{ layer: 0, createdAt: at }], digest: H('r') },
      { layers: [{ layer: 1, createdAt: at }], chains: [{ layers: [2, 1], createdAt: at }], digest: H('s') },
      { layers: [{ layer: 4, createdAt: at }], digest: H('t') },
    ],
  });
  const joined = replaceBlobs(config, new Map([[H('gzip'), H('zstd')]]));
  expect(joined.layerBlob.length).toBe(3);
  const name = (layer: number): string => {
    const parent = joined.layerParent[layer] ?? -1;
    return `${joined.texts[joined.layerBlob[layer] ?? 0]}${parent < 0 ? '' : ` on ${name(parent)}`}`;
  };
  const tops = new Map(
    [...joined.recordDigest].map((digest, record) => [joined.texts[digest], name(joined.resultLayer[record] ?? 0)]),
  );
  const both = `${H('top')} on ${H('zstd')}`;
  expect(tops).toEqual(
    new Map([
      [H('r'), both],
      [H('s'), both],
      [H('t'), `${H('zstd')} on ${both}`],
    ]),
  );
  expect(joined.chains[0]?.layers.map(name)).toEqual([H('zstd'), both]);
  expect(text(await parseCacheConfig([Buffer.from(text(joined))]))).toBe(text(joined));
});

test('annotations that S3 puts on a layer go with the blob they describe', async () => {
  const annotations = (size: number) => ({ mediaType: 'm', diffID: H('d'), size, createdAt: at });
  const config = await parse({
    layers: [
      { blob: H('a'), parent: -1, annotations: annotations(1) },
      { blob: H('b'), parent: -1, annotations: annotations(2) },
    ],
  });
  const { layers } = JSON.parse(text(replaceBlobs(config, new Map([[H('a'), H('c')]])))) as {
    layers: { blob: string; annotations?: { size: number } }[];
  };
  expect(new Map(layers.map((layer) => [layer.blob, layer.annotations?.size]))).toEqual(
    new Map([
      [H('c'), undefined],
      [H('b'), 2],
    ]),
  );
});

test.each(realCaches(FIXTURES))('$name: there and back is the same', async ({ config }) => {
  const before = await parseCacheConfig([config]);
  const blobs = [...new Set(before.layerBlob)].map((blob) => before.texts[blob] ?? '');
  const there = new Map(blobs.map((blob) => [blob, H(`other ${blob}`)]));
  const back = new Map([...there].map(([from, to]) => [to, from]));
  const other = replaceBlobs(before, there);
  expect(text(other)).not.toBe(text(before));
  expect(text(replaceBlobs(other, back))).toBe(text(sortCacheConfig(before)));
});

test('100,000 layers in one chain', async () => {
  const count = 100_000;
  const config = await parse({
    layers: Array.from({ length: count }, (_, i) => ({ blob: H(`${i}`), parent: i + 1 < count ? i + 1 : -1 })),
  });
  const all = new Map(Array.from({ length: count }, (_, i) => [H(`${i}`), H('one')]));
  expect(replaceBlobs(config, all).layerBlob.length).toBe(count);
});

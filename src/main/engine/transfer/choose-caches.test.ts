import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { SourceCache } from '../ports/cache-source.ts';
import { parseCacheConfig } from '../remotecache/parse.ts';
import { chooseCaches, chosenFor, underName } from './choose-caches.ts';
import { prepareCaches } from './prepared.ts';
import { selectCache } from './selected-cache.ts';

const digestOf = (n: number) => `sha256:${String(n).repeat(64)}`;
const layer = (n: number) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(n), size: n });

/** A step on a base, each with a result; `described`: the layers that the manifest names. */
async function cacheOf(ref: string, root: number, described: readonly number[]): Promise<SourceCache> {
  const result = (at: number) => [{ layer: at, createdAt: '2024-01-01T00:00:00Z' }];
  const document = {
    layers: [
      { blob: digestOf(1), parent: -1 },
      { blob: digestOf(2), parent: 0 },
    ],
    records: [
      { digest: digestOf(root), layers: result(0) },
      { digest: digestOf(root + 1), layers: result(1), inputs: [[{ link: 0 }]] },
    ],
  };
  const parsed = await parseCacheConfig([Buffer.from(JSON.stringify(document))]);
  return { ref, form: 'image-manifest', parsed, descriptors: described.map(layer) };
}

function thrownBy(work: () => unknown): CacheError {
  try {
    work();
  } catch (error) {
    if (error instanceof CacheError) return error;
  }
  return expect.fail('nothing was thrown');
}

describe('without a cache that a build could find', () => {
  test('a source with none at all, and a choice that has no keys, are told apart', () => {
    const none = thrownBy(() => chooseCaches({ caches: [] }, undefined));
    expect(none).toMatchObject({ code: 'NOT_FOUND', message: 'There is no cache in this source.' });
    expect(none).toMatchObject({ hint: 'Choose a source that has one.' });
    expect(none.subject).toBeUndefined();
    expect(thrownBy(() => chooseCaches({ caches: [] }, 'x')).subject).toBe('x');
    const caches = [
      { ref: 'cache.db', form: 'solver' },
      { ref: 'runc-native', form: 'references' },
    ] as unknown as SourceCache[];
    const keyless = thrownBy(() => chooseCaches({ caches }, 'runc-native'));
    expect(keyless.message).toBe('These records have no keys, so no build could find them.');
  });
});

describe('one record', () => {
  test('is taken from the cache that has it alone, and is written whole: its results are chosen already', async () => {
    const caches = [await cacheOf('a', 3, [1, 2]), await cacheOf('b', 5, [1, 2])];
    const chosen = await chosenFor({ caches }, { key: digestOf(6), mode: 'min' }, false);
    expect(chosen).toMatchObject([{ ref: 'b', mode: 'max', leftOut: 0 }]);
  });

  test.each([
    { described: [1, 2], mode: 'max', leftOut: 0 },
    { described: [1], mode: 'max', leftOut: 1 },
    { described: [1], mode: 'min', leftOut: 1 },
  ] as const)(
    'counts results whose blobs no descriptor names: $leftOut of $mode with layers $described',
    async (row) => {
      const caches = [await cacheOf('a', 3, row.described)];
      const mode = row.mode;
      const chosen = await chosenFor({ caches }, { key: digestOf(4), mode }, false);
      const [keyed] = await prepareCaches(chosen, { mode }, () => true, undefined);
      expect(keyed?.selected.leftOut).toBe(row.leftOut);
      if (mode === 'min') return;
      // As without a key.
      const [whole] = await prepareCaches(
        await chosenFor({ caches }, { mode }, false),
        { mode },
        () => true,
        undefined,
      );
      expect(whole?.selected.leftOut).toBe(row.leftOut);
    },
  );
});

test('a result that lists its own layers is left out when one of them cannot be had', async () => {
  const createdAt = '2024-01-01T00:00:00Z';
  const document = {
    layers: [
      { blob: digestOf(1), parent: -1 },
      { blob: digestOf(2), parent: -1 },
    ],
    records: [
      { digest: digestOf(3), layers: [{ layer: 0, createdAt }] },
      {
        digest: digestOf(4),
        chains: [
          { layers: [0, 1], createdAt },
          { layers: [0], createdAt },
        ],
      },
    ],
  };
  const parsed = await parseCacheConfig([Buffer.from(JSON.stringify(document))]);
  const cache: SourceCache = { ref: 'a', form: 'image-manifest', parsed, descriptors: [layer(1), layer(2)] };
  expect(selectCache(cache, 'max', () => true)).toMatchObject({ leftOut: 0, blobs: [layer(1), layer(2)] });
  const { config, blobs, leftOut } = selectCache(cache, 'max', (digest) => digest === digestOf(1));
  expect([leftOut, blobs, config.chains.map(({ layers }) => layers)]).toEqual([1, [layer(1)], [[0]]]);
  expect(selectCache({ ...cache, descriptors: [layer(1)] }, 'max', () => true).leftOut).toBe(1);
});

test('caches that become one take the name that was asked for, else that of the first', async () => {
  const caches = [await cacheOf('a', 3, [1, 2]), await cacheOf('b', 5, [1, 2])];
  const names = async (as?: string) =>
    (await chosenFor({ caches }, { mode: 'max', ...(as ? { as } : {}) }, true)).map(({ ref }) => ref);
  expect(await names()).toEqual(['a', 'a']);
  expect(await names('main')).toEqual(['main', 'main']);
  expect(underName(await chosenFor({ caches }, { mode: 'max' }, true), undefined, 'tag', true)).toMatchObject([
    { ref: 'tag' },
    { ref: 'tag' },
  ]);
  await expect(chosenFor({ caches }, { mode: 'max', key: digestOf(4) }, true)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    subject: digestOf(4),
  });
});

describe('a name at the target', () => {
  const one = [{ cache: {} as SourceCache, ref: 'a', mode: 'max' }] as const;
  const names = (as: string | undefined, target?: string) => underName(one, as, target).map(({ ref }) => ref);

  test('is what was asked for, or what the target says; both may say the same', () => {
    expect([names(undefined), names('b'), names(undefined, 'c'), names('c', 'c')]).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['c'],
    ]);
  });

  test('two names, several caches under one, and what is no name are INVALID_INPUT', () => {
    expect(thrownBy(() => names('b', 'c'))).toMatchObject({ code: 'INVALID_INPUT', subject: 'b' });
    expect(thrownBy(() => underName([...one, ...one], 'b'))).toMatchObject({ code: 'INVALID_INPUT', subject: 'b' });
    const long = '/'.repeat(300);
    expect(thrownBy(() => names(long))).toMatchObject({ code: 'INVALID_INPUT', subject: '/'.repeat(200) });
  });
});

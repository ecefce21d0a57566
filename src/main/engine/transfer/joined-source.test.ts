import { expect, test } from 'vitest';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { BlobReader, CacheSource, SourceBlob, SourceCache, SourceSnapshot } from '../ports/cache-source.ts';
import { createMemorySources } from '../testing/memory-sources.ts';
import { joinSources } from './joined-source.ts';

const digestOf = (n: number) => `sha256:${String(n).repeat(64)}` as Digest;
const ONE = digestOf(1);
const TWO = digestOf(2);
const THREE = digestOf(3);

type Held = Pick<SourceBlob, 'digest' | 'problem'>;

/** A source with one cache for each reference; its blobs lie in files named after it. */
async function sourceOf(name: string, refs: readonly string[], blobs: readonly Held[]): Promise<CacheSource> {
  const memory = createMemorySources();
  memory.put(name, name);
  const source = await memory.open(name);
  const caches = refs.map((ref) => ({ ref, form: 'image-manifest' }) as SourceCache);
  return {
    ...source,
    read: async (): Promise<SourceSnapshot> => ({
      ...(await source.read()),
      caches,
      blobs: blobs.map((blob) => ({ size: 1, mtimeMs: 0, ...blob })),
    }),
    openBlob: async () => ({ name }) as unknown as BlobReader,
    locateBlobs: async (digests) => digests.map((digest) => ({ path: `${name}/${digest}`, offset: 0, size: 1 })),
  };
}

test('a blob comes from the first source that has it whole', async () => {
  const damaged = await sourceOf('damaged', ['a'], [{ digest: ONE, problem: 'CORRUPT' }, { digest: TWO }]);
  const whole = await sourceOf('whole', ['a'], [{ digest: ONE }, { digest: TWO, problem: 'CORRUPT' }]);
  const last = await sourceOf('last', ['a'], [{ digest: ONE }, { digest: TWO }, { digest: THREE }]);
  const joined = joinSources([damaged, whole, last], undefined);
  const { blobs } = await joined.read({});
  expect(blobs).toEqual([ONE, TWO, THREE].map((digest) => ({ digest, size: 1, mtimeMs: 0 })));
  const from = [ONE, TWO, THREE].map((digest) => joined.placeOf?.(digest).repository);
  expect(from).toEqual(['whole', 'damaged', 'last']);
  expect(await joined.openBlob(ONE)).toEqual({ name: 'whole' });
  expect(await joined.openBlob(THREE)).toEqual({ name: 'last' });
});

test('a blob that is damaged in all of them stays so', async () => {
  const sources = await Promise.all(
    ['a', 'b'].map((name) => sourceOf(name, ['x'], [{ digest: ONE, problem: 'CORRUPT' }])),
  );
  expect((await joinSources(sources, undefined).read({})).blobs).toMatchObject([{ problem: 'CORRUPT' }]);
});

test('blobs are located in the order asked, also across sources', async () => {
  const left = await sourceOf('left', ['a'], [{ digest: ONE }, { digest: THREE }]);
  const right = await sourceOf('right', ['a'], [{ digest: TWO }]);
  const joined = joinSources([left, right], undefined);
  await joined.read({});
  const found = await joined.locateBlobs([THREE, TWO, ONE, TWO]);
  expect(found.map((extent) => extent?.path)).toEqual([`left/${THREE}`, `right/${TWO}`, `left/${ONE}`, `right/${TWO}`]);
});

test('a reference picks a cache of each source, else all are taken in order', async () => {
  const sources = [await sourceOf('left', ['a', 'b'], []), await sourceOf('right', ['b', 'c'], [])];
  const refs = async (ref?: string) => (await joinSources(sources, ref).read({})).caches.map((cache) => cache.ref);
  expect(await refs()).toEqual(['a', 'b', 'b', 'c']);
  expect(await refs('b')).toEqual(['b', 'b']);
  await expect(refs('a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

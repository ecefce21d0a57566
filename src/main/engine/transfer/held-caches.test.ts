import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { CacheForm } from '../../../shared/model/source.ts';
import type { SourceCache, SourceSnapshot } from '../ports/cache-source.ts';
import { heldCaches } from './held-caches.ts';

const digestOf = (n: number) => `sha256:${String(n).repeat(64)}`;

function cache(ref: string, n: number, form: CacheForm = 'image-manifest'): SourceCache {
  return { ref, form, manifest: { mediaType: 'm', digest: digestOf(n), size: 1 } } as unknown as SourceCache;
}

/** What is held under names, when each look finds the next of these; the last one for ever. */
async function held(
  refs: readonly string[],
  looks: readonly (readonly SourceCache[] | CacheError)[],
  leadsElsewhere = false,
) {
  const opened: string[] = [];
  const asked: { readonly ref: string; readonly digest: string }[] = [];
  const target = {
    namesFor: (ref: string) => (ref === 'both' ? ['left', 'right'] : [ref]),
    locationOf: (ref: string) => `place/${ref}`,
    leadsElsewhere: async (ref: string, { digest }: { readonly digest: string }) => {
      asked.push({ ref, digest });
      return leadsElsewhere;
    },
  };
  const openPlace = async (location: string) => {
    const look = looks[Math.min(opened.length, looks.length - 1)] ?? [];
    opened.push(location);
    if (look instanceof CacheError) throw look;
    return { read: async () => ({ caches: look }) as unknown as SourceSnapshot };
  };
  const chosen = refs.map((ref) => ({ ref, mode: 'min', cache: cache('source', 9) }) as const);
  const found = await heldCaches(target, chosen, { openPlace, clock: { wait: async () => {} } });
  return { found, opened, asked };
}

test('caches under the name alone are held, whole, and each name is read once', async () => {
  const there = [cache('a', 1), cache('b', 2)];
  const { found, opened } = await held(['a', 'b', 'a'], [there]);
  expect(opened).toEqual(['place/a', 'place/b']);
  expect(found).toEqual([
    { ref: 'a', chosen: [{ cache: there[0], ref: 'a', mode: 'max' }], manifests: new Set([digestOf(1)]) },
    { ref: 'b', chosen: [{ cache: there[1], ref: 'b', mode: 'max' }], manifests: new Set([digestOf(2)]) },
  ]);
});

test('under several names, what each of them leads to is held, under the one that was chosen', async () => {
  const { found } = await held(['both'], [[cache('left', 1), cache('other', 2), cache('right', 3)]]);
  expect(found.map(({ chosen }) => chosen.map(({ ref, cache }) => [ref, cache.ref]))).toEqual([
    [
      ['both', 'left'],
      ['both', 'right'],
    ],
  ]);
  expect(found[0]?.manifests).toEqual(new Set([digestOf(1), digestOf(3)]));
});

test('a cache inside an image is refused', async () => {
  const refused = held(['a'], [[cache('a', 1, 'inline')]]);
  await expect(refused).rejects.toMatchObject({ code: 'CONFLICT', subject: 'a', message: /^An image stands/ });
  expect((await held(['a'], [[cache('a', 1), cache('b', 2, 'inline')]])).found).toHaveLength(1);
});

test('something else than a cache is refused, unless a second look finds that a cache was just written', async () => {
  const refused = held(['a'], [[cache('b', 2)]], true);
  await expect(refused).rejects.toMatchObject({ code: 'CONFLICT', subject: 'a', message: /^Something else/ });
  const { found, opened, asked } = await held(['a'], [[], [cache('a', 1)]], true);
  expect(opened).toEqual(['place/a', 'place/a']);
  expect(asked).toEqual([{ ref: 'a', digest: digestOf(0) }]);
  expect(found[0]?.manifests).toEqual(new Set([digestOf(1)]));
});

test('a place that is not there holds nothing; what cannot be read is an error', async () => {
  const { found } = await held(['a'], [new CacheError('NOT_FOUND', 'There is no such folder.')]);
  expect(found).toEqual([{ ref: 'a', chosen: [], manifests: new Set() }]);
  await expect(held(['a'], [new CacheError('CORRUPT', 'It is cut.')])).rejects.toMatchObject({ code: 'CORRUPT' });
});

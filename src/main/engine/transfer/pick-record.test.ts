import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSource } from '../../adapters/oci-layout/index.ts';
import { deriveCatalog } from '../catalog/derive.ts';
import type { SourceCache } from '../ports/cache-source.ts';
import { runSteps } from '../streams/steps.ts';
import { FIXTURES } from '../testing/real-caches.ts';
import { exportRecord } from './export-record.ts';
import { pickRecord } from './pick-record.ts';

async function sample(): Promise<SourceCache> {
  const [cache] = (await (await openSource(join(FIXTURES, 'sample'))).read()).caches;
  return cache ?? expect.fail('no cache');
}
const digestsOf = ({ parsed }: SourceCache) => Array.from(parsed.recordDigest, (text) => parsed.texts[text] ?? '');
const linksOf = ({ parsed }: SourceCache, record: number): number[] => {
  const from = parsed.alternativeOffset[parsed.inputOffset[record] ?? 0] ?? 0;
  const to = parsed.alternativeOffset[parsed.inputOffset[record + 1] ?? 0] ?? 0;
  return [...parsed.alternativeLink.subarray(from, to)];
};

test('takes a record and whatever it is found through, and nothing else', async () => {
  const cache = await sample();
  const digests = digestsOf(cache);
  for (const [record, digest] of digests.entries()) {
    const needed = new Set([record]);
    for (const each of needed) for (const link of linksOf(cache, each)) needed.add(link);
    const found = await pickRecord([cache], [cache], digest);
    const picked = await exportRecord(found.cache, found.record, 'max');
    expect(digestsOf(picked).sort()).toEqual([...needed].map((each) => digests[each]).sort());
    // It can be read as a cache of its own.
    runSteps(deriveCatalog({ fingerprint: '', caches: [picked], blobs: [], documents: [], problems: [] }));
  }
});

test('a digest of several records is ambiguous, and says their ids; one of the ids is not', async () => {
  const cache = await sample();
  const [digest = ''] = digestsOf(cache);
  const two = [cache, { ...cache, ref: 'other' }];
  const ids = { code: 'CONFLICT', hint: `Give one of the ids: ${digest}~1, ${digest}~2.` };
  for (const written of [digest, digest.slice(7, 20)]) {
    await expect(pickRecord(two, two, written)).rejects.toMatchObject(ids);
    expect((await pickRecord(two, two, `${written}~2`)).cache.ref).toBe('other');
  }
  // Asked of one cache only, the digest is clear.
  expect((await pickRecord(two, two.slice(1), digest)).cache.ref).toBe('other');
});

test("BuildKit's own id is an id too", async () => {
  const cache = await sample();
  const own = { ...cache, ids: digestsOf(cache).map((_, record) => `id${record}`) };
  const picked = await exportRecord(own, (await pickRecord([own], [own], 'id3')).record, 'max');
  expect(digestsOf(picked)).toContain(digestsOf(cache)[3]);
  // Numbers of records are others now: ids of the source would name the wrong ones.
  expect(picked.ids).toBeUndefined();
});

test.each(['sha256:none', 'none', '~1'])('%s is not there', async (key) => {
  const cache = await sample();
  await expect(pickRecord([cache], [cache], key)).rejects.toMatchObject({ code: 'NOT_FOUND', subject: key });
});

test('an ordinal is none of a digest that only one record has', async () => {
  const cache = await sample();
  const [digest = ''] = digestsOf(cache);
  await expect(pickRecord([cache], [cache], `${digest}~1`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceCache } from '../../engine/ports/cache-source.ts';
import { FIXTURES, noTestData, openTestData, type TestData } from '../../engine/testing/real-caches.ts';
import { openSource } from './index.ts';
import { INDEX_FILE } from './layout.ts';
import { tarOf, temporaryFolder } from './testing/made-layout.ts';

/** The counts of a cache that its columns hold, added up here in the plainest way. */
function countsOf({ parsed, descriptors }: SourceCache, present: ReadonlySet<string>) {
  const size = new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor.size]));
  const blobs = [...parsed.layerBlob].map((text) => parsed.texts[text] ?? '');
  const distinct = [...new Set(blobs)];
  const chainBytes = (top: number) => {
    let bytes = 0;
    for (let layer = top; layer >= 0; layer = parsed.layerParent[layer] ?? -1)
      bytes += size.get(blobs[layer] ?? '') ?? 0;
    return bytes;
  };
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
  return {
    records: parsed.recordDigest.length,
    rootRecords: [...parsed.recordDigest].filter((_, i) => parsed.inputOffset[i] === parsed.inputOffset[i + 1]).length,
    links: parsed.alternativeLink.length,
    results: parsed.resultLayer.length + parsed.chains.length,
    layers: blobs.length,
    blobs: distinct.length,
    totalBytes: sum([...parsed.resultLayer].map(chainBytes)),
    deduplicatedBytes: sum(distinct.map((blob) => size.get(blob) ?? 0)),
    missingBlobs: distinct.filter((blob) => !present.has(blob)).length,
  };
}

async function countsAt(location: string): Promise<Record<string, ReturnType<typeof countsOf>>> {
  const snapshot = await (await openSource(location)).read();
  const present = new Set(snapshot.blobs.map((blob) => blob.digest as string));
  return Object.fromEntries(snapshot.caches.map((cache) => [cache.ref, countsOf(cache, present)]));
}

test('the forms of one cache differ in bytes only', async () => {
  const sample = await countsAt(join(FIXTURES, 'sample'));
  for (const form of readdirSync(join(FIXTURES, 'forms'))) {
    const { latest } = await countsAt(join(FIXTURES, 'forms', form));
    const { totalBytes, deduplicatedBytes } = latest ?? {};
    expect(latest).toEqual({ ...sample.latest, totalBytes, deduplicatedBytes });
  }
});

describe.skipIf(noTestData)(`every layout of the larger sets ${noTestData ?? ''}`, () => {
  let data: TestData;
  beforeAll(() => {
    data = openTestData();
  });
  afterAll(() => data[Symbol.dispose]());

  test.each(['tiny', 'app', 'pairs'])('%s: the counts are those an independent script found', async (set) => {
    const expected = JSON.parse(
      readFileSync(join(process.env.CACHEWRIGHT_TEST_DATA ?? '', 'expected', `${set}.json`), 'utf8'),
    ) as Record<string, object>;
    const folders = new Set(Object.keys(expected).map((key) => key.slice(0, key.indexOf('#'))));
    const found: Record<string, object> = {};
    for (const folder of folders) {
      for (const [ref, counts] of Object.entries(await countsAt(join(data.set(set), folder)))) {
        found[`${folder}#${ref}`] = counts;
      }
    }
    expect(found).toEqual(expected);
  });

  test('app: as a tar, with the layout at its top or in a folder, every layout is the same source', async () => {
    using folder = temporaryFolder();
    for (const name of readdirSync(data.set('app'))) {
      const layout = join(data.set('app'), name);
      if (!existsSync(join(layout, INDEX_FILE))) continue;
      const open = async (location: string) => {
        const { fingerprint, caches, blobs, problems, documents } = await (await openSource(location)).read();
        return { fingerprint, caches, problems, documents, blobs: blobs.map(({ mtimeMs: _, ...blob }) => blob) };
      };
      const whole = await open(layout);
      expect(whole.problems).toEqual([]);
      expect(await open(tarOf(layout, join(folder.path, 'a.tar')))).toEqual(whole);
      expect(
        await open(tarOf(layout, join(folder.path, 'b.tar'), '--transform=s,^\\.,cache,', '--format=gnu')),
      ).toEqual(whole);
      expect(await open(tarOf(layout, join(folder.path, 'c.tar'), '--format=pax'))).toEqual(whole);
    }
  });
});

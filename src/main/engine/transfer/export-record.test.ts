import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { SourceCache } from '../ports/cache-source.ts';
import { layerDescriptors } from '../remotecache/manifest.ts';
import { marshalCacheConfig } from '../remotecache/marshal.ts';
import { parseCacheConfig } from '../remotecache/parse.ts';
import { dropResults, minResults, pickRecords } from '../remotecache/reshape.ts';
import { sortCacheConfig } from '../remotecache/sort.ts';
import {
  FIXTURES,
  noTestData,
  openTestData,
  type RealCache,
  realCaches,
  type TestData,
} from '../testing/real-caches.ts';
import { exportRecord } from './export-record.ts';

/** Records looked at of each cache, all where there are no more. */
const AT_MOST = process.env.CACHEWRIGHT_LONG === '1' ? 1_000 : 8;

const textOf = (config: CacheConfig) => Buffer.concat([...marshalCacheConfig(config)]).toString();
/** Records with how many results they have, and the blobs, whatever the order. */
const contentsOf = ({ texts, recordDigest, resultOffset, layerBlob }: CacheConfig) => ({
  records: Array.from(
    recordDigest,
    (text, record) => `${texts[text]} ${(resultOffset[record + 1] ?? 0) - (resultOffset[record] ?? 0)}`,
  ).sort(),
  blobs: Array.from(layerBlob, (text) => texts[text]).sort(),
});
const distinct = (column: Uint32Array) => new Set(column).size === column.length;

async function parsed(cache: RealCache): Promise<SourceCache> {
  const config = await parseCacheConfig([cache.config]);
  const manifest = JSON.parse(cache.manifest.toString()) as { layers?: Descriptor[]; manifests?: Descriptor[] };
  const descriptors = layerDescriptors(config, manifest.layers ?? manifest.manifests?.slice(0, -1) ?? []);
  return { ref: cache.name, form: 'image-manifest', parsed: config, descriptors };
}

/** Whether what is exported of each record is what the columns give; how many records were compared. */
async function compare(caches: readonly RealCache[]): Promise<number> {
  let compared = 0;
  for (const real of caches) {
    const cache = await parsed(real);
    const { recordDigest, layerBlob } = cache.parsed;
    // Which of two equal ones comes first is decided by numbers that they had before: see `real-caches.test.ts`.
    const shown = distinct(recordDigest) && distinct(layerBlob) ? textOf : contentsOf;
    const step = Math.max(1, Math.floor(recordDigest.length / AT_MOST));
    for (let record = 0; record < recordDigest.length; record += step) {
      const max = sortCacheConfig(pickRecords(cache.parsed, [record]));
      expect(shown((await exportRecord(cache, record, 'max')).parsed), `${real.name} ${record}`).toEqual(shown(max));
      compared += 1;
      // A record without a result has no final image: then the topmost results below it are exported.
      if (cache.parsed.resultOffset[record] === cache.parsed.resultOffset[record + 1]) continue;
      const min = shown(sortCacheConfig(dropResults(max, minResults(max))));
      expect(shown((await exportRecord(cache, record, 'min')).parsed), `${real.name} ${record} min`).toEqual(min);
    }
  }
  return compared;
}

describe('one record, exported as a solver does, is what the columns say it needs', () => {
  test('fixtures', async () => {
    expect(await compare(realCaches(FIXTURES))).toBeGreaterThan(30);
  });

  describe.skipIf(noTestData)(`the larger sets ${noTestData ?? ''}`, () => {
    let data: TestData;
    beforeAll(() => {
      data = openTestData();
    });
    afterAll(() => data[Symbol.dispose]());
    test.each(['tiny', 'app'])('%s', async (set) => {
      expect(await compare(realCaches(data.set(set)))).toBeGreaterThan(100);
    });
  });
});

test('mode min of a record without a result takes the topmost results below it', async () => {
  const layer = (n: number) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(n), size: n });
  const digestOf = (n: number) => `sha256:${String(n).repeat(64)}`;
  const result = (n: number) => [{ layer: n, createdAt: '2024-01-01T00:00:00Z' }];
  const document = {
    layers: [
      { blob: digestOf(1), parent: -1 },
      { blob: digestOf(2), parent: 0 },
    ],
    records: [
      { digest: digestOf(7), layers: result(0) },
      { digest: digestOf(8), layers: result(1), inputs: [[{ link: 0 }]] },
      { digest: digestOf(9), inputs: [[{ link: 1 }]] },
    ],
  };
  const config = await parseCacheConfig([Buffer.from(JSON.stringify(document))]);
  const cache: SourceCache = { ref: 'r', form: 'image-manifest', parsed: config, descriptors: [layer(1), layer(2)] };
  const exported = await exportRecord(cache, 2, 'min');
  expect(exported.parsed.recordDigest.length).toBe(3);
  expect(exported.descriptors.map(({ digest }) => digest)).toEqual([digestOf(1), digestOf(2)]);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  FIXTURES,
  noTestData,
  openTestData,
  type RealCache,
  realCaches,
  type TestData,
} from '../testing/real-caches.ts';
import { buildManifest, layerDescriptors, type WireForm } from './manifest.ts';
import { marshalCacheConfig } from './marshal.ts';
import { parseCacheConfig } from './parse.ts';
import { allResults, dropResults, minResults } from './reshape.ts';
import { sortCacheConfig } from './sort.ts';
import { shuffled } from './testing/shuffled.ts';

interface Manifest {
  readonly config?: Described;
  readonly layers?: Described[];
  readonly manifests?: Described[];
}
interface Described {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** @returns what of its order the document does not show; then only what was read is written back the same. */
async function expectSameBytes(cache: RealCache): Promise<string | undefined> {
  const config = await parseCacheConfig([cache.config]);
  const text = (parsed: typeof config) => Buffer.concat([...marshalCacheConfig(parsed)]).toString();
  expect(text(config) === cache.config.toString()).toBe(true);
  // Where a blob lies over two parents, or two records of one digest tie, BuildKit's order rests on numbers that the
  // records had before it sorted them: nothing in the document shows those.
  const distinct = (column: Uint32Array) => new Set(column).size === column.length;
  if (distinct(config.layerBlob)) {
    expect(text(sortCacheConfig(config)) === cache.config.toString()).toBe(true);
    if (distinct(config.recordDigest)) {
      expect(text(sortCacheConfig(shuffled(config))) === cache.config.toString()).toBe(true);
    }
  }
  expect(text(dropResults(config, allResults(config))) === cache.config.toString()).toBe(true);

  const manifest = JSON.parse(cache.manifest.toString()) as Manifest;
  const listed = manifest.layers ?? manifest.manifests?.slice(0, -1) ?? [];
  const configDescriptor = manifest.config ?? manifest.manifests?.at(-1);
  const form: WireForm =
    manifest.config !== undefined ? 'image-manifest' : /docker/.test(cache.manifestType) ? 'index-docker' : 'index-oci';
  const layers = layerDescriptors(config, listed);
  const built = buildManifest({ form, config: configDescriptor as Described, layers });
  expect(Buffer.from(built.bytes).toString()).toBe(cache.manifest.toString());
  expect(built.descriptor).toMatchObject({ mediaType: cache.manifestType, size: cache.manifest.length });
  if (!distinct(config.layerBlob)) return 'a blob over two parents';
  return distinct(config.recordDigest) ? undefined : 'records of one digest';
}

/** Expects the results that `mode=min` keeps of one cache to be those of the other, which BuildKit wrote with it. */
async function expectMin(caches: readonly RealCache[], max: string, min: string): Promise<void> {
  const config = async (name: string) =>
    parseCacheConfig([caches.find((cache) => cache.name === name)?.config ?? Buffer.of()]);
  const made = await config(max).then((whole) => dropResults(whole, minResults(whole)));
  const real = await config(min);
  const withResult = (of: typeof real) =>
    [...of.recordDigest].map((text, record) => [
      of.texts[text],
      (of.resultOffset[record + 1] ?? 0) - (of.resultOffset[record] ?? 0),
    ]);
  expect(real.resultLayer.length).toBeGreaterThan(0);
  expect(withResult(made)).toEqual(withResult(real));
  expect(made.layerBlob.length).toBe(real.layerBlob.length);
}

test('the results of mode=min are those of the layers that the last step stands on', async () => {
  await expectMin(realCaches(FIXTURES), 'sample#latest', 'min#latest');
});

describe('real caches are written back byte for byte', () => {
  test.each(realCaches(FIXTURES))('$name', async (cache) => {
    await expectSameBytes(cache);
  });

  describe.skipIf(noTestData)(`the larger sets ${noTestData ?? ''}`, () => {
    let data: TestData;
    beforeAll(() => {
      data = openTestData();
    });
    afterAll(() => data[Symbol.dispose]());

    test.each(['tiny', 'app', 'pairs'])('%s', async (set) => {
      const caches = realCaches(data.set(set));
      expect(caches.length).toBeGreaterThan(15);
      const ties: string[] = [];
      for (const cache of caches) {
        const tie = await expectSameBytes(cache);
        if (tie) ties.push(`${cache.name} (${tie})`);
      }
      process.stdout.write(
        `${set}: ${caches.length} of ${caches.length} byte for byte as read; sorted anew from any order all but ${ties.length}: ${ties.join(', ')}\n`,
      );
    });

    test.each([
      ['tiny', 'a/cache#latest', 'a-min/cache#latest'],
      ['app', 'app-v1#latest', 'app-v1-min-fresh#latest'],
      ['pairs', 'a/cache#latest', 'a-min/cache#latest'],
    ])('%s: the results of mode=min are those BuildKit exports', async (set, max, min) => {
      await expectMin(realCaches(data.set(set)), max, min);
    });
  });
});

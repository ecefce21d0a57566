import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { noTestData, openTestData, type RealCache, realCaches } from '../testing/real-caches.ts';
import { CacheChains } from './cache-chains.ts';
import { type JoinedPart, joinConfigs } from './join-configs.ts';
import { marshalCacheConfig } from './marshal.ts';
import { parseCacheConfig } from './parse.ts';
import { graphOf } from './testing/graph-of.ts';

const H = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const bytesOf = ({ config }: JoinedPart) => Buffer.concat([...marshalCacheConfig(config)]).toString();
const layer = (name: string): Descriptor => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar',
  digest: H(name),
  size: name.length,
});

const lacking = (some: ReadonlySet<string>, all: ReadonlySet<string>) => [...some].filter((one) => !all.has(one));

async function partOf(cache: RealCache): Promise<JoinedPart> {
  const manifest = JSON.parse(cache.manifest.toString()) as { layers?: Descriptor[]; manifests?: Descriptor[] };
  const descriptors = manifest.layers ?? manifest.manifests?.slice(0, -1) ?? [];
  return { config: await parseCacheConfig([cache.config]), descriptors };
}

/** Every record as a line: its digest and those of everything that it is found through. */
function pathsOf({
  texts,
  recordDigest,
  inputOffset,
  alternativeOffset,
  alternativeLink,
  alternativeSelector,
}: CacheConfig) {
  const text = (at: number | undefined) => texts[at ?? 0] ?? '';
  const known = new Map<number, string[]>();
  const pathsTo = (record: number): string[] => {
    const before = known.get(record);
    if (before) return before;
    const digest = text(recordDigest[record]);
    let paths = [digest];
    for (let input = inputOffset[record] ?? 0; input < (inputOffset[record + 1] ?? 0); input += 1) {
      const found: string[] = [];
      for (let at = alternativeOffset[input] ?? 0; at < (alternativeOffset[input + 1] ?? 0); at += 1) {
        for (const path of pathsTo(alternativeLink[at] ?? 0)) found.push(H(`${path} ${text(alternativeSelector[at])}`));
      }
      paths = paths.flatMap((path) => found.map((one) => H(`${path}/${one}`)));
    }
    known.set(record, paths);
    return paths;
  };
  return new Set(Array.from(recordDigest, (_, record) => pathsTo(record)).flat());
}

function resultsOf({ texts, resultLayer, layerBlob, layerParent }: CacheConfig) {
  const chainOf = (top: number) => {
    const chain: string[] = [];
    for (let at = top; at >= 0; at = layerParent[at] ?? -1) chain.push(texts[layerBlob[at] ?? 0] ?? '');
    return chain.join('<');
  };
  return new Set(Array.from(resultLayer, chainOf));
}

describe.skipIf(noTestData)(`caches of two real builds ${noTestData ?? ''}`, () => {
  test('joined have every record and result of both, and each layer once, whichever comes first', async () => {
    using data = openTestData();
    const all = ['pairs', 'tiny'].flatMap((set) => realCaches(data.set(set)));
    const [a, b] = [all.find(({ name }) => /^a[/#]/.test(name)), all.findLast(({ name }) => /^a[/#]/.test(name))];
    if (!a || !b || a === b) return expect.fail(`not found among ${all.map(({ name }) => name).join(', ')}`);
    const [left, right] = [await partOf(a), await partOf(b)];
    const joined = await joinConfigs([left, right]);
    for (const { config } of [left, right]) {
      expect(lacking(pathsOf(config), pathsOf(joined.config))).toEqual([]);
      expect(lacking(resultsOf(config), resultsOf(joined.config))).toEqual([]);
    }
    const chains = (config: CacheConfig) =>
      Array.from(config.layerBlob, (blob, at) => `${config.texts[blob]} on ${config.layerParent[at]}`);
    expect(new Set(chains(joined.config)).size).toBe(joined.config.layerBlob.length);
    expect(new Set(joined.descriptors.map(({ digest }) => digest)).size).toBe(joined.descriptors.length);
    expect(bytesOf(await joinConfigs([right, left]))).toBe(bytesOf(joined));
    expect(bytesOf(await joinConfigs([joined, left]))).toBe(bytesOf(joined));
  });
});

test('the newest result of a record stays, and the fullest descriptor of a layer', async () => {
  const part = (time: string, name: string, annotations?: Record<string, string>): JoinedPart => {
    const chains = new CacheChains();
    const described = [layer('shared'), { ...layer(name), ...(annotations ? { annotations } : {}) }];
    chains.add(H('a')).addResult(time, { descriptors: described, provider: { has: () => true } });
    const { config, descriptors } = chains.marshal();
    return { config, descriptors: [...descriptors.values()] };
  };
  const older = part('2024-01-01T00:00:00.000000001Z', 'old');
  const newer = part('2024-01-01T00:00:00.000000002Z', 'new');
  const told = part('2024-01-01T00:00:00.000000002Z', 'new', { 'containerd.io/uncompressed': H('new') });
  for (const parts of [
    [older, newer, told],
    [told, older, newer],
  ]) {
    const { config, descriptors } = await joinConfigs(parts);
    expect(config.resultLayer.length).toBe(1);
    expect(descriptors.map(({ digest }) => digest).sort()).toEqual([H('new'), H('shared')].sort());
    expect(descriptors.find(({ digest }) => digest === H('new'))?.annotations).toBeDefined();
  }
});

test('any caches: their order makes no difference, nor which are joined first, nor joining one again', async () => {
  const graph = fc.array(
    fc.record({
      digest: fc.integer({ min: 0, max: 11 }),
      inputs: fc.array(
        fc.array(fc.record({ source: fc.nat(), selector: fc.constantFrom('', 's') }), { minLength: 1, maxLength: 3 }),
        { minLength: 3, maxLength: 3 },
      ),
      result: fc.option(
        fc.record({
          layers: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }),
          at: fc.integer({ min: 0, max: 3 }),
        }),
        { nil: undefined },
      ),
    }),
    { maxLength: 14 },
  );
  const build = (records: typeof graph extends fc.Arbitrary<infer T> ? T : never): JoinedPart => {
    const chains = new CacheChains();
    const made = records.map(({ digest }) => chains.add(H(`r${digest}`)));
    for (const [index, { inputs, result }] of records.entries()) {
      const record = made[index];
      // A digest stands for one operation, which has as many inputs wherever it is met.
      inputs.slice(0, (records[index]?.digest ?? 0) % 4).forEach((alternatives, input) => {
        for (const { source, selector } of index === 0 ? [] : alternatives) {
          const from = made[source % index];
          if (from) record?.linkFrom(from, input, selector);
        }
      });
      if (!result) continue;
      const descriptors = result.layers.map((n) => layer(`blob ${n} under ${result.layers.length}`));
      record?.addResult(`2024-01-01T00:00:0${result.at}Z`, { descriptors, provider: { has: () => true } });
    }
    const { config, descriptors } = chains.marshal();
    return { config, descriptors: [...descriptors.values()] };
  };
  await fc.assert(
    fc.asyncProperty(graph, graph, graph, async (x, y, z) => {
      const [a, b, c] = [build(x), build(y), build(z)];
      // As graphs: where one blob lies on two others, upstream's order of layers rests on how they were numbered before.
      const graphs = async (...parts: JoinedPart[]) => graphOf((await joinConfigs(parts)).config);
      const both = await joinConfigs([a, b]);
      expect(await graphs(b, a)).toEqual(graphOf(both.config));
      expect(await graphs(both, a)).toEqual(graphOf(both.config));
      expect(await graphs(both, both)).toEqual(graphOf(both.config));
      const all = await graphs(a, b, c);
      expect(await graphs(both, c)).toEqual(all);
      expect(await graphs(a, await joinConfigs([b, c]))).toEqual(all);
    }),
    { numRuns: process.env.CACHEWRIGHT_LONG ? 5_000 : 100 },
  );
});

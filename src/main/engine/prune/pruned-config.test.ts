import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordId } from '../../../shared/model/record-id.ts';
import { numberRecords } from '../catalog/record-ids.ts';
import { arbitrarySource } from '../catalog/testing/arbitrary-source.ts';
import { digestOf, type SmallConfig, smallSource } from '../catalog/testing/small-source.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import { marshalCacheConfig } from '../remotecache/marshal.ts';
import { parseCacheConfig } from '../remotecache/parse.ts';
import { sortCacheConfig } from '../remotecache/sort.ts';
import { runSteps } from '../streams/steps.ts';
import { prunedConfig } from './pruned-config.ts';
import { REASONS } from './reasons.ts';
import { planOf } from './testing/plan-of.ts';

const bytesOf = (config: CacheConfig) => Buffer.concat([...marshalCacheConfig(config)]);

/** What applying a plan makes of each config, as `apply.ts` does it. */
function prune(snapshot: SourceSnapshot, maxBytes: number) {
  const draft = planOf(snapshot, { maxBytes }, 0);
  const start = Uint32Array.from([0, ...snapshot.caches.map(({ parsed }) => parsed.recordDigest.length)]);
  for (let at = 1; at < start.length; at += 1) start[at] = (start[at] ?? 0) + (start[at - 1] ?? 0);
  const ids = runSteps(numberRecords(snapshot.caches, start));
  const gone = new Set(draft.goes.filter(({ reason }) => REASONS[reason] === 'record').map(({ id }) => id));
  const lost = new Set(draft.blobs);
  const configs = snapshot.caches.map(({ parsed, descriptors }, at) =>
    prunedConfig(parsed, {
      goes: (record) =>
        gone.has(recordId(ids.digest[(start[at] ?? 0) + record] ?? '', ids.ordinal[(start[at] ?? 0) + record] ?? 0)),
      blobs: lost,
      described: new Set(descriptors.map(({ digest }) => digest)),
    }),
  );
  return { draft, configs };
}

/**
 * A result that lists its layers itself does not need what its layers stand on, but the config does. BuildKit writes
 * such a result only where layers have no parents; elsewhere a prune may take it sooner than the plan says.
 */
function hasChainOverParents({ layers = [], records }: SmallConfig): boolean {
  const listed = records.flatMap(({ chains = [] }) => chains.flatMap((chain) => chain.layers));
  return listed.some((layer) => (layers[layer]?.parent ?? -1) >= 0);
}

describe('a config after a prune', () => {
  test('is one that BuildKit reads: strict parsing gives it back byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, fc.nat(3000), async (source, maxBytes) => {
        const { configs } = prune(await smallSource(source), maxBytes);
        for (const { config } of configs) {
          if (!config) continue;
          expect(bytesOf(await parseCacheConfig([bytesOf(config)])).equals(bytesOf(config))).toBe(true);
        }
      }),
    );
  });

  test('stays in canonical order', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, fc.nat(3000), async (source, maxBytes) => {
        // Where a blob is several layers, BuildKit's order depends on the order before: sorting twice changes it again.
        const repeats = source.caches.some(({ config: { layers = [] } }) => {
          return new Set(layers.map(({ blob }) => blob)).size < layers.length;
        });
        fc.pre(!repeats);
        const snapshot = await smallSource(source);
        const caches = snapshot.caches.map((cache) => ({ ...cache, parsed: sortCacheConfig(cache.parsed) }));
        const { configs } = prune({ ...snapshot, caches }, maxBytes);
        for (const { config } of configs) {
          if (config) expect(bytesOf(sortCacheConfig(config)).equals(bytesOf(config))).toBe(true);
        }
      }),
    );
  });

  test('needs exactly the blobs that the plan keeps, and holds every record that is said to stay', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, fc.nat(3000), async (source, maxBytes) => {
        fc.pre(source.caches.every(({ config }) => !hasChainOverParents(config)));
        const snapshot = await smallSource(source);
        const { draft, configs } = prune(snapshot, maxBytes);
        const needed = new Set(
          configs.flatMap(({ config }) => Array.from(config?.layerBlob ?? [], (text) => config?.texts[text] ?? '')),
        );
        expect(draft.blobs.filter((blob) => needed.has(blob))).toEqual([]);
        const records = configs.reduce((sum, { config }) => sum + (config?.recordDigest.length ?? 0), 0);
        const keys = draft.goes.filter(({ reason }) => ['over-size', 'too-old'].includes(reason)).length;
        expect(records).toBeGreaterThanOrEqual(draft.stays.length);
        expect(records).toBeLessThanOrEqual(draft.stays.length + keys);
      }),
    );
  });

  test('drops a key whose only result was a chain that goes, with what it alone was found through', async () => {
    const createdAt = '2026-01-01T00:00:00Z';
    const snapshot = await smallSource({
      caches: [
        {
          config: {
            layers: [{ blob: 'stays' }, { blob: 'goes' }],
            records: [
              { digest: 'root' },
              { digest: 'other', layers: [{ layer: 0, createdAt }] },
              { digest: 'chained', inputs: [[{ link: 0 }]], chains: [{ layers: [1], createdAt }] },
            ],
          },
        },
      ],
      sizes: { stays: 1, goes: 1 },
    });
    const [cache] = snapshot.caches;
    if (!cache) throw new Error('no cache');
    const goes = digestOf('goes');
    const described = new Set(cache.descriptors.map(({ digest }) => digest));
    const loss = { goes: () => false, blobs: new Set([goes]), described };
    const { config, isChanged } = prunedConfig(cache.parsed, loss);
    expect(isChanged).toBe(true);
    expect(Array.from(config?.recordDigest ?? [], (text) => config?.texts[text])).toEqual([digestOf('other')]);
    expect([config?.chains, config?.resultLayer.length]).toEqual([[], 1]);
  });

  test('is the very same where nothing of it goes', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, async (source) => {
        const snapshot = await smallSource(source);
        const { configs } = prune(snapshot, Number.MAX_SAFE_INTEGER);
        expect(configs.map(({ isChanged }) => isChanged)).toEqual(snapshot.caches.map(() => false));
      }),
    );
  });
});

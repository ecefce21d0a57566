import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PrunePolicy } from '../../../shared/model/plan.ts';
import { collectBlobs } from '../catalog/blob-table.ts';
import { arbitrarySource } from '../catalog/testing/arbitrary-source.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import { runSteps } from '../streams/steps.ts';
import { createHandClock } from '../testing/stand-ins.ts';
import { applyPlan } from './apply.ts';
import { createPlanner } from './planner.ts';
import { memoryStore, type StoreParts } from './testing/memory-store.ts';

const NOW = Date.parse('2026-02-01T00:00:00Z');
const DAY = 86_400_000;
/** Stores that are planned for and pruned; the last line says the seed when one of them fails. */
const STORES = process.env.CACHEWRIGHT_LONG === '1' ? 10_000 : 250;

const WORDS = ['base', 'tool', 'code', 'data', 'docs', 'test', 'lost', 'alone'];

/** One to three caches and up to two images on the same few layers, some of them missing, some of no use. */
const arbitraryStore: fc.Arbitrary<StoreParts> = fc
  .record({
    source: arbitrarySource,
    images: fc.array(fc.subarray(WORDS, { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
    alone: fc.nat(500),
  })
  .map(({ source, images, alone }) => {
    const named = source.caches.flatMap(({ config }) => (config.layers ?? []).map(({ blob }) => blob));
    const there = new Set([...named, ...images.flat(), ...(source.orphans ?? [])]);
    for (const word of source.missing ?? []) there.delete(word);
    return {
      images,
      sizes: new Map([...there].map((word) => [word, word === 'alone' ? alone : (source.sizes[word] ?? 0)])),
      caches: source.caches.map(({ config, undescribed = [], described = [] }) => ({
        config,
        described: [...new Set([...(config.layers ?? []).map(({ blob }) => blob), ...described])].filter(
          (word) => !undescribed.includes(word),
        ),
      })),
    };
  });

const arbitraryPolicy: fc.Arbitrary<PrunePolicy> = fc.oneof(
  fc.record({ maxBytes: fc.nat(4000) }),
  fc.record({ maxBytes: fc.nat(4000), keepDurationMs: fc.constantFrom(0, 10 * DAY, 31 * DAY, 400 * DAY) }),
  fc.record({ keepDurationMs: fc.constantFrom(0, 31 * DAY) }),
  fc.constant({ all: true }),
  fc.constant({ orphans: {} }),
  fc.record({ maxBytes: fc.nat(4000), orphans: fc.constant({ olderThanMs: 0 }) }),
);

/** What a store holds: records by digest, and what lies there besides documents. */
function holdings(snapshot: SourceSnapshot) {
  const documents = new Set<string>(snapshot.documents);
  const layers = snapshot.blobs.filter(({ digest }) => !documents.has(digest));
  return {
    records: snapshot.caches.reduce((sum, { parsed }) => sum + parsed.recordDigest.length, 0),
    blobs: layers.length,
    bytes: layers.reduce((sum, { size }) => sum + size, 0),
  };
}

describe(`a plan is what happens, on ${STORES} stores`, () => {
  test('records, blobs and bytes that go and stay, line by line; and nothing that stays lost a layer', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStore, arbitraryPolicy, async (parts, policy) => {
        const { store, source } = memoryStore(parts);
        const before = await source.read();
        const kept = await createPlanner(createHandClock(NOW)).make({
          sourceId: 's',
          policy,
          store: undefined,
          keep: true,
          source,
          read: () => source.read(),
          space: async () => undefined,
        });
        const { plan } = kept;
        const report = await applyPlan({ store, source, plan: kept, now: NOW });
        const [was, is] = [holdings(before), holdings(await source.read())];
        expect(report).toEqual({
          plan: plan.plan,
          removedRecords: plan.goes.records,
          removedBlobs: plan.goes.blobs,
          freedBytes: plan.freedBytes,
          skipped: [],
        });
        expect(is).toEqual({ records: plan.stays.records, blobs: plan.stays.blobs, bytes: plan.keepBytes });
        expect(was).toEqual({
          records: is.records + plan.goes.records,
          blobs: is.blobs + plan.goes.blobs,
          bytes: is.bytes + plan.freedBytes,
        });
        expect(kept.goes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(plan.freedBytes);
        expect(kept.stays).toHaveLength(is.records);
        const after = await source.read();
        const missing = (snapshot: SourceSnapshot) =>
          runSteps(collectBlobs(snapshot)).present.filter((p) => p === 0).length;
        expect(missing(after)).toBeLessThanOrEqual(missing(before));
      }),
      { numRuns: STORES },
    );
  }, 1_800_000);
});

import fc from 'fast-check';
import type { SmallConfig, SmallRecord, SmallSource } from './small-source.ts';

const BLOBS = ['base', 'tool', 'code', 'data', 'docs', 'test'];
const DIGESTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const TIMES = [
  '0001-01-01T00:00:00Z',
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.5Z',
  '2026-01-01T02:00:00+01:00',
  '2026-03-01T12:30:00.123Z',
];

/**
 * Small sources that hold every odd thing a config may hold: the same blob under several parents and twice in a chain,
 * several results, chained results, digests that repeat, layers without descriptor, blobs that are missing.
 */
export const arbitrarySource: fc.Arbitrary<SmallSource> = fc.record({
  caches: fc.array(
    fc.record({
      config: arbitraryConfig(),
      undescribed: fc.subarray(BLOBS, { maxLength: 1 }),
      described: fc.subarray(['lost']),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  sizes: fc
    .tuple(...BLOBS.map(() => fc.nat(1000)))
    .map((sizes) =>
      Object.fromEntries([...BLOBS.entries()].map(([index, blob]) => [blob, sizes[index] ?? 0]).concat([['lost', 7]])),
    ),
  missing: fc.subarray(BLOBS, { maxLength: 2 }),
  orphans: fc.subarray(['lost', 'code']),
});

function arbitraryConfig(): fc.Arbitrary<SmallConfig> {
  return fc
    .record({
      layers: fc.array(fc.record({ blob: fc.constantFrom(...BLOBS), below: fc.nat() }), { maxLength: 9 }),
      records: fc.array(
        fc.record({
          digest: fc.constantFrom(...DIGESTS),
          inputs: fc.array(
            fc.array(fc.record({ to: fc.nat(), selector: fc.constantFrom('', 's') }), { minLength: 1, maxLength: 3 }),
            { maxLength: 2 },
          ),
          results: fc.array(fc.record({ layer: fc.nat(), createdAt: fc.constantFrom(...TIMES) }), { maxLength: 3 }),
          chains: fc.array(
            fc.record({ layers: fc.array(fc.nat(), { maxLength: 3 }), createdAt: fc.constantFrom(...TIMES) }),
            { maxLength: 1 },
          ),
        }),
        { maxLength: 7 },
      ),
    })
    .map(({ layers, records }) => ({
      // `below` picks nothing or a layer before it, so that there is no loop; likewise `to` a record before.
      layers: layers.map(({ blob, below }, index) => ({ blob, parent: (below % (index + 1)) - 1 })),
      records: records.map(
        ({ digest, inputs, results, chains }, index): SmallRecord => ({
          digest,
          inputs:
            index === 0
              ? []
              : inputs.map((alternatives) => alternatives.map(({ to, selector }) => ({ link: to % index, selector }))),
          layers:
            layers.length === 0 ? [] : results.map((r) => ({ layer: r.layer % layers.length, createdAt: r.createdAt })),
          chains:
            layers.length === 0
              ? []
              : chains.map((c) => ({ layers: c.layers.map((l) => l % layers.length), createdAt: c.createdAt })),
        }),
      ),
    }));
}

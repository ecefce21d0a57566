import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordId, splitRecordId } from '../../../shared/model/record-id.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import { shuffled } from '../remotecache/testing/shuffled.ts';
import { runSteps } from '../streams/steps.ts';
import type { CatalogColumns } from './catalog-columns.ts';
import { deriveCatalog } from './derive.ts';
import { arbitrarySource } from './testing/arbitrary-source.ts';
import { type NaiveCatalog, naiveDerive } from './testing/naive-derive.ts';
import { digestOf, smallSource } from './testing/small-source.ts';

/** The derived columns, brought into the form of the naive computation. */
function plain(catalog: CatalogColumns): NaiveCatalog {
  const { records, blobs } = catalog;
  const counts = (rows: Iterable<readonly [number, number | undefined]>) =>
    new Map([...rows].flatMap(([blob, n]) => (n ? [[blobs.digest[blob] ?? '', n] as const] : [])));
  return {
    records: records.digest.map((digest, n) => ({
      id: recordId(digest, records.ordinal[n] ?? 0),
      users: records.users[n] ?? 0,
      inputs: records.inputs[n] ?? 0,
      results: records.results[n] ?? 0,
      layers: records.layers[n] ?? 0,
      ownBytes: records.ownBytes[n] ?? 0,
      addsBytes: records.addsBytes[n] ?? 0,
      sharedBytes: records.sharedBytes[n] ?? 0,
      createdAt: records.createdAt[n],
    })),
    blobRecords: counts(blobs.records.entries()),
    cacheBlobRecords: catalog.cacheBlobs.map((own) =>
      counts([...own.blob].map((blob, row) => [blob, own.records[row]])),
    ),
    caches: catalog.caches.map((cache) => cache.totals),
    totals: catalog.totals,
  };
}

const derive = (snapshot: SourceSnapshot) => runSteps(deriveCatalog(snapshot));

describe('the derivations', () => {
  test('agree with the slow and obvious computation on any source', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, fc.boolean(), async (source, reverse) => {
        const snapshot = await smallSource(source);
        const caches = reverse ? snapshot.caches.map((c) => ({ ...c, parsed: shuffled(c.parsed) })) : snapshot.caches;
        const turned = { ...snapshot, caches };
        expect(plain(derive(turned))).toEqual(naiveDerive(turned));
      }),
      { numRuns: 1500 },
    );
  });

  test.each([
    ['one of the largest sizes', { a: Number.MAX_SAFE_INTEGER, b: 0 }, undefined],
    ['blobs whose sum is one byte too much', { a: Number.MAX_SAFE_INTEGER, b: 1 }, 'CORRUPT'],
    ['blobs of far too much', { a: Number.MAX_SAFE_INTEGER, b: Number.MAX_SAFE_INTEGER }, 'CORRUPT'],
  ])('refuse sums that would be wrong numbers: %s', async (_what, sizes, code) => {
    const snapshot = await smallSource({
      caches: [
        {
          config: {
            layers: [{ blob: 'a' }, { blob: 'b', parent: 0 }],
            records: [{ digest: 'r', layers: [{ layer: 1, createdAt: '2026-11-21T10:00:00Z' }] }],
          },
        },
      ],
      sizes,
      missing: ['a', 'b'],
    });
    const derived = () => derive(snapshot).totals.totalBytes;
    if (code === undefined) expect(derived()).toBe(Number.MAX_SAFE_INTEGER);
    else expect(derived).toThrow(expect.objectContaining({ code }));
  });

  test('stay linear on a chain of 200,000 layers with a result on each', async () => {
    const steps = 200_000;
    const snapshot = await smallSource({
      caches: [
        {
          config: {
            layers: Array.from({ length: steps }, (_, n) => ({ blob: `l${n % 1000}`, parent: n - 1 })),
            records: Array.from({ length: steps }, (_, n) => ({
              digest: `r${n}`,
              layers: [
                { layer: n, createdAt: '2026-01-01T00:00:00Z' },
                { layer: n >> 1, createdAt: '2026-01-02T00:00:00Z' },
              ],
            })),
          },
        },
      ],
      sizes: Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`l${n}`, 1])),
    });
    const { records, blobs, totals } = derive(snapshot);
    expect(totals.totalBytes).toBe(
      (steps * (steps + 1)) / 2 + Array.from({ length: steps }, (_, n) => (n >> 1) + 1).reduce((a, b) => a + b),
    );
    expect(records.ownBytes[steps - 1]).toBe(steps / 2);
    // Every record from the 1000th step on holds the 1000th blob.
    expect(blobs.records[999]).toBe(steps - 999);
  });

  test('number records that share a digest over all caches, in the order of the index', async () => {
    const config = { records: [{ digest: 'a' }, { digest: 'b' }, { digest: 'b' }] };
    const { records } = derive(
      await smallSource({ caches: [{ config }, { config: { records: [{ digest: 'b' }] } }], sizes: {} }),
    );
    const ids = records.digest.map((digest, n) => recordId(digest, records.ordinal[n] ?? 0));
    expect(ids).toEqual([digestOf('a'), ...[1, 2, 3].map((n) => `${digestOf('b')}~${n}`)]);
    for (const id of ids) expect(recordId(splitRecordId(id).digest, splitRecordId(id).ordinal ?? 0)).toBe(id);
    const sorted = ids.toSorted();
    expect(Array.from(records.rank)).toEqual(ids.map((id) => sorted.indexOf(id)));
  });

  test('show a blob under the oldest record that has it on top, else under the nearest above', async () => {
    const layers = [{ blob: 'base' }, { blob: 'mid', parent: 0 }, { blob: 'top', parent: 1 }, { blob: 'unused' }];
    const at = (layer: number, createdAt: string) => [{ layer, createdAt }];
    const records = [
      { digest: 'late', layers: at(2, '2026-03-01T00:00:00Z') },
      { digest: 'early', layers: at(2, '2026-02-01T00:00:00Z') },
      { digest: 'unset', layers: at(2, '0001-01-01T00:00:00Z') },
    ];
    const { blobs, cacheBlobs } = derive(await smallSource({ caches: [{ config: { layers, records } }], sizes: {} }));
    const [own] = cacheBlobs;
    const owner = Object.fromEntries([...(own?.blob ?? [])].map((b, row) => [blobs.digest[b], own?.owner[row]]));
    expect(owner).toEqual({
      [digestOf('base')]: 1,
      [digestOf('mid')]: 1,
      [digestOf('top')]: 1,
      [digestOf('unused')]: -1,
    });
    expect(Array.from(own?.bottom ?? [])).toEqual([0, 0, 0, -1]);
  });

  test('infer content from roots that are found without a selector', async () => {
    const records = [
      { digest: 'content' },
      { digest: 'source' },
      { digest: 'step', inputs: [[{ link: 0 }], [{ link: 1, selector: 'path' }]] },
      { digest: 'alone' },
    ];
    const { records: columns } = derive(await smallSource({ caches: [{ config: { records } }], sizes: {} }));
    expect(columns.kind).toEqual(['content', 'source', 'unknown', 'source']);
  });
});

import { CacheError } from '../../../shared/base/errors.ts';
import type { Totals } from '../../../shared/model/totals.ts';
import type { BlobTable } from './blob-table.ts';
import type { CacheBlobColumns } from './catalog-columns.ts';
import type { ChainTable } from './chain-table.ts';
import type { ChainSizes } from './record-sizes.ts';

/** What totals are added up from; `cacheStart` as everywhere: cache → its first record, and the end. */
export interface TotalsInput {
  readonly cacheStart: Uint32Array;
  readonly linksPerCache: readonly number[];
  readonly inputs: Uint32Array;
  readonly blobs: BlobTable;
  readonly chains: ChainTable;
  readonly sizes: ChainSizes;
  readonly cacheBlobs: readonly CacheBlobColumns[];
}

/**
 * Totals of each cache. Orphans belong to no cache, so they are 0 here; `reclaimableBytes` is what would be freed if
 * this cache alone went: blobs that lie in the source and that neither another cache nor an image names.
 */
export function cacheTotals(input: TotalsInput): Totals[] {
  const { blobs, chains, sizes } = input;
  const caches = new Uint32Array(blobs.digest.length);
  for (const { blob } of input.cacheBlobs) for (const number of blob) caches[number] = (caches[number] as number) + 1;
  return input.cacheBlobs.map(({ blob }, cache) => {
    const from = input.cacheStart[cache] as number;
    const to = input.cacheStart[cache + 1] as number;
    let rootRecords = 0;
    for (let record = from; record < to; record += 1) if (input.inputs[record] === 0) rootRecords += 1;
    let totalBytes = 0;
    const firstResult = chains.resultOffset[from] as number;
    const endResult = chains.resultOffset[to] as number;
    for (let result = firstResult; result < endResult; result += 1) {
      totalBytes += sizes.bytes[chains.results.node[result] as number] as number;
    }
    return {
      records: to - from,
      rootRecords,
      links: input.linksPerCache[cache] as number,
      results: endResult - firstResult,
      layers: chains.declared[cache] as number,
      blobs: blob.length,
      totalBytes,
      deduplicatedBytes: sum(blob, blobs.size),
      reclaimableBytes: blob.reduce(
        (s, b) => s + (caches[b] === 1 && blobs.pinned[b] === 0 ? (blobs.fileBytes[b] as number) : 0),
        0,
      ),
      missingBlobs: blob.reduce((s, b) => s + (blobs.present[b] === 1 ? 0 : 1), 0),
      orphanBlobs: 0,
      orphanBytes: 0,
    };
  });
}

/**
 * Totals of the whole source: records, links, results and their bytes are sums over the caches; layers, blobs and
 * their bytes count each once. In an OCI layout only images pin layers, so all others that are there may go, and
 * the orphans with them. Every size of a record or chain is part of a sum here, so where these are exact, all are.
 * @throws `CORRUPT` where a sum is beyond 2^53: it would be a wrong number
 */
export function joinTotals(caches: readonly Totals[], input: TotalsInput): Totals {
  const { blobs, chains } = input;
  const unnamedBytes = blobs.unnamed.reduce((sum, { size }) => sum + size, 0);
  const add = (field: keyof Totals) => caches.reduce((sum, totals) => sum + totals[field], 0);
  const totals: Totals = {
    records: add('records'),
    rootRecords: add('rootRecords'),
    links: add('links'),
    results: add('results'),
    layers: chains.declaredOnce,
    blobs: blobs.digest.length,
    totalBytes: add('totalBytes'),
    deduplicatedBytes: blobs.size.reduce((sum, size) => sum + size, 0),
    reclaimableBytes:
      blobs.fileBytes.reduce((sum, size, b) => sum + (blobs.pinned[b] ? 0 : size), 0) +
      unnamedBytes +
      blobs.orphanBytes,
    missingBlobs: blobs.present.reduce((sum, here) => sum + (here === 1 ? 0 : 1), 0),
    orphanBlobs: blobs.orphans.length,
    orphanBytes: blobs.orphanBytes,
  };
  if (!Object.values(totals).every(Number.isSafeInteger)) {
    throw new CacheError('CORRUPT', 'The sizes in this cache add up to more than can be counted.', {
      subject: 'layers of the manifest',
      hint: 'No disk holds as much: export the cache again.',
    });
  }
  return totals;
}

function sum(rows: Uint32Array, column: Float64Array): number {
  return rows.reduce((total, row) => total + (column[row] as number), 0);
}

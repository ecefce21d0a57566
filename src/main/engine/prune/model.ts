import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import { recordId } from '../../../shared/model/record-id.ts';
import type { BlobTable } from '../catalog/blob-table.ts';
import { collectBlobs } from '../catalog/blob-table.ts';
import { type ChainTable, placeChains } from '../catalog/chain-table.ts';
import { numberRecords, type RecordIds } from '../catalog/record-ids.ts';
import { parseInstant } from '../model/instant.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import { eachRow, type Steps } from '../streams/steps.ts';

/** What a plan is worked out on: the records of all caches, and their results' chains as one tree of layers. */
export interface PruneModel {
  readonly snapshot: SourceSnapshot;
  /** Cache → its first record; one entry more than there are caches. */
  readonly cacheStart: Uint32Array;
  readonly ids: RecordIds;
  readonly blobs: BlobTable;
  readonly chains: ChainTable;
  /** Result → epoch ms, and nanoseconds beyond; `-Infinity` without a time, so that it counts as oldest. */
  readonly resultMs: Float64Array;
  readonly resultNs: Uint32Array;
  /** Cache → 1 where its records may go. The records of a cache inside an image are part of the image. */
  readonly mayGo: Uint8Array;
}

/** Reads a snapshot into columns. Linear. */
export function* pruneModel(snapshot: SourceSnapshot): Steps<PruneModel> {
  const cacheStart = new Uint32Array(snapshot.caches.length + 1);
  for (const [cache, { parsed }] of snapshot.caches.entries()) {
    cacheStart[cache + 1] = (cacheStart[cache] as number) + parsed.recordDigest.length;
  }
  const ids = yield* numberRecords(snapshot.caches, cacheStart);
  const blobs = yield* collectBlobs(snapshot);
  const chains = yield* placeChains(snapshot, blobs, cacheStart);
  const { createdAt } = chains.results;
  const resultMs = new Float64Array(createdAt.length);
  const resultNs = new Uint32Array(createdAt.length);
  yield* eachRow('Reading times', createdAt.length, (result) => {
    const instant = parseInstant(createdAt[result]);
    resultMs[result] = instant?.ms ?? Number.NEGATIVE_INFINITY;
    resultNs[result] = instant?.ns ?? 0;
  });
  const mayGo = Uint8Array.from(snapshot.caches, ({ form }) => (CACHE_FORMS[form].mayLosePart ? 1 : 0));
  return { snapshot, cacheStart, ids, blobs, chains, resultMs, resultNs, mayGo };
}

/** The id of a record, by its number over all caches. */
export function idOf({ ids }: Pick<PruneModel, 'ids'>, record: number): string {
  return ids.ownId?.[record] ?? recordId(ids.digest[record] ?? '', ids.ordinal[record] ?? 0);
}

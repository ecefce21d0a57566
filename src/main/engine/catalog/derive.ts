import type { RecordKind } from '../../../shared/model/record.ts';
import { type Compression, compressionOf } from '../../../shared/oci/media-types.ts';
import type { RecordNames } from '../model/record-names.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import { eachRow, type Steps } from '../streams/steps.ts';
import { collectBlobs } from './blob-table.ts';
import { describeCacheBlobs } from './cache-blobs.ts';
import type { BlobColumns, CatalogColumns, RecordColumns } from './catalog-columns.ts';
import { placeChains } from './chain-table.ts';
import { collectLinks, type LinkTable } from './links.ts';
import { nameRecords } from './name-records.ts';
import { numberRecords } from './record-ids.ts';
import { measureChains, newestResult, readTimes } from './record-sizes.ts';
import { findShared } from './shared-blobs.ts';
import { rankRows } from './sort-rows.ts';
import { cacheTotals, joinTotals } from './totals.ts';
import { orderTree } from './tree-order.ts';
import { applyUsage, usageTotals } from './usage.ts';

/**
 * Everything a catalog keeps, from what a source holds. The meanings of sizes and totals are those of `docs/CLI.md`.
 * Time is linear in records, links, layers and results (and n log n only where digests are not sorted): no chain is
 * ever walked once for each record.
 * @param names what is known of records beyond their digests
 * @throws `CORRUPT` when a layer is its own ancestor
 */
export function* deriveCatalog(snapshot: SourceSnapshot, names: RecordNames = new Map()): Steps<CatalogColumns> {
  const { caches } = snapshot;
  const cacheStart = new Uint32Array(caches.length + 1);
  for (const [cache, { parsed }] of caches.entries()) {
    cacheStart[cache + 1] = (cacheStart[cache] as number) + parsed.recordDigest.length;
  }
  const blobs = yield* collectBlobs(snapshot);
  const blobCount = blobs.digest.length;
  const chains = yield* placeChains(snapshot, blobs, cacheStart);
  const order = yield* orderTree(chains.tree, blobCount);
  const shared = yield* findShared(chains.tree, chains.results, blobCount);
  const sizes = yield* measureChains(chains.tree, blobs.size, shared);
  const times = yield* readTimes(chains.results.createdAt);
  const linkTable = yield* collectLinks(caches, cacheStart);
  const ids = yield* numberRecords(caches, cacheStart);

  const count = cacheStart.at(-1) as number;
  const inferredKind = new Array<RecordKind>(count).fill('unknown');
  yield* eachRow('Naming records', count, (record) => {
    inferredKind[record] = inferKind(linkTable, record);
  });
  const named = yield* nameRecords(ids, names, inferredKind);
  const cacheBlobs = yield* describeCacheBlobs(chains, order, blobCount, cacheStart, times.ms, named.kind);
  const records = {
    count,
    cacheStart,
    ...ids,
    ...named,
    rank: yield* rankRows('Sorting records', (row) => ids.ownId?.[row] ?? (ids.digest[row] as string), count),
    usage: ids.ownId?.map((id) => (id === undefined ? undefined : snapshot.usage?.get(id))),
    usedMs: ids.ownId && new Float64Array(count).fill(Number.NaN),
    inputs: linkTable.inputs,
    users: linkTable.users,
    results: new Uint32Array(count),
    layers: new Uint32Array(count),
    ownBytes: new Float64Array(count),
    addsBytes: new Float64Array(count),
    sharedBytes: new Float64Array(count),
    reclaimableBytes: new Float64Array(count),
    createdAt: new Array<string | undefined>(count).fill(undefined),
    createdMs: new Float64Array(count).fill(Number.NaN),
    createdNs: new Uint32Array(count),
  } satisfies RecordColumns;
  yield* eachRow('Adding up sizes', count, (record) => {
    const from = chains.resultOffset[record] as number;
    const to = chains.resultOffset[record + 1] as number;
    records.results[record] = to - from;
    const newest = newestResult(times, from, to);
    if (newest < 0) return;
    const node = chains.results.node[newest] as number;
    records.layers[record] = order.depth[node] as number;
    records.ownBytes[record] = sizes.bytes[node] as number;
    records.addsBytes[record] = node === 0 ? 0 : (blobs.size[chains.tree.blob[node] as number] as number);
    records.sharedBytes[record] = sizes.sharedBytes[node] as number;
    records.createdAt[record] = chains.results.createdAt[newest];
    records.createdMs[record] = times.ms[newest] as number;
    records.createdNs[record] = times.ns[newest] as number;
  });

  if (snapshot.usage) applyUsage(records, snapshot.usage);
  yield* eachRow('Adding up sizes', count, (record) => {
    records.reclaimableBytes[record] = (records.ownBytes[record] as number) - (records.sharedBytes[record] as number);
  });

  const blobRecords = new Uint32Array(blobCount);
  const owner = new Int32Array(blobCount).fill(-1);
  const bottom = new Int32Array(blobCount).fill(-1);
  const inherited = new Uint8Array(blobCount);
  for (const own of cacheBlobs) {
    yield* eachRow('Finding owners', own.blob.length, (row) => {
      const blob = own.blob[row] as number;
      blobRecords[blob] = (blobRecords[blob] as number) + (own.records[row] as number);
      if ((owner[blob] as number) >= 0) return;
      owner[blob] = own.owner[row] as number;
      bottom[blob] = own.bottom[row] as number;
      inherited[blob] = own.inherited[row] as number;
    });
  }
  const blobTimes = yield* readTimes(blobs.createdAt);
  const blobColumns: BlobColumns = {
    count: blobCount,
    digest: blobs.digest,
    rank: yield* rankRows('Sorting blobs', (row) => blobs.digest[row] as string, blobCount),
    size: blobs.size,
    mediaType: blobs.mediaType,
    compression: yield* compressions(blobs.mediaType),
    diffId: blobs.diffId,
    createdAt: blobs.createdAt,
    createdMs: blobTimes.ms,
    createdNs: blobTimes.ns,
    present: blobs.present,
    problem: blobs.problem,
    damaged: blobs.present.map((present, blob) => (present === 1 && blobs.problem.has(blob) ? 1 : 0)),
    records: blobRecords,
    owner,
    bottom,
    inherited,
  };

  const input = {
    cacheStart,
    linksPerCache: linkTable.perCache,
    inputs: linkTable.inputs,
    blobs,
    chains,
    sizes,
    cacheBlobs,
  };
  const perCache = cacheTotals(input);
  const summaries = caches.map(({ ref, manifest, config, form }, cache) => {
    const totals = perCache[cache];
    if (totals === undefined) throw new RangeError(`no totals for cache ${cache}`);
    return { ref, ...(manifest ? { manifest } : {}), ...(config ? { config } : {}), form, totals };
  });
  return {
    caches: summaries,
    totals: joinTotals(perCache, input),
    du: snapshot.usage && usageTotals(snapshot.usage),
    records,
    links: linkTable.links,
    results: chains.results,
    tree: chains.tree,
    blobs: blobColumns,
    cacheBlobs,
  };
}

/** There are few media types, and a blob for each of a million records. */
function* compressions(mediaTypes: readonly string[]): Steps<Compression[]> {
  const known = new Map<string, Compression>();
  const found = new Array<Compression>(mediaTypes.length).fill('unknown');
  yield* eachRow('Sorting blobs', mediaTypes.length, (blob) => {
    const mediaType = mediaTypes[blob] as string;
    const compression = known.get(mediaType) ?? compressionOf(mediaType);
    known.set(mediaType, compression);
    found[blob] = compression;
  });
  return found;
}

/**
 * What links alone tell: BuildKit looks a content checksum up without a selector, so a root that is only ever found
 * that way is taken for content. Nothing is said of steps.
 */
function inferKind(links: LinkTable, record: number): RecordKind {
  if (links.inputs[record] !== 0) return 'unknown';
  return links.users[record] !== 0 && links.selected[record] === 0 ? 'content' : 'source';
}

import { type CacheError, isCacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { LayerStore } from '../ports/layer-store.ts';
import { eachOf } from '../streams/each-of.ts';
import type { CacheService } from './cache-service.ts';
import { gatherRecords, type Reported } from './gather.ts';
import type { SyncedCache } from './synced-cache.ts';
import type { RecordLayers } from './types.ts';

/** What an export did. Records are those that the service asked for; each layer counts once. */
export interface ExportReport extends Readonly<Reported> {
  readonly asked: number;
  /** Records of which a layer was sent. */
  readonly pushed: number;
  /** Records whose layers were all there. */
  readonly skipped: number;
  /** Records whose layers were never made blobs. */
  readonly noBlob: number;
  /** Records that are gone since they were reported, or whose bytes are damaged here. */
  readonly leftOut: number;
  readonly bytesPushed: number;
  /** Bytes of layers that were there and not sent again. */
  readonly bytesSaved: number;
  /** Why records were left out. */
  readonly warnings: readonly string[];
}

/** What an export is made with. */
export interface ExportRound {
  readonly service: CacheService;
  readonly layers: LayerStore;
  readonly cache: SyncedCache;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((text: string) => void) | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Layers sent at once. */
const PUSHED_AT_ONCE = 4;
/** Warnings kept of one export. */
const MOST_WARNINGS = 20;

/** A result that is to be pushed, and its layers. */
interface Asked {
  readonly recordDigest: string;
  readonly layers: readonly Descriptor[];
}

/**
 * Reports all of a cache, pushes what the service asks for, and tells it which layers that were. What is damaged here is left
 * out and the rest goes on; a store or a service that fails ends it, and nothing is told that is not there.
 */
export async function exportRound(round: ExportRound): Promise<ExportReport> {
  const { service, cache, signal, onStep } = round;
  const counts: Reported = { keys: 0, links: 0, results: 0 };
  const records = gatherRecords(cache.keyStore, cache.resultStore, counts);
  const { exportRecords } = await service.updateCacheRecords(records, { signal });
  onStep?.(`Reported ${counts.keys} keys and ${counts.links} links. The service asks for ${exportRecords.length}.`);
  const warnings: string[] = [];
  const nothing = { pushed: 0, skipped: 0, noBlob: 0, leftOut: 0, bytesPushed: 0, bytesSaved: 0 };
  if (exportRecords.length === 0) return { ...counts, ...nothing, asked: 0, warnings };

  const asked: Asked[] = [];
  let noBlob = 0;
  for (const { digest: recordDigest, cacheRefID } of exportRecords) {
    try {
      const remote = await cache.worker.remoteOf(cacheRefID, signal);
      if (remote) asked.push({ recordDigest, layers: remote.descriptors });
      else noBlob += 1;
    } catch (error) {
      if (!isCacheError(error, 'NOT_FOUND')) throw error;
      warnings.push(`${cacheRefID} is gone since it was reported.`);
    }
  }
  const fate = await pushLayers(
    round,
    asked.flatMap(({ layers }) => layers),
  );
  const updatedRecords: RecordLayers[] = [];
  const done = { pushed: 0, skipped: 0 };
  for (const record of asked) {
    const fates = record.layers.map(({ digest }) => fate.get(digest)?.was);
    const bad = fates.find((was) => was !== undefined && typeof was !== 'string');
    if (bad) {
      warnings.push(`${bad.subject ?? record.recordDigest} cannot be pushed: ${bad.message}`);
      continue;
    }
    updatedRecords.push(record);
    done[fates.includes('copied') ? 'pushed' : 'skipped'] += 1;
  }
  await service.updateCacheLayers({ updatedRecords }, { signal });
  const sum = (was: 'copied' | 'there') =>
    [...fate.values()].reduce((bytes, one) => bytes + (one.was === was ? one.layer.size : 0), 0);
  return {
    ...counts,
    ...done,
    asked: exportRecords.length,
    noBlob,
    leftOut: exportRecords.length - noBlob - updatedRecords.length,
    bytesPushed: sum('copied'),
    bytesSaved: sum('there'),
    warnings: warnings.slice(0, MOST_WARNINGS),
  };
}

/** What became of a layer. */
interface Fate {
  readonly layer: Descriptor;
  readonly was: 'there' | 'copied' | CacheError;
}

async function pushLayers(
  { layers: store, cache, signal, onBytes }: ExportRound,
  layers: readonly Descriptor[],
): Promise<ReadonlyMap<string, Fate>> {
  const fate = new Map<string, Fate>();
  const distinct = [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
  await eachOf(distinct, { atOnce: PUSHED_AT_ONCE, signal }, async (layer, stop) => {
    try {
      fate.set(layer.digest, { layer, was: await store.pushLayer(layer, cache.worker, { signal: stop, onBytes }) });
    } catch (thrown) {
      const error = toCacheError(thrown, layer.digest);
      // Only what is wrong with the layer itself has it for a subject: what fails otherwise fails for all.
      if (error.subject !== layer.digest || !IN_LAYER.includes(error.code)) throw error;
      fate.set(layer.digest, { layer, was: error });
    }
  });
  return fate;
}

/** Failures that are those of one layer of this machine. */
const IN_LAYER: readonly CacheError['code'][] = [
  'NOT_FOUND',
  'SIZE_MISMATCH',
  'DIGEST_MISMATCH',
  'CORRUPT',
  'ACCESS_DENIED',
];

import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { isDigest, parseDigest } from '../../../shared/oci/digest.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { withLayerAnnotations } from '../remotecache/s3-manifest.ts';
import type { CallOptions } from './cache-service.ts';
import type { LayerPresence } from './layer-presence.ts';
import { type MergedCache, mergedCache } from './merged-cache.ts';
import type { RecordsPart, ServiceState } from './service-state.ts';
import type { Config, GetConfigRequest, UpdateCacheLayersRequest, UpdateCacheRecordsResponse } from './types.ts';

/** Results asked for in one answer, whatever the budget: the rest is asked for the next time. */
const MAX_ASKED = 10_000;

/** Merges the caches of many builders: `Service` of Dagger's package `cache`. Every call can be repeated. */
export interface Service {
  getConfig(request: GetConfigRequest): Promise<Config>;
  /** Takes the state of a builder's cache in parts. Nothing is kept of an update that ends with an error. */
  updateCacheRecords(parts: AsyncIterable<RecordsPart>, options?: CallOptions): Promise<UpdateCacheRecordsResponse>;
  /** @throws `NOT_FOUND` for a record that was never asked for, `INVALID_INPUT` for a layer that does not say what it unpacks to */
  updateCacheLayers(request: UpdateCacheLayersRequest): Promise<void>;
  /** The merged cache as config v0, whose layers say what they are; each of them is in the layer store. */
  importCache(options?: CallOptions): Promise<CacheConfig>;
  /** The same as its parts. */
  merged(options?: CallOptions): Promise<MergedCache>;
}

/** What a service works with. */
export interface ServiceParts {
  readonly state: ServiceState;
  readonly presence: LayerPresence;
  readonly config: Config;
  /** Bytes asked for in one answer, estimated by the average of what results have brought so far; no limit without it. */
  readonly budgetBytes?: number | undefined;
  /** Something came that changes the merged cache. */
  readonly onChanged?: (() => void) | undefined;
}

/** Creates the rules of a cache service over its state. */
export function createService({ state, presence, config, budgetBytes, onChanged }: ServiceParts): Service {
  async function limit(): Promise<number> {
    if (budgetBytes === undefined) return MAX_ASKED;
    const { pushedResults, layerBytes } = await state.totals();
    // Before the first result has come nothing is known of sizes: one is asked for.
    if (pushedResults === 0) return 1;
    return Math.min(Math.max(1, Math.floor(budgetBytes / Math.max(1, layerBytes / pushedResults))), MAX_ASKED);
  }

  async function merged({ signal }: CallOptions = {}): Promise<MergedCache> {
    const layers = new Map<string, Descriptor>();
    for await (const batch of state.walkPushed()) {
      for (const result of batch) for (const layer of result.layers) layers.set(layer.digest, layer);
    }
    const missing = await presence.missing(layers.values(), signal);
    // What is gone is asked for again with the next update.
    if (missing.size > 0) await state.dropLayers([...missing]);
    return mergedCache(state, (digest) => layers.has(digest) && !missing.has(digest));
  }

  return {
    getConfig: async () => config,

    async updateCacheRecords(parts) {
      const most = await limit();
      await using update = await state.beginUpdate();
      for await (const part of parts) await update.add(part);
      const exportRecords = await update.commit(most);
      onChanged?.();
      return { exportRecords };
    },

    async updateCacheLayers({ updatedRecords }) {
      const records = updatedRecords.map(({ recordDigest, layers }) => {
        for (const layer of layers) requireDiffID(layer);
        return { record: parseDigest(recordDigest), layers };
      });
      await state.setLayers(records);
      if (records.length > 0) onChanged?.();
    },

    importCache: async (options) => withLayerAnnotations(await merged(options)),
    merged,
  };
}

function requireDiffID({ digest, annotations }: Descriptor): void {
  parseDigest(digest);
  if (isDigest(annotations?.[ANNOTATIONS.uncompressed])) return;
  throw new CacheError('INVALID_INPUT', 'A layer does not say what it unpacks to.', {
    subject: digest,
    hint: `Nothing was stored. Its descriptor needs the annotation ${ANNOTATIONS.uncompressed}.`,
  });
}

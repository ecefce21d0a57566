import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { createRemote, type LayerStack, stackOn } from '../model/remote.ts';
import { type CacheLink, inBatches } from '../ports/cache-key-storage.ts';
import { CacheChains } from '../remotecache/cache-chains.ts';
import type { CacheExporterRecord } from '../solver/types.ts';
import type { ServiceState } from './service-state.ts';

/** The cache that all builders made together: a bare config, and a descriptor for each of its layers, in order. */
export interface MergedCache {
  readonly config: CacheConfig;
  readonly descriptors: readonly Descriptor[];
}

/**
 * Makes one cache of everything that was reported: the results whose layers are all there, and the keys that lead to them.
 * Records that are found the same way are one, and the newest result of each counts, as `CacheChains` has it.
 * @param has whether a layer is in the store
 */
export async function mergedCache(state: ServiceState, has: (digest: string) => boolean): Promise<MergedCache> {
  const chains = new CacheChains();
  const records = new Map<string, Map<string, CacheExporterRecord>>();
  const stacks = createStacks();
  const provider = { has: () => true };
  const results = new Map<string, { readonly createdAt: string; readonly stack: LayerStack }[]>();
  for await (const batch of state.walkPushed()) {
    for (const { key, createdAt, layers } of batch) {
      if (layers.length === 0 || !layers.every(({ digest }) => has(digest))) continue;
      const stack = stacks(layers);
      if (!stack) continue;
      const known = results.get(key);
      if (known) known.push({ createdAt, stack });
      else results.set(key, [{ createdAt, stack }]);
    }
  }

  // From the results back to the roots, level by level; what leads to no result is of no use to anybody.
  const links = new Map<string, readonly CacheLink[]>();
  let level: readonly string[] = [...results.keys()];
  while (level.length > 0) {
    const next = new Set<string>();
    for await (const ids of inBatches(level)) {
      const found = await state.keys.walkBacklinks(ids);
      for (const [at, id] of ids.entries()) {
        const own = found[at] ?? [];
        links.set(id, own);
        records.set(id, recordsOf(id, own));
        for (const { source } of own) next.add(source);
      }
    }
    level = [...next].filter((id) => !links.has(id));
  }
  for (const [id, own] of links) {
    for (const { source, input, base, selector } of own) {
      const record = records.get(id)?.get(base);
      for (const from of records.get(source)?.values() ?? []) record?.linkFrom(from, input, selector);
    }
    for (const { createdAt, stack } of results.get(id) ?? []) {
      for (const record of records.get(id)?.values() ?? []) record.addResult(createdAt, createRemote(stack, provider));
    }
  }
  const { config, descriptors } = chains.marshal();
  return {
    config,
    descriptors: Array.from(config.layerBlob, (text) => {
      const digest = config.texts[text] ?? '';
      return descriptors.get(digest) ?? { mediaType: '', digest, size: 0 };
    }),
  };

  /** The records that a key stands for: each digest that a link names it by, or its own for a root. */
  function recordsOf(id: string, own: readonly CacheLink[]): Map<string, CacheExporterRecord> {
    const digests = new Set(own.map(({ base }) => base));
    if (digests.size === 0) digests.add(id);
    return new Map(Array.from(digests, (digest) => [digest, chains.add(digest)]));
  }
}

/** Makes stacks of lists of layers; lists that begin the same share it. */
function createStacks(): (layers: readonly Descriptor[]) => LayerStack | undefined {
  interface Node {
    readonly stack: LayerStack;
    readonly above: Map<string, Node>;
  }
  const bottom = new Map<string, Node>();
  return (layers) => {
    let here = bottom;
    let stack: LayerStack | undefined;
    for (const descriptor of layers) {
      const node = here.get(descriptor.digest) ?? { stack: stackOn(stack, descriptor), above: new Map() };
      here.set(descriptor.digest, node);
      here = node.above;
      stack = node.stack;
    }
    return stack;
  };
}

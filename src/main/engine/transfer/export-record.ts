import type { CacheConfig } from '../model/cache-config.ts';
import { type LayerStack, type Remote, stackOf } from '../model/remote.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import type { SourceCache } from '../ports/cache-source.ts';
import { CacheChains } from '../remotecache/cache-chains.ts';
import { createConfigStorages } from '../remotecache/config-key-storage.ts';
import { type CacheKey, createRootKey, RESOLVED_OUTPUT } from '../solver/cache-key.ts';
import { createCacheManager } from '../solver/cache-manager.ts';
import { createKeyExporter } from '../solver/key-exporter.ts';
import type { CacheExportMode, CacheExportOpt } from '../solver/types.ts';

/** Which blobs can be had is found out later, and said then. */
const EVERYTHING = { has: () => true };

/**
 * Exports one record of a cache as BuildKit's solver would at the end of a build: with every record it is found through,
 * and the results that the mode asks for. The answer is a cache of its own, whose records have other numbers.
 */
export async function exportRecord(
  cache: SourceCache,
  record: number,
  mode: CacheExportMode,
  signal?: AbortSignal,
): Promise<SourceCache> {
  const { ids: _numberedAnew, parsed, descriptors, ...rest } = cache;
  const { keys, results, idOf } = createConfigStorages(parsed, descriptors, EVERYTHING);
  const asBuilt = resultsOfBuild(results);
  const manager = createCacheManager({ id: cache.ref, keys, results: asBuilt.results });
  const chains = new CacheChains();
  const exporter = createKeyExporter({ manager, keys, results: asBuilt.results }, keyOf(parsed, record, idOf(record)));
  const { convert } = asBuilt;
  await exporter.exportTo(chains, { mode, exportRoots: true, convert, ...(signal ? { signal } : {}) });
  const { config, descriptors: named } = chains.marshal();
  return { ...rest, parsed: config, descriptors: [...named.values()] };
}

function keyOf({ texts, recordDigest, inputOffset }: CacheConfig, record: number, id: string): CacheKey {
  const digest = texts[recordDigest[record] ?? 0] ?? '';
  if (inputOffset[record] === inputOffset[record + 1]) return createRootKey(digest, RESOLVED_OUTPUT);
  return { id, digest, output: RESOLVED_OUTPUT, deps: [] };
}

/**
 * Results as they are when a build ends: none can be transferred until an export makes blobs of it; then others that
 * consist of these blobs can be, too. This is what tells `min` from `max`: a cache that was read has blobs of everything.
 */
function resultsOfBuild(results: CacheResultStorage): {
  readonly results: CacheResultStorage;
  readonly convert: NonNullable<CacheExportOpt['convert']>;
} {
  const made = new Set<string>();
  const whole = new WeakSet<LayerStack>();
  const isMade = (remote: Remote): boolean => {
    const open: LayerStack[] = [];
    let at = remote.stack ?? stackOf(remote.descriptors);
    for (; at && !whole.has(at); at = at.below) {
      if (!made.has(at.descriptor.digest)) return false;
      open.push(at);
    }
    for (const stack of open) whole.add(stack);
    return true;
  };
  return {
    results: {
      ...results,
      loadRemotes: async (result, signal) => (await results.loadRemotes(result, signal)).filter(isMade),
    },
    convert: async (result) => {
      const remote = result.sys() as Remote;
      for (const { digest } of remote.descriptors) made.add(digest);
      return remote;
    },
  };
}

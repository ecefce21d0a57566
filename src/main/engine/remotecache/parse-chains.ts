import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { Remote, RemoteProvider } from '../model/remote.ts';
import { createRemote } from '../model/remote.ts';
import { type CacheLink, type CacheResult, inBatches } from '../ports/cache-key-storage.ts';
import type { CacheExporterRecord, CacheExporterTarget } from '../solver/types.ts';
import { createConfigStorages } from './config-key-storage.ts';

/**
 * Adds every record of a parsed config to a target, with its links and the results whose blobs have a descriptor. Must
 * agree with BuildKit `v1.Parse` (`cache/remotecache/v1/parse.go`).
 */
export async function addConfigTo(
  target: CacheExporterTarget,
  config: CacheConfig,
  descriptors: readonly Descriptor[],
  provider: RemoteProvider,
): Promise<void> {
  const { keys, results, idOf } = createConfigStorages(config, descriptors, provider);
  const records = new Map<string, CacheExporterRecord>();
  for (let record = 0; record < config.recordDigest.length; record += 1) {
    const id = idOf(record);
    if (!records.has(id)) records.set(id, target.add(config.texts[config.recordDigest[record] ?? 0] ?? ''));
  }
  for await (const ids of inBatches(records.keys())) {
    const links = await keys.walkBacklinks(ids);
    const found = await keys.walkResults(ids);
    for (const [at, id] of ids.entries()) await add(records.get(id), links[at] ?? [], found[at] ?? []);
  }

  async function add(
    record: CacheExporterRecord | undefined,
    links: readonly CacheLink[],
    found: readonly CacheResult[],
  ): Promise<void> {
    if (!record) return;
    for (const { source, input, selector } of links) {
      const from = records.get(source);
      if (from) record.linkFrom(from, input, selector);
    }
    for (const result of found) {
      const loaded = (await results.exists(result.id)) ? ((await results.load(result)).sys() as Remote) : undefined;
      if (loaded) record.addResult(result.createdAt, loaded.stack ? createRemote(loaded.stack, provider) : loaded);
    }
  }
}

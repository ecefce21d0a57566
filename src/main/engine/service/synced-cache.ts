import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import type { Remote, RemoteProvider, Result } from '../model/remote.ts';
import { type CacheKeyStorage, type CacheResult, resultNotFound } from '../ports/cache-key-storage.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import type { CacheSource, SourceCache, SourceSnapshot } from '../ports/cache-source.ts';
import type { LayerProvider } from '../ports/layer-store.ts';
import { CacheChains } from '../remotecache/cache-chains.ts';
import { createConfigStorages } from '../remotecache/config-key-storage.ts';
import { addConfigTo } from '../remotecache/parse-chains.ts';
import { contentNames } from './content-names.ts';

/** What makes layers of results, by the ids that were reported: BuildKit's worker, as far as a manager asks it. */
export interface Worker extends LayerProvider {
  /** The layers of a result; undefined where none were ever made blobs. @throws `ErrNotFound` where the result is gone */
  remoteOf(cacheRefID: string, signal?: AbortSignal): Promise<Remote | undefined>;
}

/** A cache on this machine as a manager reports it. */
export interface SyncedCache {
  readonly keyStore: CacheKeyStorage;
  readonly resultStore: CacheResultStorage;
  readonly worker: Worker;
}

/**
 * Prepares one state of a source to be reported. All its caches are one: every record and link, the newest result of a record.
 * Keys and results are named after their contents, so that the same state is reported the same by whoever has it.
 *
 * A daemon's record whose layers it never made blobs of has a result without layers, under BuildKit's own id.
 */
export async function createSyncedCache(
  { caches, blobs, usage }: SourceSnapshot,
  source: Pick<CacheSource, 'openBlob'>,
): Promise<SyncedCache> {
  const there = new Set<string>(blobs.filter(({ problem }) => problem === undefined).map(({ digest }) => digest));
  const provider: RemoteProvider = { has: (digest) => there.has(digest) };
  const found = caches.filter(({ form }) => CACHE_FORMS[form].hasKeys);
  const { parsed, descriptors, ids } = await joinedCache(found, provider);
  const { keys, results, idOf } = createConfigStorages(parsed, descriptors, provider, contentNames(parsed));

  const withoutBlob = new Map<string, CacheResult>();
  ids?.forEach((id, record) => {
    const createdAt = usage?.get(id)?.createdAt;
    const hasLayers = parsed.resultOffset[record] !== parsed.resultOffset[record + 1];
    if (createdAt !== undefined && !hasLayers) withoutBlob.set(idOf(record), { id, createdAt });
  });
  const bare = new Map([...withoutBlob.values()].map((result) => [result.id, result]));

  return {
    keyStore: {
      ...keys,
      walkResults: async (asked) => {
        const found = await keys.walkResults(asked);
        return found.map((some, at) => {
          const bareOne = withoutBlob.get(asked[at] ?? '');
          return bareOne && some.length === 0 ? [bareOne] : some;
        });
      },
    },
    resultStore: {
      ...results,
      exists: async (id) => bare.has(id) || results.exists(id),
      load: async (result, signal) => (bare.has(result.id) ? bareResult(result.id) : results.load(result, signal)),
    },
    worker: {
      openBlob: (digest) => source.openBlob(digest),
      async remoteOf(id, signal) {
        if (bare.has(id)) return undefined;
        const [remote] = await results.loadRemotes({ id, createdAt: '' }, signal);
        if (remote) return remote;
        throw resultNotFound(id);
      },
    },
  };
}

/** All caches as one. One that stands alone stays as it is, with the ids of its source. */
async function joinedCache(
  caches: readonly SourceCache[],
  provider: RemoteProvider,
): Promise<Pick<SourceCache, 'parsed' | 'descriptors' | 'ids'>> {
  const [only] = caches;
  if (only && caches.length === 1 && only.parsed.chains.length === 0) return only;
  const chains = new CacheChains();
  for (const { parsed, descriptors } of caches) await addConfigTo(chains, parsed, descriptors, provider);
  const { config, descriptors } = chains.marshal();
  return { parsed: config, descriptors: [...descriptors.values()] };
}

/** A result that nobody can transfer yet. */
function bareResult(id: string): Result {
  return { id: () => id, release: async () => undefined, sys: () => undefined };
}

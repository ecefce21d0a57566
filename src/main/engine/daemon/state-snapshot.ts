import type { Problem } from '../../../shared/model/source.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { BoltDatabase } from '../bolt/open.ts';
import { compareTimes } from '../model/compare-times.ts';
import type { RecordName } from '../model/record-names.ts';
import type { CacheKeyStorage, CacheResult } from '../ports/cache-key-storage.ts';
import type { SourceBlob, SourceCache, SourceSnapshot } from '../ports/cache-source.ts';
import { createBoltCacheKeyStorage } from '../solver/bolt-key-storage.ts';
import { keyColumns } from '../solver/key-columns.ts';
import { bareConfig } from './bare-config.ts';
import { countBuilds, managedBlobs } from './daemon-databases.ts';
import { diskUsage } from './disk-usage.ts';
import { type ReferenceLayers, referenceLayers } from './reference-layers.ts';
import { referenceName } from './reference-name.ts';
import { type Reference, readReferences } from './references.ts';
import { type UsageRows, usageRows } from './usage-rows.ts';

/** The databases of one worker of a daemon. */
export interface WorkerState {
  /** Its folder's name, `runc-overlayfs`. */
  readonly name: string;
  readonly metadata: BoltDatabase;
  /** `containerdmeta.db`; absent where containerd itself keeps it. */
  readonly containerd: BoltDatabase | undefined;
  /** What its content store holds. */
  readonly blobs: readonly SourceBlob[];
}

/** The databases of a daemon. */
export interface DaemonState {
  /** `cache.db`; absent where only a worker's folder was copied. */
  readonly cache: BoltDatabase | undefined;
  readonly history: BoltDatabase | undefined;
  readonly workers: readonly WorkerState[];
}

/** The name that the caches of a state folder have as references. */
export const SOLVER_REF = 'cache.db';

/**
 * Reads a daemon's state as a source. What a record is:
 *
 * - Every key of `cache.db` is a record of the cache `cache.db`, with its links, selectors and, of its results, those
 *   whose layers the daemon has made blobs of. The others have no layers that could be copied; BuildKit's own figures
 *   know them all the same, so such a record has `usage` instead.
 * - BuildKit's records, those of `du`, are references of a worker. The one that is the newest result of a key is that
 *   key's record: it gives it its BuildKit id, its name and its `usage`. All others (cache mounts, local sources, git
 *   checkouts, older results, what no key leads to any more) are records of the cache named after their worker, without
 *   links.
 *
 * So each record of `du` is one record here and has the same id; a key without a result that still exists (a checksum of
 * contents, a result that was pruned) has the key's id, which is its digest for a root.
 */
export async function stateSnapshot(state: DaemonState, fingerprint: string): Promise<SourceSnapshot> {
  const references = new Map<string, Reference>();
  const owners = new Map<string, WorkerState>();
  const du = state.workers.flatMap((worker) => {
    const own = readReferences(worker.metadata);
    for (const [id, reference] of own) references.set(id, reference);
    const rows = diskUsage(own);
    for (const { id } of rows) owners.set(id, worker);
    return rows;
  });
  const usage = usageRows(du);
  const layers = referenceLayers(references);
  const problems: Problem[] = [];
  const caches: SourceCache[] = [];
  const claimed = new Set<string>();
  const names = new Map<string, RecordName>();
  if (state.cache) {
    const { cache, badLinks } = await solverCache(
      createBoltCacheKeyStorage(state.cache),
      { references, layers, usage },
      claimed,
    );
    caches.push(cache);
    nameRecords(cache, usage, names);
    if (badLinks > 0) problems.push(badLinksProblem(badLinks));
  }
  for (const worker of state.workers) {
    const ids = [...usage.keys()].filter((id) => owners.get(id) === worker && !claimed.has(id));
    const cache: SourceCache = { ref: worker.name, form: 'references', parsed: bareConfig(ids), descriptors: [], ids };
    caches.push(cache);
    nameRecords(cache, usage, names);
  }
  const blobs = distinctBlobs(state.workers);
  const builds = state.history && countBuilds(state.history);
  return {
    fingerprint,
    caches,
    blobs,
    documents: documentsOf(state.workers, blobs),
    usage,
    names,
    ...(builds === undefined ? {} : { builds }),
    problems: [...problems, ...damageOf(state)],
  };
}

interface Known {
  readonly references: ReadonlyMap<string, Reference>;
  readonly layers: ReferenceLayers;
  readonly usage: UsageRows;
}

async function solverCache(storage: CacheKeyStorage, { references, layers, usage }: Known, claimed: Set<string>) {
  const results = await existingResults(storage, references);
  const resultsOf = (key: string): readonly CacheResult[] => results.get(key) ?? [];
  const { config, keys, badLinks } = await keyColumns(storage, layers, (key) =>
    resultsOf(key)
      .map(({ id, createdAt }) => ({ layer: layers.topOf(id), createdAt }))
      .filter(({ layer }) => layer >= 0),
  );
  const names = createIds();
  const ids = keys.map((key) => {
    const [newest] = resultsOf(key);
    const own = newest && usageId(newest.id, references, usage);
    if (own === undefined || claimed.has(own)) return names.after(key);
    claimed.add(own);
    return names.take(own);
  });
  const cache: SourceCache = {
    ref: SOLVER_REF,
    form: 'solver',
    parsed: config,
    descriptors: [...layers.descriptors.values()],
    ids,
  };
  return { cache, badLinks };
}

/** Key → its results that still exist, newest first, by the ids of their references; only keys that have one. */
async function existingResults(
  storage: CacheKeyStorage,
  references: ReadonlyMap<string, Reference>,
): Promise<ReadonlyMap<string, readonly CacheResult[]>> {
  const results = new Map<string, readonly CacheResult[]>();
  for await (const batch of storage.walk()) {
    for (const [at, found] of (await storage.walkResults(batch)).entries()) {
      const existing = found
        .map(({ id, createdAt }) => ({ id: id.slice(id.lastIndexOf('::') + 2), createdAt }))
        .filter(({ id }) => references.has(id))
        .sort((a, b) => compareTimes(b.createdAt, a.createdAt) || (a.id < b.id ? -1 : 1));
      if (existing.length > 0) results.set(batch[at] ?? '', existing);
    }
  }
  return results;
}

/** The record of `du` that a reference is: itself, or the mutable one that shares its snapshot and is listed for both. */
function usageId(id: string, references: ReadonlyMap<string, Reference>, usage: UsageRows): string | undefined {
  if (usage.has(id)) return id;
  const mutable = references.get(id)?.equalMutable ?? '';
  return usage.has(mutable) ? mutable : undefined;
}

/** Ids after keys, none given twice: a key that several records stand for is counted on, however many they are. */
function createIds() {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return {
    take: (id: string): string => {
      taken.add(id);
      return id;
    },
    after(key: string): string {
      let count = counts.get(key) ?? 0;
      let id = key;
      do {
        count += 1;
        id = count === 1 ? key : `${key}~${count}`;
      } while (taken.has(id));
      counts.set(key, count);
      return this.take(id);
    },
  };
}

/** Names by digest, and by id where records of the same digest are called differently. */
function nameRecords(cache: SourceCache, usage: UsageRows, names: Map<string, RecordName>): void {
  cache.ids?.forEach((id, record) => {
    const row = usage.get(id);
    const name = row && referenceName(row.description, row.type);
    if (!name) return;
    const digest = cache.parsed.texts[cache.parsed.recordDigest[record] as number] ?? '';
    const known = names.get(digest);
    if (!known) names.set(digest, name);
    else if (known.operation !== name.operation) names.set(id, name);
  });
}

/** Blobs that containerd keeps alive, and so no orphans. Of those that were not copied nothing can be said. */
function documentsOf(workers: readonly WorkerState[], blobs: readonly SourceBlob[]): Digest[] {
  const managed = new Set(workers.flatMap(({ containerd }) => (containerd ? managedBlobs(containerd) : [])));
  return blobs.flatMap(({ digest }) => (managed.has(digest) ? [digest] : []));
}

function distinctBlobs(workers: readonly WorkerState[]): SourceBlob[] {
  return [...new Map(workers.flatMap(({ blobs }) => blobs).map((blob) => [blob.digest, blob])).values()];
}

function damageOf({ cache, history, workers }: DaemonState): Problem[] {
  const databases = [cache, history, ...workers.flatMap(({ metadata, containerd }) => [metadata, containerd])];
  return databases.flatMap((db) => (db?.damage ?? []).map((error) => error.toJSON()));
}

function badLinksProblem(count: number): Problem {
  return {
    code: 'CORRUPT',
    subject: SOLVER_REF,
    message: `${count} ${count === 1 ? 'link' : 'links'} of the solver cannot be understood.`,
    hint: 'They are left out; everything else was read.',
  };
}

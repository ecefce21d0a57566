import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Problem } from '../../../shared/model/source.ts';
import type { Catalog, CatalogStore } from '../ports/catalog.ts';

/** What a test may ask of the pretended catalog store. */
export interface MemoryCatalogs extends CatalogStore {
  /** `id fingerprint` of what is kept. */
  readonly kept: Set<string>;
  /** Catalogs that are open now. */
  readonly openCount: () => number;
  /** Makes everything kept of a source unusable, as a crash or a bad disk would. */
  damage(sourceId: string): void;
  problems: readonly Problem[];
}

const zero = {
  records: 0,
  rootRecords: 0,
  links: 0,
  results: 0,
  layers: 0,
  blobs: 0,
  totalBytes: 0,
  deduplicatedBytes: 0,
  reclaimableBytes: 0,
  missingBlobs: 0,
  orphanBlobs: 0,
  orphanBytes: 0,
};

const NO_SUMS = { records: 0, ownBytes: 0, deduplicatedBytes: 0, onlyTheseBytes: 0 };

/** Catalogs without rows: enough to see which one answers, and whether it is still open. */
export function createMemoryCatalogs(): MemoryCatalogs {
  const kept = new Set<string>();
  const damaged = new Set<string>();
  let open = 0;

  const catalogOf = (sourceId: string, fingerprint: string): Catalog => {
    open += 1;
    let isOpen = true;
    const answer = async <T>(value: T): Promise<T> => {
      if (!isOpen) throw new Error('asked after it was closed');
      if (damaged.has(sourceId)) throw new CacheError('CORRUPT', 'The catalog is damaged.');
      return value;
    };
    return {
      fingerprint,
      totals: zero,
      caches: [],
      problems: store.problems,
      get isDamaged() {
        return damaged.has(sourceId);
      },
      keysPage: () => answer({ rows: [], total: 0 }),
      keysGroups: () => answer([]),
      keysList: () => answer({ records: [], total: 0 }),
      keysSums: () => answer(NO_SUMS),
      sumsOf: () => answer(NO_SUMS),
      recordKeys: () => answer({ keys: [], total: 0 }),
      record: () => Promise.reject(new Error('no rows here')),
      selector: () => answer(undefined),
      mentions: () => answer([]),
      neighbourhood: () => Promise.reject(new Error('no rows here')),
      pathToRoot: () => answer([]),
      reach: () => answer({ needs: 0, neededBy: 0 }),
      layersPage: () => answer({ rows: [], total: 0, totalBytes: 0 }),
      layer: () => answer(undefined),
      treemap: () => answer({ groups: [], totalBytes: 0 }),
      ages: () => answer({ bins: [] }),
      async [Symbol.asyncDispose]() {
        if (isOpen) open -= 1;
        isOpen = false;
      },
    };
  };

  const store: MemoryCatalogs = {
    kept,
    openCount: () => open,
    problems: [],
    damage: (sourceId) => {
      damaged.add(sourceId);
    },
    has: async (sourceId) => [...kept].some((name) => name.startsWith(`${sourceId} `)),
    async open(sourceId, fingerprint) {
      if (damaged.has(sourceId)) return undefined;
      return kept.has(`${sourceId} ${fingerprint}`) ? catalogOf(sourceId, fingerprint) : undefined;
    },
    openSeen: async () => undefined,
    async build(sourceId, snapshot, _names, options) {
      options?.onProgress?.({ phase: 'indexing', done: 1, unit: 'records' });
      await Promise.resolve();
      throwIfAborted(options?.signal);
      await store.drop(sourceId);
      kept.add(`${sourceId} ${snapshot.fingerprint}`);
      return catalogOf(sourceId, snapshot.fingerprint);
    },
    async drop(sourceId) {
      damaged.delete(sourceId);
      for (const key of kept) if (key.startsWith(`${sourceId} `)) kept.delete(key);
    },
  };
  return store;
}

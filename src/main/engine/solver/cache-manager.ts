import { randomBytes } from 'node:crypto';
import { compareTimes } from '../model/compare-times.ts';
import { type CacheInfoLink, type CacheKeyStorage, readOnlyCache } from '../ports/cache-key-storage.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import type { Index } from './cache-key.ts';
import { type CacheKey, type CacheKeyWithSelector, outputKey } from './cache-key.ts';
import { createKeyExporter } from './key-exporter.ts';
import type { CacheManager, CacheRecord } from './types.ts';

/** What a cache manager is built from. */
export interface CacheManagerParts {
  readonly id: string;
  readonly keys: CacheKeyStorage;
  readonly results: CacheResultStorage;
  /** Lower wins between results of the same time. */
  readonly priority?: number;
}

/** A manager over one cache, and its house-keeping. */
export interface StorageCacheManager extends CacheManager {
  /** Lets go of every result that is gone, with the keys that then lead nowhere. The number of results. */
  releaseUnreferenced(): Promise<number>;
}

/**
 * A cache manager over a key graph and a result storage. Must agree with BuildKit `solver/cachemanager.go`: a query also
 * records that its inputs are equal where one leads to a key and another does not (cross-linking), if the cache is writable.
 */
export function createCacheManager({ id, keys, results, priority = 0 }: CacheManagerParts): StorageCacheManager {
  // A key that came without an id gets one here once, as upstream keeps ids with the key for each manager.
  const ids = new WeakMap<CacheKey, string>();

  function idOf(key: CacheKey): string {
    const known = ids.get(key) ?? (key.deps.length === 0 ? outputKey(key.digest, key.output) : key.id);
    const own = known ?? idFromDeps(key);
    ids.set(key, own);
    return own;
  }

  /** A key that all inputs lead to already, or a new id. */
  function idFromDeps(key: CacheKey): string {
    let matches: Set<string> | undefined;
    key.deps.forEach((alternatives, input) => {
      for (const { cacheKey, selector } of alternatives) {
        const link = { input, output: key.output, digest: key.digest, selector };
        const targets = new Set(keys.walkLinks(idOf(cacheKey), link));
        if (input === 0) matches = new Set([...(matches ?? []), ...targets]);
        else matches = new Set([...(matches ?? [])].filter((match) => targets.has(match)));
      }
    });
    return [...(matches ?? [])].sort()[0] ?? newId();
  }

  /** Writes every link that leads to a key, from its inputs' keys on. */
  function persist(key: CacheKey): void {
    const seen = new Set<CacheKey>([key]);
    for (const user of seen) {
      user.deps.forEach((alternatives, input) => {
        for (const { cacheKey, selector } of alternatives) {
          const link = { input, output: user.output, digest: user.digest, selector };
          const source = idOf(cacheKey);
          if (!keys.hasLink(source, link, idOf(user))) keys.addLink(source, link, idOf(user));
          seen.add(cacheKey);
        }
      });
    }
  }

  const manager: StorageCacheManager = {
    id: () => id,

    async query(inputs, inputIndex, digest, outputIndex) {
      if (inputs.length === 0) {
        const root = outputKey(digest, outputIndex);
        return keys.exists(root) ? [{ id: root, digest, output: outputIndex, deps: [] }] : [];
      }
      const found = inputs.map((input) => targetsOf(input, inputIndex, digest, outputIndex));
      const all = new Set(found.flatMap(({ targets }) => [...targets]));
      if (keys.writable) {
        for (const { source, link, targets } of found) {
          for (const target of all) if (!targets.has(target)) keys.addLink(source, link, target);
        }
      }
      return [...all].sort().map((target) => ({ id: target, digest, output: outputIndex, deps: [] }));
    },

    async records(key) {
      const answers: CacheRecord[] = [];
      for (const result of [...keys.walkResults(key.id ?? idOf(key))]) {
        if (await results.exists(result.id)) {
          const { id: resultID, createdAt } = result;
          answers.push({ id: resultID, size: results.size(resultID), createdAt, priority, cacheManager: manager, key });
        } else if (keys.writable) {
          keys.release(result.id);
        }
      }
      return answers.sort(compareRecords);
    },

    async load(record, signal) {
      return results.load(keys.load(record.key.id ?? idOf(record.key), record.id), signal);
    },

    async save(key, result, createdAt) {
      if (!keys.writable) throw readOnlyCache();
      keys.addResult(idOf(key), await results.save(result, createdAt));
      persist(key);
      const cacheKey = { ...key, id: idOf(key) };
      return { cacheKey, exporter: createKeyExporter({ manager, keys, results }, cacheKey) };
    },

    async releaseUnreferenced() {
      if (!keys.writable) throw readOnlyCache();
      const gone = new Set<string>();
      for (const key of [...keys.walk()]) {
        for (const { id: resultID } of keys.walkResults(key)) {
          if (!gone.has(resultID) && !(await results.exists(resultID))) gone.add(resultID);
        }
      }
      for (const resultID of gone) keys.release(resultID);
      return gone.size;
    },
  };

  function targetsOf(
    { cacheKey, selector }: CacheKeyWithSelector,
    input: Index,
    digest: string,
    output: Index,
  ): { source: string; link: CacheInfoLink; targets: Set<string> } {
    const source = cacheKey.id ?? idOf(cacheKey);
    const link = { input, output, digest, selector };
    return { source, link, targets: new Set(keys.walkLinks(source, link)) };
  }
  return manager;
}

/** Newest first; equal times by priority, then by id, so that the order is always the same. */
export function compareRecords(a: CacheRecord, b: CacheRecord): number {
  return compareTimes(b.createdAt, a.createdAt) || a.priority - b.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** 25 characters of [0-9a-z], as BuildKit's `identity.NewID`. */
function newId(): string {
  return BigInt(`0x${randomBytes(17).toString('hex')}`)
    .toString(36)
    .padStart(25, '0')
    .slice(-25);
}

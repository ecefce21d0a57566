import { createHash } from 'node:crypto';
import type { CacheKey } from './cache-key.ts';
import { compareRecords } from './cache-manager.ts';
import type { CacheManager, CacheRecord } from './types.ts';

/**
 * Asks several caches at once. What a cache other than `main` loads is kept in `main`, with its own time; what is saved
 * goes to `main`, and nowhere without one. Must agree with BuildKit `solver/combinedcache.go`.
 */
export function createCombinedCacheManager(managers: readonly CacheManager[], main?: CacheManager): CacheManager {
  const all = main && !managers.includes(main) ? [main, ...managers] : managers;
  const ids = all.map((manager) => manager.id());
  const id = createHash('sha256').update(ids.join(',')).digest('hex');

  return {
    id: () => id,

    async query(inputs, inputIndex, digest, outputIndex) {
      const answers = await Promise.all(all.map((manager) => manager.query(inputs, inputIndex, digest, outputIndex)));
      // The same id from two caches is the same key; the first cache, which is `main`, wins.
      const byId = new Map<string, CacheKey>();
      for (const key of answers.flat()) if (key.id !== undefined && !byId.has(key.id)) byId.set(key.id, key);
      return [...byId.values()];
    },

    async records(key) {
      const answers = await Promise.all(all.map((manager) => manager.records(key)));
      const byId = new Map<string, CacheRecord>();
      for (const record of answers.flat()) {
        const own = record.cacheManager === main ? record : { ...record, priority: record.priority + 1 };
        if (!byId.has(own.id)) byId.set(own.id, own);
      }
      return [...byId.values()].sort(compareRecords);
    },

    async load(record, signal) {
      const result = await record.cacheManager.load(record, signal);
      if (main && record.cacheManager !== main) await main.save(record.key, result, record.createdAt);
      return result;
    },

    async save(key, result, createdAt) {
      if (main) return main.save(key, result, createdAt);
      return { cacheKey: key, exporter: { exportTo: async () => [] } };
    },
  };
}

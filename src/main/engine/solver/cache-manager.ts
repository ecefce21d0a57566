import { randomBytes } from 'node:crypto';
import { compareTimes } from '../model/compare-times.ts';
import { type CacheInfoLink, type CacheKeyStorage, type KeyLink, readOnlyCache } from '../ports/cache-key-storage.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import { createTurns } from '../streams/turns.ts';
import { type CacheKey, createRootKey, outputKey } from './cache-key.ts';
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
 * Creates a cache manager over a key graph and a result storage. Must agree with BuildKit `solver/cachemanager.go`: a query
 * also records that its inputs are equal where one leads to a key and another does not (cross-linking), if the cache is
 * writable. Saves take turns, so that a key saved twice at once gets one id.
 */
export function createCacheManager({ id, keys, results, priority = 0 }: CacheManagerParts): StorageCacheManager {
  // A key that came without an id gets one here once, as upstream keeps ids with the key for each manager.
  const ids = new WeakMap<CacheKey, string>();
  const turns = createTurns();

  async function idOf(key: CacheKey): Promise<string> {
    const known = ids.get(key) ?? (key.deps.length === 0 ? outputKey(key.digest, key.output) : key.id);
    const own = known ?? (await idFromDeps(key));
    ids.set(key, own);
    return own;
  }

  /** A key that all inputs lead to already, or a new id. */
  async function idFromDeps(key: CacheKey): Promise<string> {
    const asked: { readonly id: string; readonly link: CacheInfoLink }[] = [];
    for (const [input, alternatives] of key.deps.entries()) {
      for (const { cacheKey, selector } of alternatives) {
        const link = { input, output: key.output, digest: key.digest, selector };
        asked.push({ id: await idOf(cacheKey), link });
      }
    }
    const answers = await keys.walkLinks(asked);
    let matches: string[] = [];
    for (const [at, { link }] of asked.entries()) {
      const targets = new Set(answers[at]);
      matches = link.input === 0 ? [...matches, ...targets] : matches.filter((match) => targets.has(match));
    }
    return matches.sort()[0] ?? newId();
  }

  /** Writes every link that leads to a key, from its inputs' keys on. */
  async function persist(key: CacheKey): Promise<void> {
    const links: KeyLink[] = [];
    const seen = new Set<CacheKey>([key]);
    for (const user of seen) {
      const target = await idOf(user);
      for (const [input, alternatives] of user.deps.entries()) {
        for (const { cacheKey, selector } of alternatives) {
          const link = { input, output: user.output, digest: user.digest, selector };
          links.push({ id: await idOf(cacheKey), link, target });
          seen.add(cacheKey);
        }
      }
    }
    const known = await keys.hasLink(links);
    await keys.addLink(links.filter((_, at) => !known[at]));
  }

  const manager: StorageCacheManager = {
    id: () => id,

    async query(inputs, inputIndex, digest, outputIndex) {
      if (inputs.length === 0) {
        const root = createRootKey(digest, outputIndex);
        const [exists] = await keys.exists([outputKey(digest, outputIndex)]);
        return exists ? [root] : [];
      }
      const asked: { readonly id: string; readonly link: CacheInfoLink }[] = [];
      for (const { cacheKey, selector } of inputs) {
        const source = cacheKey.id ?? (await idOf(cacheKey));
        asked.push({ id: source, link: { input: inputIndex, output: outputIndex, digest, selector } });
      }
      const found = (await keys.walkLinks(asked)).map((targets) => new Set(targets));
      const all = new Set(found.flatMap((targets) => [...targets]));
      if (keys.writable) {
        const equal = asked.flatMap((one, at) =>
          [...all].filter((target) => !found[at]?.has(target)).map((target) => ({ ...one, target })),
        );
        if (equal.length > 0) await keys.addLink(equal);
      }
      return [...all].sort().map((target) => ({ id: target, digest, output: outputIndex, deps: [] }));
    },

    async records(key) {
      const [found = []] = await keys.walkResults([key.id ?? (await idOf(key))]);
      const answers: CacheRecord[] = [];
      const gone: string[] = [];
      for (const { id: resultID, createdAt } of found) {
        if (await results.exists(resultID)) {
          answers.push({ id: resultID, size: results.size(resultID), createdAt, priority, cacheManager: manager, key });
        } else gone.push(resultID);
      }
      if (keys.writable && gone.length > 0) await keys.release(gone);
      return answers.sort(compareRecords);
    },

    async load(record, signal) {
      const key = record.key.id ?? (await idOf(record.key));
      return results.load(await keys.load(key, record.id), signal);
    },

    async save(key, result, createdAt) {
      if (!keys.writable) throw readOnlyCache();
      const kept = await results.save(result, createdAt);
      return turns.take(SAVE, undefined, async () => {
        const cacheKey = { ...key, id: await idOf(key) };
        await keys.addResult([{ id: cacheKey.id, result: kept }]);
        await persist(key);
        return { cacheKey, exporter: createKeyExporter({ manager, keys, results }, cacheKey) };
      });
    },

    async releaseUnreferenced() {
      if (!keys.writable) throw readOnlyCache();
      const seen = new Set<string>();
      const gone: string[] = [];
      for await (const batch of keys.walk()) {
        for (const { id: resultID } of (await keys.walkResults(batch)).flat()) {
          if (seen.has(resultID)) continue;
          seen.add(resultID);
          if (!(await results.exists(resultID))) gone.push(resultID);
        }
      }
      await keys.release(gone);
      return gone.length;
    },
  };
  return manager;
}

/** The turn that saves take. */
const SAVE = 'save';

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

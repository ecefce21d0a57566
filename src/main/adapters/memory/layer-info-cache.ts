import { LRUCache } from 'lru-cache';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import {
  checkedLayerInfoCache,
  type LayerInfoCache,
  type LayerMeta,
  layerInfoNotFound,
} from '../../engine/ports/layer-info-cache.ts';

/** What a memory of layer info is bounded by. */
export interface MemoryLimits {
  /** Entries kept of each sort; 100,000 by default (some 20 MiB). */
  readonly entries?: number;
  /** How long an entry is believed, where others may change what it was taken from; without end by default. */
  readonly maxAgeMs?: number;
  /** What the age is told by. */
  readonly clock?: Clock;
}

/** Creates a layer info cache in this process, bounded: the least recently used memberships and metas go first. */
export function createMemoryLayerInfoCache(limits: MemoryLimits = {}): LayerInfoCache {
  const { entries: max = 100_000, maxAgeMs = 0, clock = systemClock } = limits;
  // No timer: the age is looked at when an entry is asked for.
  const bounds = { max, ttl: maxAgeMs, ttlResolution: 0, perf: clock };
  const members = new LRUCache<string, true>(bounds);
  const metas = new LRUCache<string, LayerMeta>(bounds);
  let hits = 0;
  let misses = 0;
  const counted = <T>(answer: T | undefined): T | undefined => {
    if (answer === undefined) misses += 1;
    else hits += 1;
    return answer;
  };
  // NUL occurs in no repository name, so two pairs never give the same text.
  const key = (repo: string, digest: string) => `${repo}\0${digest}`;
  const contains = (repo: string, digest: string) => counted(members.get(key(repo, digest))) === true;

  return checkedLayerInfoCache({
    contains: async (repo, digest) => contains(repo, digest),
    containsMany: async (repo, digests) => digests.map((digest) => contains(repo, digest)),
    add: async (repo, digest) => {
      members.set(key(repo, digest), true);
    },
    meta: async (digest) => {
      const meta = counted(metas.get(digest));
      if (!meta) throw layerInfoNotFound(digest);
      return meta;
    },
    metaMany: async (digests) => digests.map((digest) => counted(metas.get(digest))),
    setMeta: async (digest, meta) => {
      metas.set(digest, { ...meta });
    },
    stats: () => ({ hits, misses }),
    [Symbol.asyncDispose]: async () => {
      members.clear();
      metas.clear();
    },
  });
}

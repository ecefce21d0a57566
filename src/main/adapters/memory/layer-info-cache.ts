import { LRUCache } from 'lru-cache';
import {
  checkedLayerInfoCache,
  type LayerInfoCache,
  type LayerMeta,
  layerInfoNotFound,
} from '../../engine/ports/layer-info-cache.ts';

/**
 * A layer info cache in this process, bounded: the least recently used memberships and metas go first.
 * @param limits entries kept of each sort; 100,000 by default (some 20 MiB)
 */
export function createMemoryLayerInfoCache(limits: { readonly entries?: number } = {}): LayerInfoCache {
  const max = limits.entries ?? 100_000;
  const members = new LRUCache<string, true>({ max });
  const metas = new LRUCache<string, LayerMeta>({ max });
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

import { isCacheError } from '../../../shared/base/errors.ts';
import type { LayerInfoCache, LayerMeta } from '../ports/layer-info-cache.ts';

/** What happened to the back end in front. */
export type LayerInfoHealth = 'up' | 'degraded';

/** Writes remembered for the back end in front while it is down; beyond that it would come back with stale answers. */
const MAX_PENDING = 100_000;

/**
 * A shared back end (Redis) in front of a local one. While the shared one is `UNAVAILABLE` the local one answers, and what
 * is written meanwhile is written again, in order, before the shared one is asked anything: it never answers with
 * what was overtaken. `onHealth` is called at each change, so that the window can say so.
 *
 * When more than 100,000 writes pile up, the shared one is not asked again in this session.
 */
export function createDegradingLayerInfoCache(
  shared: LayerInfoCache,
  local: LayerInfoCache,
  onHealth: (health: LayerInfoHealth) => void = () => undefined,
): LayerInfoCache {
  const pending = new Map<string, () => Promise<void>>();
  let health: LayerInfoHealth = 'up';
  let abandoned = false;
  let replaying: Promise<void> | undefined;

  function report(next: LayerInfoHealth): void {
    if (next === health) return;
    health = next;
    onHealth(next);
  }

  /** Writes again what the shared one missed. The newest write of each key stands last in the map. */
  async function replay(): Promise<void> {
    for (const [key, write] of pending) {
      await write();
      if (pending.get(key) === write) pending.delete(key);
    }
  }

  async function viaShared<T>(ask: () => Promise<T>, fallback: () => Promise<T>): Promise<T> {
    if (abandoned) return fallback();
    try {
      if (pending.size > 0) {
        replaying ??= replay().finally(() => {
          replaying = undefined;
        });
        await replaying;
      }
      const answer = await ask();
      report('up');
      return answer;
    } catch (error) {
      if (!isCacheError(error, 'UNAVAILABLE')) {
        if (isCacheError(error)) report('up');
        throw error;
      }
      report('degraded');
      return fallback();
    }
  }

  async function write(key: string, toShared: () => Promise<void>, toLocal: () => Promise<void>): Promise<void> {
    await toLocal();
    await viaShared(toShared, async () => {
      pending.delete(key);
      pending.set(key, toShared);
      if (pending.size > MAX_PENDING) {
        pending.clear();
        abandoned = true;
      }
    });
  }

  return {
    contains: (repo, digest) =>
      viaShared(
        () => shared.contains(repo, digest),
        () => local.contains(repo, digest),
      ),
    containsMany: (repo, digests) =>
      viaShared(
        () => shared.containsMany(repo, digests),
        () => local.containsMany(repo, digests),
      ),
    add: (repo, digest) =>
      write(
        `add\0${repo}\0${digest}`,
        () => shared.add(repo, digest),
        () => local.add(repo, digest),
      ),
    meta: (digest) =>
      viaShared(
        () => shared.meta(digest),
        () => local.meta(digest),
      ),
    metaMany: (digests) =>
      viaShared(
        () => shared.metaMany(digests),
        () => local.metaMany(digests),
      ),
    setMeta: (digest, meta: LayerMeta) =>
      write(
        `meta\0${digest}`,
        () => shared.setMeta(digest, meta),
        () => local.setMeta(digest, meta),
      ),
    stats: () => {
      const [a, b] = [shared.stats(), local.stats()];
      return { hits: a.hits + b.hits, misses: a.misses + b.misses };
    },
    async [Symbol.asyncDispose]() {
      await shared[Symbol.asyncDispose]();
      await local[Symbol.asyncDispose]();
    },
  };
}

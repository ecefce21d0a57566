import {
  checkedLayerInfoCache,
  type LayerInfoCache,
  type LayerMeta,
  layerInfoNotFound,
} from '../ports/layer-info-cache.ts';

/**
 * A memory in front of a slower back end (SQLite, Redis). It answers what it knows; the rest is asked behind it, in one
 * trip, and kept. Only answers that are there are kept: another process may add what is not.
 *
 * Writes go to the back end first. An answer that comes back after a write is not kept, as the write may have overtaken it.
 */
export function createLayeredLayerInfoCache(front: LayerInfoCache, back: LayerInfoCache): LayerInfoCache {
  let writes = 0;

  /** Keeps what was answered, unless something was written since it was asked. */
  async function ask<T>(question: () => Promise<T>, keep: (answer: T) => Promise<unknown>): Promise<T> {
    const before = writes;
    const answer = await question();
    if (writes === before) await keep(answer);
    return answer;
  }

  async function containsMany(repo: string, digests: readonly string[]): Promise<boolean[]> {
    const known = await front.containsMany(repo, digests);
    const unknown = digests.filter((_, at) => !known[at]);
    if (unknown.length === 0) return known;
    const found = await ask(
      () => back.containsMany(repo, unknown),
      (answers) => Promise.all(unknown.map((digest, at) => (answers[at] ? front.add(repo, digest) : undefined))),
    );
    const rest = found.values();
    return known.map((has) => has || rest.next().value === true);
  }

  async function metaMany(digests: readonly string[]): Promise<(LayerMeta | undefined)[]> {
    const known = await front.metaMany(digests);
    const unknown = digests.filter((_, at) => known[at] === undefined);
    if (unknown.length === 0) return known;
    const found = await ask(
      () => back.metaMany(unknown),
      (answers) =>
        Promise.all(
          unknown.map((digest, at) => {
            const meta = answers[at];
            return meta && front.setMeta(digest, meta);
          }),
        ),
    );
    const rest = found.values();
    return known.map((meta) => meta ?? rest.next().value);
  }

  async function write(toBack: () => Promise<void>, toFront: () => Promise<void>): Promise<void> {
    writes += 1;
    try {
      await toBack();
    } finally {
      writes += 1;
    }
    await toFront();
  }

  return checkedLayerInfoCache({
    containsMany,
    metaMany,
    contains: async (repo, digest) => (await containsMany(repo, [digest]))[0] === true,
    async meta(digest) {
      const [meta] = await metaMany([digest]);
      if (!meta) throw layerInfoNotFound(digest);
      return meta;
    },
    add: (repo, digest) =>
      write(
        () => back.add(repo, digest),
        () => front.add(repo, digest),
      ),
    setMeta: (digest, meta) =>
      write(
        () => back.setMeta(digest, meta),
        () => front.setMeta(digest, meta),
      ),
    // What the memory does not know is asked behind it: only there it is a miss.
    stats: () => ({ hits: front.stats().hits + back.stats().hits, misses: back.stats().misses }),
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      await back[Symbol.asyncDispose]();
    },
  });
}

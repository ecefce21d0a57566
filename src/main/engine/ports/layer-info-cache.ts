import { CacheError } from '../../../shared/base/errors.ts';

/** Where a layer's bytes lie in its back end, and how many there are. */
export interface LayerMeta {
  readonly path: string;
  /** In bytes. */
  readonly length: number;
  /** When the back end last said that the layer lies there, in epoch milliseconds; absent where it was not asked. */
  readonly seenAt?: number;
}

/** How often an answer was there. */
export interface LayerInfoStats {
  readonly hits: number;
  readonly misses: number;
}

/**
 * Remembers which repository holds a layer and where a layer lies, so that neither needs a trip to a back end.
 *
 * Membership belongs to a repository, meta to a digest: meta alone never grants membership, and whoever needs both asks
 * for both. An answer may be missing at any time (it is a cache), but is never wrong. The batch forms answer in the order
 * of the question and cost one trip.
 *
 * Every adapter is built through `checkedLayerInfoCache`, so an empty argument never reaches a back end.
 */
export interface LayerInfoCache extends AsyncDisposable {
  /** True when the repository is known to hold the layer. */
  contains(repo: string, digest: string): Promise<boolean>;
  containsMany(repo: string, digests: readonly string[]): Promise<boolean[]>;
  /** Remembers that the repository holds the layer. Twice is the same as once. */
  add(repo: string, digest: string): Promise<void>;
  /** @throws `ErrNotFound` when nothing is known of the layer */
  meta(digest: string): Promise<LayerMeta>;
  /** `undefined` for those of which nothing is known. */
  metaMany(digests: readonly string[]): Promise<(LayerMeta | undefined)[]>;
  /** Remembers where the layer lies; the newest word counts. */
  setMeta(digest: string, meta: LayerMeta): Promise<void>;
  stats(): LayerInfoStats;
}

/** The error of `meta` for a layer that nothing is known of. */
export function layerInfoNotFound(digest: string): CacheError {
  return new CacheError('NOT_FOUND', 'Nothing is known of this layer.', {
    subject: digest,
    hint: 'Ask the back end itself and remember its answer with setMeta.',
  });
}

function refuse(message: string, field: string): never {
  throw new CacheError('INVALID_INPUT', message, { subject: field });
}

/** Puts the checks that all back ends share in front of one. Each refusal has its own text. */
export function checkedLayerInfoCache(backEnd: LayerInfoCache): LayerInfoCache {
  return {
    async contains(repo, digest) {
      if (repo === '') refuse('A layer cannot be looked for in a repository without a name.', 'repo');
      if (digest === '') refuse('A layer without a digest cannot be looked for.', 'digest');
      return backEnd.contains(repo, digest);
    },
    async containsMany(repo, digests) {
      if (repo === '') refuse('Layers cannot be looked for in a repository without a name.', 'repo');
      if (digests.includes('')) refuse('A layer without a digest cannot be among those looked for.', 'digests');
      return digests.length === 0 ? [] : backEnd.containsMany(repo, digests);
    },
    async add(repo, digest) {
      if (repo === '') refuse('A layer cannot be added to a repository without a name.', 'repo');
      if (digest === '') refuse('A layer without a digest cannot be added.', 'digest');
      return backEnd.add(repo, digest);
    },
    async meta(digest) {
      if (digest === '') refuse('There is no meta for a layer without a digest.', 'digest');
      return backEnd.meta(digest);
    },
    async metaMany(digests) {
      if (digests.includes('')) refuse('There is no meta for a layer without a digest among others.', 'digests');
      return digests.length === 0 ? [] : backEnd.metaMany(digests);
    },
    async setMeta(digest, meta) {
      if (digest === '') refuse('Meta cannot be set for a layer without a digest.', 'digest');
      if (meta.path === '') refuse('Meta without a path cannot be set.', 'meta.path');
      if (!Number.isSafeInteger(meta.length) || meta.length < 0)
        refuse('Meta needs a length in whole bytes.', 'meta.length');
      if (meta.seenAt !== undefined && (!Number.isSafeInteger(meta.seenAt) || meta.seenAt < 0))
        refuse('Meta needs a time in whole milliseconds.', 'meta.seenAt');
      return backEnd.setMeta(digest, meta);
    },
    stats: () => backEnd.stats(),
    [Symbol.asyncDispose]: () => backEnd[Symbol.asyncDispose](),
  };
}

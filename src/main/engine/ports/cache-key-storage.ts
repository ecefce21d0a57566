import { CacheError } from '../../../shared/base/errors.ts';

/** Where a result of a key lies. `createdAt` is RFC 3339 text, nanoseconds kept. */
export interface CacheResult {
  readonly id: string;
  readonly createdAt: string;
}

/**
 * A link from an input's key: at position `input`, looked at under `selector` or "", for output `output` of the operation
 * `digest`. Two links are the same when input, selector and the record digest that digest and output give are the same.
 */
export interface CacheInfoLink {
  readonly input: number;
  readonly output: number;
  readonly digest: string;
  readonly selector: string;
}

/** A link as it stands in the graph. */
export interface KeyLink {
  readonly id: string;
  readonly link: CacheInfoLink;
  readonly target: string;
}

/**
 * A link as it is met from its target: `source` leads there at position `input`, looked at under `selector`. `base` is the
 * record digest of the operation, so `output` is 0.
 */
export interface CacheLink {
  readonly source: string;
  readonly input: number;
  readonly output: number;
  readonly base: string;
  readonly selector: string;
}

/**
 * The graph of keys: who leads where, and what lies there. Ids are opaque; a root's id is its record digest.
 *
 * Asked and told in batches, so that a back end over a network costs one trip for many keys; answers come in the order
 * asked. One batch sees one state and is written whole or not at all; between two of them others may write. Who asks bounds
 * the batch: some hundred keys are enough.
 *
 * Must agree with BuildKit `solver/cachestorage.go` and its test suite, from where the names are.
 */
export interface CacheKeyStorage {
  /** False for a cache that only answers: every change is then `INVALID_INPUT`. */
  readonly writable: boolean;
  /** True for each key that has links or results. */
  exists(ids: readonly string[]): Promise<boolean[]>;
  /** All keys that exist, each once, at most `WALKED_AT_ONCE` at a time. */
  walk(): AsyncIterable<readonly string[]>;
  walkResults(ids: readonly string[]): Promise<(readonly CacheResult[])[]>;
  /** @throws `ErrNotFound` */
  load(id: string, resultID: string): Promise<CacheResult>;
  addResult(added: readonly { readonly id: string; readonly result: CacheResult }[]): Promise<void>;
  /** Takes results from every key that has them, and with them every key and link that then leads nowhere. */
  release(resultIDs: readonly string[]): Promise<void>;
  /** The keys that have each result. */
  walkIDsByResult(resultIDs: readonly string[]): Promise<(readonly string[])[]>;
  addLink(added: readonly KeyLink[]): Promise<void>;
  /** Keys that each link leads to. */
  walkLinks(asked: readonly Omit<KeyLink, 'target'>[]): Promise<(readonly string[])[]>;
  hasLink(asked: readonly KeyLink[]): Promise<boolean[]>;
  /** All links of each key. An exported cache knows record digests only: its links have `RESOLVED_OUTPUT`. */
  walkLinksAll(ids: readonly string[]): Promise<(readonly Omit<KeyLink, 'id'>[])[]>;
  /** Links that lead to each key. */
  walkBacklinks(ids: readonly string[]): Promise<(readonly CacheLink[])[]>;
}

/** Keys that `walk` gives at once. */
export const WALKED_AT_ONCE = 500;

/** Gives keys in the batches of `walk`. */
export async function* inBatches(ids: Iterable<string>): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for (const id of ids) {
    if (batch.push(id) < WALKED_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The error of `load` for a result that the key has not. */
export function resultNotFound(resultID: string): CacheError {
  return new CacheError('NOT_FOUND', 'The key has no such result.', { subject: resultID });
}

/** The error of every change to a cache that only answers. */
export function readOnlyCache(): CacheError {
  return new CacheError('INVALID_INPUT', 'This cache is read-only.', {
    hint: 'Import it into a store, and change that.',
  });
}

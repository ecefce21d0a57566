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

/**
 * The graph of keys: who leads where, and what lies there. Ids are opaque; a root's id is its record digest.
 * Synchronous, because every back end lies in this process or in an embedded database. Iterations see the state at their
 * beginning or a later one, never a torn one.
 *
 * Must agree with BuildKit `solver/cachestorage.go` and its test suite.
 */
export interface CacheKeyStorage {
  /** False for a cache that only answers: every change is then `INVALID_INPUT`. */
  readonly writable: boolean;
  /** True for a key that has links or results. */
  exists(id: string): boolean;
  /** All keys that exist. */
  walk(): Iterable<string>;
  walkResults(id: string): Iterable<CacheResult>;
  /** @throws `ErrNotFound` */
  load(id: string, resultID: string): CacheResult;
  addResult(id: string, result: CacheResult): void;
  /** Takes a result from every key that has it, and with it every key and link that then leads nowhere. */
  release(resultID: string): void;
  /** The keys that have a result. */
  walkIDsByResult(resultID: string): Iterable<string>;
  addLink(id: string, link: CacheInfoLink, target: string): void;
  /** Keys that a link leads to. */
  walkLinks(id: string, link: CacheInfoLink): Iterable<string>;
  hasLink(id: string, link: CacheInfoLink, target: string): boolean;
  /** All links of a key. An exported cache knows record digests only: its links have `RESOLVED_OUTPUT`. */
  walkLinksAll(id: string): Iterable<{ readonly link: CacheInfoLink; readonly target: string }>;
  /** Links that lead to a key. `link.digest` is a record digest here, and `output` is 0. */
  walkBacklinks(id: string): Iterable<{ readonly source: string; readonly link: CacheInfoLink }>;
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

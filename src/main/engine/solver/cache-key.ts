import { createHash } from 'node:crypto';

/** Position of a result in what an operation returns, counted from 0; -1 for a record that is a checksum of contents. */
export type Index = number;

/**
 * Output index that says: this digest is a record's own already, nothing is to be derived. An exported cache holds record
 * digests only, so whoever walks one has nothing else to ask with.
 */
export const RESOLVED_OUTPUT: Index = Number.MIN_SAFE_INTEGER;

/**
 * Digest of the record that an operation's output is found by: `sha256("<digest>@<output>")`. A `random:` digest stays as
 * it is: it is never exported. Must agree with BuildKit `rootKey` (`solver/cachemanager.go`) and `outputKey`.
 */
export function outputKey(digest: string, output: Index): string {
  if (output === RESOLVED_OUTPUT || digest.startsWith('random:')) return digest;
  return `sha256:${createHash('sha256').update(`${digest}@${output}`).digest('hex')}`;
}

/** A key together with the selector under which an input is looked at; "" for the whole. */
export interface CacheKeyWithSelector {
  readonly selector: string;
  readonly cacheKey: CacheKey;
}

/**
 * The key of one output of an operation. `deps` has, for each input position, all keys under which that input is known:
 * any one will do. A key that a manager gave has its `id`.
 */
export interface CacheKey {
  readonly id?: string;
  readonly digest: string;
  readonly output: Index;
  readonly deps: readonly (readonly CacheKeyWithSelector[])[];
}

/** A key without inputs. */
export function createRootKey(digest: string, output: Index): CacheKey {
  return { id: outputKey(digest, output), digest, output, deps: [] };
}

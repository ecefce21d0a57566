import { createHash } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import { DIGEST_ALGORITHMS } from '../../../shared/oci/digest.ts';
import type { MoteCache } from '../../engine/ports/mote-cache.ts';
import type { StoreLayout } from './layout.ts';

/** Digests of no bytes at all. */
export const EMPTY_BLOBS: ReadonlySet<string> = new Set(
  Object.keys(DIGEST_ALGORITHMS).map((algorithm) => `${algorithm}:${createHash(algorithm).digest('hex')}`),
);

/** What of a cache tells whether a chain of fallbacks comes back to it. */
interface Fallback {
  readonly fallbackCache?: MoteCache | undefined;
  readonly layout?: StoreLayout;
}

/** @throws `INVALID_INPUT` when a chain of fallbacks comes back to a cache, or to the folder of one */
export function checkFallbacks(first: Fallback & { readonly layout: StoreLayout }): void {
  const seen = new Set<unknown>();
  for (let cache: Fallback | undefined = first; cache; cache = cache.fallbackCache as Fallback | undefined) {
    const place = cache.layout?.root ?? cache;
    if (seen.has(place)) {
      throw new CacheError('INVALID_INPUT', 'The fallbacks of this cache lead back to itself.', {
        subject: first.layout.root,
        hint: 'Let the last cache of the chain have no fallback.',
      });
    }
    seen.add(place);
  }
}

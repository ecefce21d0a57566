import { CacheError } from '../../../shared/base/errors.ts';
import type { CacheConfig } from './cache-config.ts';

/** The bytes BuildKit writes for this config (Go's JSON rules), in pieces of some MiB. */
// biome-ignore lint/correctness/useYield: a stub until it stands
export function* marshalCacheConfig(_config: CacheConfig): Generator<Uint8Array> {
  throw new CacheError('INTERNAL', 'not built yet');
}

import { CacheError } from '../../../shared/base/errors.ts';
import type { CacheConfig } from './cache-config.ts';

/** Which results stay, by their index in the columns; `chains` by their index in that list. 1 keeps, 0 drops. */
export interface KeptResults {
  readonly results: Uint8Array;
  readonly chains: Uint8Array;
}

/** A config without the results that are not kept, nor the layers that no result needs any more. Records and links stay. */
export function dropResults(_config: CacheConfig, _kept: KeptResults): CacheConfig {
  throw new CacheError('INTERNAL', 'not built yet');
}

/** Only these records, and every record they link to, over any number of links. Layers that nothing needs go. */
export function pickRecords(_config: CacheConfig, _records: Iterable<number>): CacheConfig {
  throw new CacheError('INTERNAL', 'not built yet');
}

/** The results of `mode=min`: those on the layer chains of the records that nobody uses. */
export function minResults(_config: CacheConfig): KeptResults {
  throw new CacheError('INTERNAL', 'not built yet');
}

/** The config in BuildKit's canonical order (`sortConfig`), alternatives first sorted among themselves so that it is total. */
export function sortCacheConfig(_config: CacheConfig): CacheConfig {
  throw new CacheError('INTERNAL', 'not built yet');
}

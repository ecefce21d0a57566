import { CacheError } from '../../../shared/base/errors.ts';
import type { CatalogStore } from '../../engine/ports/catalog.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';

/** Where catalogs are kept, and the time that `age:` in a filter counts from. */
export interface DuckdbCatalogStoreOptions {
  /** Folder for catalogs; created when needed, safe to delete while nothing is open. */
  readonly folder: string;
  readonly clock?: Clock;
}

/** Keeps each catalog as one DuckDB file. */
export function createDuckdbCatalogStore(options: DuckdbCatalogStoreOptions): CatalogStore {
  const clock = options.clock ?? systemClock;
  throw new CacheError('UNAVAILABLE', `The catalog is not built yet at ${clock.now()}.`, { subject: options.folder });
}

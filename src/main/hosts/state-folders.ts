import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Where the program keeps what is its own. Both may be deleted while it does not run; the cache also loses nothing. */
export interface StateFolders {
  /** List of sources, audit log, error log. */
  readonly state: string;
  /** Catalogs. */
  readonly cache: string;
  /** Where a new managed store is proposed. */
  readonly store: string;
}

/** The folders of the system's user, or those that `CACHEWRIGHT_STATE_DIR` and `CACHEWRIGHT_CACHE_DIR` name. */
export function stateFolders(environment: Readonly<Record<string, string | undefined>>): StateFolders {
  const paths = envPaths('cachewright', { suffix: '' });
  const state = environment.CACHEWRIGHT_STATE_DIR ? resolve(environment.CACHEWRIGHT_STATE_DIR) : paths.data;
  const cache = environment.CACHEWRIGHT_CACHE_DIR ? resolve(environment.CACHEWRIGHT_CACHE_DIR) : paths.cache;
  return { state, cache, store: join(state, 'store') };
}

import type { CacheSummary, Problem } from '../../../shared/model/source.ts';
import type { Totals } from '../../../shared/model/totals.ts';
import type { UsageTotals } from '../../../shared/model/usage.ts';

/** What is known of a catalog as a whole: the only row of table `meta`. */
export interface CatalogMeta {
  readonly fingerprint: string;
  readonly totals: Totals;
  readonly caches: readonly CacheSummary[];
  readonly problems: readonly Problem[];
  readonly du?: UsageTotals | undefined;
  readonly builds?: number | undefined;
}

/** What is kept beside the file of a catalog, so that the file need not be opened for it. */
export interface KeptMeta extends CatalogMeta {
  /** Of the snapshot it was built from. */
  readonly wholeBytes?: number | undefined;
  /** The last look of the source known to stand for its fingerprint. */
  readonly look?: string | undefined;
}

/**
 * Limits of every DuckDB instance: it shares a machine with builds, and a process with a source that is being read.
 * What does not fit is spilled to a file beside the catalog. Extensions are never fetched.
 */
export const ENGINE_SETTINGS: Readonly<Record<string, string>> = {
  threads: '2',
  memory_limit: '256MB',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

/** Limits of an instance that only reads a catalog: no other file can be reached through it. */
export const READER_SETTINGS: Readonly<Record<string, string>> = {
  ...ENGINE_SETTINGS,
  access_mode: 'READ_ONLY',
  enable_external_access: 'false',
};

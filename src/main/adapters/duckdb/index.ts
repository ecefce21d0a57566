/** Catalogs of sources, each one DuckDB file. Everything else in this folder is inside work. */
export { createDuckdbCatalogStore } from './catalog-store.ts';

/**
 * Loads DuckDB now and not with the first query.
 * @throws what its native part fails with
 */
export async function loadDuckdb(): Promise<void> {
  await import('./catalog.ts');
}

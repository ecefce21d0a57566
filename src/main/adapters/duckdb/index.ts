/** Catalogs of sources, each one DuckDB file. Everything else in this folder is inside work. */
export { createDuckdbCatalogStore } from './catalog-store.ts';

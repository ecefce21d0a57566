import type { Catalog, SeenSource } from '../../engine/ports/catalog.ts';
import { createAgesQuery } from './ages-query.ts';
import { openDatabase, text } from './database.ts';
import { createGraphQueries } from './graph-queries.ts';
import { createKeyQueries, type QueryContext } from './key-queries.ts';
import { createLayerQueries } from './layer-queries.ts';
import { createCatalogMemory } from './memory.ts';
import type { CatalogMeta } from './settings.ts';
import { createTreemapQuery } from './treemap-query.ts';

/**
 * Opens a catalog file.
 * @param onDamage called once when a query shows that the file is damaged
 * @throws whatever DuckDB throws for a file that is not a whole catalog
 */
export async function openCatalog(
  path: string,
  onDamage: () => Promise<void>,
  seen: SeenSource | undefined,
): Promise<Catalog> {
  let isDamaged = false;
  const database = await openDatabase(path, async () => {
    isDamaged = true;
    await onDamage();
  });
  try {
    const [row] = await database.rows('SELECT document FROM meta');
    const meta = JSON.parse(text(row ?? {}, 'document')) as CatalogMeta;
    const context: QueryContext = {
      database,
      memory: createCatalogMemory(database, meta.totals.records),
      refs: meta.caches.map((cache) => cache.ref),
      hasUsage: meta.du !== undefined,
      records: meta.totals.records,
    };
    const keys = createKeyQueries(context);
    return {
      fingerprint: meta.fingerprint,
      totals: meta.totals,
      caches: meta.caches,
      problems: meta.problems,
      du: meta.du,
      builds: meta.builds,
      seen,
      get isDamaged() {
        return isDamaged;
      },
      keysPage: keys.keysPage,
      keysGroups: keys.keysGroups,
      keysList: keys.keysList,
      keysSums: keys.keysSums,
      record: keys.record,
      recordKeys: keys.recordKeys,
      sumsOf: keys.sumsOf,
      selector: keys.selector,
      mentions: keys.mentions,
      ...createGraphQueries(context, keys),
      ...createLayerQueries(context, keys),
      ...createTreemapQuery(context),
      ...createAgesQuery(context),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

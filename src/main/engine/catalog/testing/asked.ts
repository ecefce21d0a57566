import { findCaches } from '../../../../shared/model/find-caches.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Window } from '../../ports/row-query.ts';
import { findLayer, findRecord, numbersOf } from '../find-record.ts';
import { groupedQuery, layerQuery, recordQuery, type WrittenQuery } from '../row-queries.ts';
import { searchRecords } from '../search-records.ts';

/** Every row, in the order of the source. */
export const EVERY_ROW = { where: { type: 'all', of: [] }, order: [] } as const;

/** A catalog that is asked as people do, with filters, references and ids as texts: what handlers make of their input. */
export function askedAsWritten(catalog: Catalog, nowMs: number) {
  const n = async (id: string) => (await findRecord(catalog, id)).n;
  const caches = (ref: string | undefined) => findCaches(catalog.caches, ref);
  return {
    keysPage: async ({ offset, limit, grouped, ...written }: WrittenQuery & Window & { grouped?: boolean }) => {
      const query = recordQuery(catalog, written, nowMs);
      return catalog.keysPage({ ...(grouped ? groupedQuery(query) : query), offset, limit });
    },
    keysGroups: async (written: WrittenQuery) => catalog.keysGroups(recordQuery(catalog, written, nowMs)),
    keysList: async ({ offset, limit, ...written }: WrittenQuery & Window) =>
      catalog.keysList({ ...recordQuery(catalog, written, nowMs), offset, limit }),
    keysSums: async (written: WrittenQuery) => catalog.keysSums(recordQuery(catalog, written, nowMs)),
    sumsOf: async (ids: readonly string[]) => catalog.sumsOf(await numbersOf(catalog, ids)),
    record: async (id: string) => catalog.record(await n(id)),
    mentions: async (ids: readonly string[]) => catalog.mentions(await numbersOf(catalog, ids)),
    search: (text: string, limit: number) => searchRecords(catalog, text, limit),
    neighbourhood: async ({
      from,
      ...query
    }: Omit<Parameters<Catalog['neighbourhood']>[0], 'from'> & { from: string }) =>
      catalog.neighbourhood({ ...query, from: await n(from) }),
    pathToRoot: async (id: string) => catalog.pathToRoot(await n(id)),
    reach: async (id: string) => catalog.reach(await n(id)),
    layersPage: async ({ offset, limit, ...written }: WrittenQuery & Window) =>
      catalog.layersPage({ ...layerQuery(catalog, written, nowMs), offset, limit }),
    layer: (digest: string) => findLayer(catalog, digest),
    treemap: async ({
      ref,
      ...query
    }: {
      ref?: string | undefined;
      group: 'step' | 'kind' | 'age';
      maxTiles: number;
    }) => catalog.treemap({ ...query, caches: caches(ref), nowMs }),
    ages: async ({ ref, bins }: { ref?: string; bins: number }) => catalog.ages({ bins, caches: caches(ref) }),
  };
}

/** A catalog as `askedAsWritten` gives it. */
export type AskedCatalog = ReturnType<typeof askedAsWritten>;

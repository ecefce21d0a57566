import { findRecord, numbersOf } from '../catalog/find-record.ts';
import { groupedQuery, recordQuery } from '../catalog/row-queries.ts';
import { searchRecords } from '../catalog/search-records.ts';
import { selectorPiece } from '../catalog/selectors.ts';
import type { Implementer } from '../implementer.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';

/**
 * `keys` of the contract.
 * @param now epoch milliseconds that ages count from
 */
export function createKeysHandlers(os: Implementer['keys'], sources: SourceRegistry, now: () => number) {
  return {
    page: os.page.handler(({ input: { sourceId, offset, limit, grouped, ...written }, signal }) =>
      sources.query(sourceId, signal, async (catalog, version) => {
        const query = recordQuery(catalog, written, now());
        const page = await catalog.keysPage({ ...(grouped ? groupedQuery(query) : query), offset, limit });
        return { ...page, version };
      }),
    ),
    groups: os.groups.handler(({ input: { sourceId, ...written }, signal }) =>
      sources.query(sourceId, signal, async (catalog) => ({
        groups: await catalog.keysGroups(recordQuery(catalog, written, now())),
      })),
    ),
    list: os.list.handler(({ input: { sourceId, offset, limit, ...written }, signal }) =>
      sources.query(sourceId, signal, (catalog) =>
        catalog.keysList({ ...recordQuery(catalog, written, now()), offset, limit }),
      ),
    ),
    sums: os.sums.handler(({ input: { sourceId, ids, ref, filter }, signal }) =>
      sources.query(sourceId, signal, async (catalog) =>
        ids
          ? catalog.sumsOf(await numbersOf(catalog, ids))
          : catalog.keysSums(recordQuery(catalog, { ref, filter }, now())),
      ),
    ),
    get: os.get.handler(({ input: { sourceId, id, ref }, signal }) =>
      sources.query(sourceId, signal, async (catalog) => catalog.record((await findRecord(catalog, id, ref)).n)),
    ),
    selector: os.selector.handler(({ input: { sourceId, ...wanted }, signal }) =>
      sources.query(sourceId, signal, (catalog) => selectorPiece(catalog, wanted)),
    ),
    search: os.search.handler(({ input, signal }) =>
      sources.query(input.sourceId, signal, (catalog) => searchRecords(catalog, input.text, input.limit)),
    ),
  };
}

import type { Implementer } from '../implementer.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';

/** `keys` of the contract. */
export function createKeysHandlers(os: Implementer['keys'], sources: SourceRegistry) {
  return {
    page: os.page.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, async (catalog, version) => ({ ...(await catalog.keysPage(query)), version })),
    ),
    groups: os.groups.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, async (catalog) => ({ groups: await catalog.keysGroups(query) })),
    ),
    list: os.list.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.keysList(query)),
    ),
    sums: os.sums.handler(({ input: { sourceId, sort: _order, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.keysSums(query)),
    ),
    get: os.get.handler(({ input, signal }) =>
      sources.query(input.sourceId, signal, (catalog) => catalog.record(input.id)),
    ),
    search: os.search.handler(({ input, signal }) =>
      sources.query(input.sourceId, signal, (catalog) => catalog.search(input.text, input.limit)),
    ),
  };
}

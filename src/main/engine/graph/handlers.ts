import { findRecord } from '../catalog/find-record.ts';
import type { Implementer } from '../implementer.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';

/** `graph` of the contract. */
export function createGraphHandlers(os: Implementer['graph'], sources: SourceRegistry) {
  return {
    neighbourhood: os.neighbourhood.handler(({ input: { sourceId, from, ...query }, signal }) =>
      sources.query(sourceId, signal, async (catalog) =>
        catalog.neighbourhood({ ...query, from: (await findRecord(catalog, from)).n }),
      ),
    ),
    pathToRoot: os.pathToRoot.handler(({ input: { sourceId, id }, signal }) =>
      sources.query(sourceId, signal, async (catalog) => ({
        path: await catalog.pathToRoot((await findRecord(catalog, id)).n),
      })),
    ),
    reach: os.reach.handler(({ input: { sourceId, id }, signal }) =>
      sources.query(sourceId, signal, async (catalog) => catalog.reach((await findRecord(catalog, id)).n)),
    ),
  };
}

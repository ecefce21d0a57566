import type { Implementer } from '../implementer.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';

/** `graph` of the contract. */
export function createGraphHandlers(os: Implementer['graph'], sources: SourceRegistry) {
  return {
    neighbourhood: os.neighbourhood.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.neighbourhood(query)),
    ),
    pathToRoot: os.pathToRoot.handler(({ input, signal }) =>
      sources.query(input.sourceId, signal, async (catalog) => ({ path: await catalog.pathToRoot(input.id) })),
    ),
    reach: os.reach.handler(({ input, signal }) =>
      sources.query(input.sourceId, signal, (catalog) => catalog.reach(input.id)),
    ),
  };
}

import type { Implementer } from '../implementer.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';

/** `overview` of the contract. */
export function createOverviewHandlers(os: Implementer['overview'], sources: SourceRegistry) {
  return {
    treemap: os.treemap.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.treemap(query)),
    ),
    ages: os.ages.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.ages(query)),
    ),
    largest: os.largest.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.largest(query)),
    ),
  };
}

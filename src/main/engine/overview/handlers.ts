import type { Implementer } from '../implementer.ts';
import type { DiskUse } from '../ports/disk-use.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { diskParts } from './disk-parts.ts';

/** `overview` of the contract. */
export function createOverviewHandlers(os: Implementer['overview'], sources: SourceRegistry, disk: DiskUse) {
  return {
    treemap: os.treemap.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.treemap(query)),
    ),
    ages: os.ages.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.ages(query)),
    ),
    disk: os.disk.handler(async ({ input: { sourceId }, signal }) => {
      const { location } = sources.get(sourceId);
      const totals = await sources.query(sourceId, signal, async (catalog) => catalog.totals);
      const use = await disk.use(location);
      return use ? { parts: diskParts(use, totals, await disk.space(location)) } : {};
    }),
    largest: os.largest.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.largest(query)),
    ),
  };
}

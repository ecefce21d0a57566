import type { Implementer } from '../implementer.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { SeenSource } from '../ports/catalog.ts';
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
      const { totals, seen } = await sources.query(sourceId, signal, async (catalog) => ({
        totals: catalog.totals,
        seen: catalog.seen,
      }));
      const use = await disk.use(location, await knownBlobs(await sources.cacheSource(sourceId, signal), seen));
      return use ? { parts: diskParts(use, totals, await disk.space(location)) } : {};
    }),
    largest: os.largest.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.largest(query)),
    ),
  };
}

/** What the catalog knows of all blobs, while the source looks as it did then. */
async function knownBlobs(
  source: CacheSource,
  seen: SeenSource | undefined,
): Promise<{ readonly blobBytes: number } | undefined> {
  return seen && seen.look === (await source.look?.()) ? { blobBytes: seen.wholeBytes } : undefined;
}

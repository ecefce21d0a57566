import { findCaches } from '../../../shared/model/find-caches.ts';
import { recordQuery } from '../catalog/row-queries.ts';
import type { Implementer } from '../implementer.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { SeenSource } from '../ports/catalog.ts';
import type { DiskUse } from '../ports/disk-use.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { diskParts } from './disk-parts.ts';

/**
 * `overview` of the contract.
 * @param now epoch milliseconds that ages count from
 */
export function createOverviewHandlers(
  os: Implementer['overview'],
  sources: SourceRegistry,
  disk: DiskUse,
  now: () => number,
) {
  return {
    treemap: os.treemap.handler(({ input: { sourceId, ref, ...query }, signal }) =>
      sources.query(sourceId, signal, (catalog) =>
        catalog.treemap({ ...query, caches: findCaches(catalog.caches, ref), nowMs: now() }),
      ),
    ),
    ages: os.ages.handler(({ input: { sourceId, ref, bins }, signal }) =>
      sources.query(sourceId, signal, (catalog) => catalog.ages({ bins, caches: findCaches(catalog.caches, ref) })),
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
    largest: os.largest.handler(({ input: { sourceId, ref, limit }, signal }) =>
      sources.query(sourceId, signal, async (catalog) => {
        const query = recordQuery(catalog, { ref, sort: { field: 'size', descending: true } }, now());
        return (await catalog.keysPage({ ...query, offset: 0, limit })).rows;
      }),
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

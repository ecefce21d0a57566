import { parseDigest } from '../../../shared/oci/digest.ts';
import { otherPlaces } from '../blob-info/other-places.ts';
import { findLayer } from '../catalog/find-record.ts';
import { layerQuery } from '../catalog/row-queries.ts';
import type { Implementer } from '../implementer.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { createListingCache } from './listing-cache.ts';
import { openPlace } from './open-place.ts';
import { selectFiles } from './select-files.ts';

/**
 * `layers` of the contract.
 * @param now epoch milliseconds that ages count from
 */
export function createLayersHandlers(
  os: Implementer['layers'],
  sources: SourceRegistry,
  blobInfo: BIC,
  now: () => number,
) {
  const listings = createListingCache();
  return {
    page: os.page.handler(({ input: { sourceId, offset, limit, ...written }, signal }) =>
      sources.query(sourceId, signal, async (catalog, version) => {
        const page = await catalog.layersPage({ ...layerQuery(catalog, written, now()), offset, limit });
        return { ...page, version };
      }),
    ),
    get: os.get.handler(async ({ input, signal }) => {
      const layer = await sources.query(input.sourceId, signal, (catalog) => findLayer(catalog, input.digest));
      const places = await otherPlaces({ sources, blobInfo }, input.sourceId, [layer.digest], signal);
      return { ...layer, places: [...(places.get(layer.digest) ?? [])] };
    }),
    openPlace: os.openPlace.handler(({ input }) => openPlace(blobInfo, sources, input)),
    files: os.files.handler(async ({ input: { sourceId, digest: text, offset, limit, ...selection }, signal }) => {
      const { digest: whole, mediaType } = await sources.query(sourceId, signal, (catalog) => findLayer(catalog, text));
      const digest = parseDigest(whole);
      const source = await sources.cacheSource(sourceId, signal);
      const files = selectFiles(await listings.get(source, { digest, mediaType, signal }), selection);
      const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
      return { files: files.slice(offset, offset + limit), total: files.length, totalBytes };
    }),
  };
}

import { parseDigest } from '../../../shared/oci/digest.ts';
import type { Implementer } from '../implementer.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { createListingCache } from './listing-cache.ts';
import { openPlace } from './open-place.ts';
import { otherPlaces } from './other-places.ts';
import { selectFiles } from './select-files.ts';

/** `layers` of the contract. */
export function createLayersHandlers(os: Implementer['layers'], sources: SourceRegistry, blobInfo: BIC) {
  const listings = createListingCache();
  return {
    page: os.page.handler(({ input: { sourceId, ...query }, signal }) =>
      sources.query(sourceId, signal, async (catalog, version) => ({ ...(await catalog.layersPage(query)), version })),
    ),
    get: os.get.handler(async ({ input, signal }) => {
      const layer = await sources.query(input.sourceId, signal, (catalog) => catalog.layer(input.digest));
      const asked = sources.get(input.sourceId);
      const held = (sourceId: string) => sources.query(sourceId, signal, (catalog) => catalog.layer(layer.digest));
      return { ...layer, locations: await otherPlaces(blobInfo, layer.digest, asked, sources.list(), held) };
    }),
    openPlace: os.openPlace.handler(({ input }) => openPlace(blobInfo, sources, input)),
    files: os.files.handler(async ({ input: { sourceId, digest: text, offset, limit, ...selection }, signal }) => {
      const digest = parseDigest(text);
      const { mediaType } = await sources.query(sourceId, signal, (catalog) => catalog.layer(digest));
      const source = await sources.cacheSource(sourceId, signal);
      const files = selectFiles(await listings.get(source, { digest, mediaType, signal }), selection);
      const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
      return { files: files.slice(offset, offset + limit), total: files.length, totalBytes };
    }),
  };
}

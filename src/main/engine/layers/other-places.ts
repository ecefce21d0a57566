import type { LayerLocation } from '../../../shared/model/layer.ts';
import type { Source } from '../../../shared/model/source.ts';
import { locateLayerDigest } from '../blob-info/locate.ts';
import { isOnThisMachine, isSamePlace, locationOfPlace } from '../blob-info/same-place.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { Catalog } from '../ports/catalog.ts';

/** A source of the list, as far as it matters here. */
type Listed = Pick<Source, 'id' | 'place' | 'state'>;

/**
 * Returns where else a blob was seen, best first (`locateLayer`), without the source that is asked about. Places that are
 * not open are not asked. One that is open has been: if it lies on this machine and its catalog does not have the blob,
 * it is forgotten. (A repository may still have what its tag no longer names.)
 *
 * `layer` gives the blob as the catalog of an open source has it.
 * @throws what `layer` throws
 */
export async function otherPlaces(
  blobInfo: Pick<BIC, 'knownLocations' | 'forgetLocation'>,
  digest: string,
  { place: here }: Pick<Source, 'place'>,
  open: readonly Listed[],
  layer: (sourceId: string) => ReturnType<Catalog['layer']>,
): Promise<LayerLocation[]> {
  const places = new Map(open.map((source) => [locationOfPlace(source.place), source]));
  const found: LayerLocation[] = [];
  for (const { ref, recordedAt } of await locateLayerDigest(blobInfo, digest, here, false)) {
    if (isSamePlace(ref, here)) continue;
    const text = locationOfPlace(ref);
    const source = places.get(text);
    if (source && !(await mayHold(source, layer))) {
      await blobInfo.forgetLocation(digest, ref);
      continue;
    }
    found.push({ ref: text, kind: ref.transport, recordedAt, ...(source ? { sourceId: source.id } : {}) });
  }
  return found;
}

async function mayHold(source: Listed, layer: (sourceId: string) => ReturnType<Catalog['layer']>): Promise<boolean> {
  if (source.state !== 'ready' || !isOnThisMachine(source.place)) return true;
  return (await layer(source.id))?.present ?? false;
}

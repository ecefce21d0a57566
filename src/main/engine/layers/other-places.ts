import type { LayerLocation } from '../../../shared/model/layer.ts';
import type { Source } from '../../../shared/model/source.ts';
import { formatRef } from '../../../shared/oci/reference.ts';
import type { BIC } from '../ports/blob-info-cache.ts';

/**
 * Where else a blob was seen, the most recently recorded first, without the source that is asked about. Nothing is asked
 * of those places: a place that turns out not to hold it is forgotten by whoever finds out.
 */
export async function otherPlaces(
  blobInfo: Pick<BIC, 'knownLocations'>,
  digest: string,
  asked: Pick<Source, 'location'>,
  open: readonly Pick<Source, 'id' | 'location'>[],
): Promise<LayerLocation[]> {
  const known = await blobInfo.knownLocations(digest);
  return known
    .map(({ ref, recordedAt }): LayerLocation => {
      const text = formatRef(ref);
      const there = open.find(({ location }) => location === text || location === pathOf(text));
      return { ref: text, kind: ref.transport, recordedAt, ...(there ? { sourceId: there.id } : {}) };
    })
    .filter(({ ref }) => ref !== asked.location && pathOf(ref) !== asked.location);
}

/** A managed store is listed by its path alone. */
function pathOf(ref: string): string {
  return ref.startsWith('store://') ? ref.slice('store://'.length) : ref;
}

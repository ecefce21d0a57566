import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { formatRef } from '../../../shared/oci/reference.ts';
import type { BIC } from '../ports/blob-info-cache.ts';

/** Gives the places where each of its blobs is known to be: digest → references as text. */
export interface SourceProvider {
  getSources(bic: BIC): Promise<Map<string, string[]>>;
}

/** The layers of one manifest; those with a known place come with all of them, the most recently recorded first. */
export class LayerBlobInfo implements SourceProvider {
  readonly layers: readonly Descriptor[];

  constructor(layers: readonly Descriptor[]) {
    this.layers = layers;
  }

  async getSources(bic: BIC): Promise<Map<string, string[]>> {
    const sources = new Map<string, string[]>();
    for (const { digest } of this.layers) {
      if (sources.has(digest)) continue;
      const known = await bic.knownLocations(digest);
      if (known.length > 0) {
        sources.set(
          digest,
          known.map((location) => formatRef(location.ref)),
        );
      }
    }
    return sources;
  }
}

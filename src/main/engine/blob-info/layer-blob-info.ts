import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import { locationOfPlace } from './same-place.ts';

/** Gives the places where each of its blobs is known to be: digest → references, as texts that open. */
export interface SourceProvider {
  getSources(bic: BIC): Promise<Map<string, string[]>>;
}

/** The layers of a manifest; those with a known place come with all of them, the most recently recorded first. */
export class LayerBlobInfo implements SourceProvider {
  readonly layers: readonly Pick<Descriptor, 'digest'>[];

  constructor(layers: readonly Pick<Descriptor, 'digest'>[]) {
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
          known.map(({ ref }) => locationOfPlace(ref)),
        );
      }
    }
    return sources;
  }
}

import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import type { BIC, KnownLocation } from '../ports/blob-info-cache.ts';
import { locateLayerDigest } from './locate.ts';
import { locationOfPlace } from './same-place.ts';

/** Gives the places where each of its blobs is known to be: digest → references, as texts that open. */
export interface SourceProvider {
  getSources(bic: BIC): Promise<Map<string, string[]>>;
}

/** No registry: nothing is near it. */
const NOWHERE: Ref = { transport: 'oci', registry: '', repository: '' };

/** The layers of a manifest; those with a known place come with all of them, the most recently recorded first. */
export class LayerBlobInfo implements SourceProvider {
  readonly layers: readonly Pick<Descriptor, 'digest'>[];

  constructor(layers: readonly Pick<Descriptor, 'digest'>[]) {
    this.layers = layers;
  }

  async getSources(bic: Pick<BIC, 'knownLocations'>): Promise<Map<string, string[]>> {
    const found = await this.locations(bic, NOWHERE);
    return new Map([...found].map(([digest, known]) => [digest, known.map(({ ref }) => locationOfPlace(ref))]));
  }

  /** Returns the known places of each layer that has any, best first for who is at `dest`: see `locateLayerDigest`. */
  async locations(bic: Pick<BIC, 'knownLocations'>, dest: Ref): Promise<Map<string, KnownLocation[]>> {
    const found = new Map<string, KnownLocation[]>();
    for (const { digest } of this.layers) {
      if (found.has(digest)) continue;
      const known = await locateLayerDigest(bic, digest, dest, false);
      if (known.length > 0) found.set(digest, known);
    }
    return found;
  }
}

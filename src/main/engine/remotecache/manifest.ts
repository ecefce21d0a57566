import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from './cache-config.ts';

/** The three wire forms BuildKit writes to a layout or a registry. */
export type WireForm = 'image-manifest' | 'index-oci' | 'index-docker';

/** The parts of a manifest. `layers`: one entry for each of the config's layers, repeats included. */
export interface ManifestParts {
  readonly form: WireForm;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** A manifest's bytes as BuildKit writes them, and the descriptor that an index entry needs (without annotations). */
export function buildManifest(_parts: ManifestParts): { readonly bytes: Uint8Array; readonly descriptor: Descriptor } {
  throw new CacheError('INTERNAL', 'not built yet');
}

/**
 * One descriptor for each layer of the config, in its order, found by digest.
 * @throws `CORRUPT` naming `layers[i]` where there is none
 */
export function layerDescriptors(_config: CacheConfig, _descriptors: readonly Descriptor[]): Descriptor[] {
  throw new CacheError('INTERNAL', 'not built yet');
}

import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { WireForm } from './manifest.ts';
import {
  countOf,
  descriptorAt,
  type ManifestDocument,
  mediaTypeAt,
  type PackedDescriptors,
  without,
} from './manifest-reader.ts';

/** What a manifest document is. Only `cache` leads to a cache config; an image may still hold an inline cache. */
export type DescribedManifest =
  | { readonly kind: 'cache'; readonly form: WireForm; readonly config: Descriptor; readonly layers: PackedDescriptors }
  | { readonly kind: 'image'; readonly config: Descriptor | undefined; readonly layers: PackedDescriptors }
  | { readonly kind: 'index'; readonly manifests: PackedDescriptors };

const MANIFEST_TYPES: readonly string[] = [MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest];
const INDEX_TYPES: readonly string[] = [MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerManifestList];

/**
 * Tells what a document is by its fields, as BuildKit's importer does (`cache/remotecache/import.go`): `config` or
 * `layers` make it a manifest, else it is an index, and a media type that we know has to agree. In an index the last
 * entry with the media type of a cache config is the config, and all others are layers.
 * @param declared media type of the descriptor that led here, for documents that do not say their own
 * @throws `CORRUPT` with the subject given
 */
export function describeManifest(document: ManifestDocument, declared: string, subject: string): DescribedManifest {
  const { has, mediaType } = document;
  const isManifest = has.config || has.layers;
  if (isManifest && has.manifests) {
    throw new CacheError('CORRUPT', 'This has the fields of a manifest and those of an index.', {
      subject,
      hint: 'A registry or tool has mixed them up. Export the cache again.',
    });
  }
  if ((isManifest ? INDEX_TYPES : MANIFEST_TYPES).includes(mediaType)) {
    const found = isManifest ? 'a manifest' : 'an index';
    throw new CacheError('CORRUPT', `The media type says ${mediaType}, but the fields are those of ${found}.`, {
      subject,
      hint: 'Export the cache again.',
    });
  }
  if (isManifest) {
    const { config, descriptors: layers } = document;
    return config?.mediaType === MEDIA_TYPES.cacheConfig
      ? { kind: 'cache', form: 'image-manifest', config, layers }
      : { kind: 'image', config, layers };
  }
  for (let i = countOf(document.descriptors) - 1; i >= 0; i--) {
    if (mediaTypeAt(document.descriptors, i) !== MEDIA_TYPES.cacheConfig) continue;
    const config = descriptorAt(document.descriptors, i);
    const form = (mediaType || declared) === MEDIA_TYPES.dockerManifestList ? 'index-docker' : 'index-oci';
    return { kind: 'cache', form, config, layers: without(document.descriptors, i) };
  }
  return { kind: 'index', manifests: document.descriptors };
}

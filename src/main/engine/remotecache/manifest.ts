import { createHash } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { goString } from './marshal.ts';

/** The three wire forms BuildKit writes to a layout or a registry. */
export type WireForm = 'image-manifest' | 'index-oci' | 'index-docker';

/** The same, and what its S3 back end writes: a config that says of each layer what it is, and no manifest beside it. */
export type WrittenForm = WireForm | 's3';

/** The parts of a manifest. `layers`: one entry for each of the config's layers, repeats included. */
export interface ManifestParts {
  readonly form: WireForm;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Media type of the manifest of a wire form. */
const FORM_TYPES: Readonly<Record<WireForm, string>> = {
  'image-manifest': MEDIA_TYPES.ociManifest,
  'index-oci': MEDIA_TYPES.ociIndex,
  'index-docker': MEDIA_TYPES.dockerManifestList,
};

/**
 * A manifest's bytes as BuildKit writes them (image-spec structs, Go's JSON rules) and its descriptor. In the index forms
 * layers and config stand side by side in `manifests`, the config last. Layer media types are brought into the family of
 * the form first, as BuildKit does.
 */
export function buildManifest(parts: ManifestParts): { readonly bytes: Uint8Array; readonly descriptor: Descriptor } {
  const mediaType = FORM_TYPES[parts.form];
  const convert = parts.form === 'index-docker' ? toDockerLayerType : toOciLayerType;
  const layers = parts.layers.map((layer) => descriptorJson({ ...layer, mediaType: convert(layer.mediaType) }));
  const config = descriptorJson(parts.config);
  const body =
    parts.form === 'image-manifest'
      ? `"config":${config},"layers":[${layers.join()}]`
      : `"manifests":[${[...layers, config].join()}]`;
  const bytes = new TextEncoder().encode(`{"schemaVersion":2,"mediaType":${goString(mediaType)},${body}}`);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { bytes, descriptor: { mediaType, digest, size: bytes.length } };
}

/**
 * One descriptor for each layer of the config, in its order, found by digest.
 * @throws `CORRUPT` naming `layers[i].blob` where there is none
 */
export function layerDescriptors(config: CacheConfig, descriptors: readonly Descriptor[]): Descriptor[] {
  const byDigest = new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
  return Array.from(config.layerBlob, (text, layer) => {
    const digest = config.texts[text] ?? '';
    const found = byDigest.get(digest);
    if (found) return found;
    throw new CacheError('CORRUPT', `The manifest has no descriptor of ${digest}.`, {
      subject: `layers[${layer}].blob`,
      hint: 'Manifest and cache config do not belong together. Export the cache again.',
    });
  });
}

/** A descriptor in Go's field order, annotations by key. */
export function descriptorJson(descriptor: Descriptor): string {
  const { mediaType, digest, size, annotations } = descriptor;
  const entries = Object.entries(annotations ?? {}).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const pairs = entries.map(([key, value]) => `${goString(key)}:${goString(value)}`);
  const tail = pairs.length === 0 ? '' : `,"annotations":{${pairs.join()}}`;
  return `{"mediaType":${goString(mediaType)},"digest":${goString(digest)},"size":${size}${tail}}`;
}

/** Layer media types in both families, pair by pair. */
const LAYER_TYPES: readonly (readonly [oci: string, docker: string])[] = [
  ['application/vnd.oci.image.layer.v1.tar', 'application/vnd.docker.image.rootfs.diff.tar'],
  ['application/vnd.oci.image.layer.v1.tar+gzip', 'application/vnd.docker.image.rootfs.diff.tar.gzip'],
  ['application/vnd.oci.image.layer.v1.tar+zstd', 'application/vnd.docker.image.rootfs.diff.tar.zstd'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'application/vnd.docker.image.rootfs.foreign.diff.tar'],
  [
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  ],
];

/** The OCI name of a layer media type; unknown types pass through. */
export function toOciLayerType(mediaType: string): string {
  return LAYER_TYPES.find(([, docker]) => docker === mediaType)?.[0] ?? mediaType;
}

/** The Docker name of a layer media type; unknown types pass through. */
export function toDockerLayerType(mediaType: string): string {
  return LAYER_TYPES.find(([oci]) => oci === mediaType)?.[1] ?? mediaType;
}

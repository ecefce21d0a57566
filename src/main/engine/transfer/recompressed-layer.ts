import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { ANNOTATIONS, MEDIA_TYPES } from '../../../shared/oci/media-types.ts';

/** What a layer can be recompressed to. */
export type LayerCompression = 'gzip' | 'zstd';

/**
 * Annotations that describe the packed bytes, or where they came from: of other bytes they do not hold. Tables of
 * contents of estargz and zstd:chunked, what other snapshotters put beside them, and repositories that have the blob.
 */
const OF_THE_PACKED = [
  'containerd.io/snapshot/',
  'io.containers.estargz.',
  'io.github.containers.zstd-chunked.',
  'containerd.io/distribution.source.',
];

/** The descriptor of a layer that was packed anew: media type of the same family, annotations that still hold. */
export function recompressedLayer(
  blob: Descriptor,
  to: LayerCompression,
  { digest, size, diffId }: { readonly digest: string; readonly size: number; readonly diffId: string },
): Descriptor {
  const kept = Object.entries(blob.annotations ?? {}).filter(
    ([key]) => !OF_THE_PACKED.some((prefix) => key.startsWith(prefix)),
  );
  const annotations = { ...Object.fromEntries(kept), [ANNOTATIONS.uncompressed]: diffId };
  return { mediaType: withCompression(blob.mediaType, to), digest, size, annotations };
}

/** Docker writes `….tar.gzip`, OCI `….tar+gzip`. A type that names no tar becomes OCI's. */
export function withCompression(mediaType: string, to: LayerCompression): string {
  const tar = mediaType.replace(/[.+](gzip|zstd)$/, '');
  if (!tar.endsWith('.tar')) return `${MEDIA_TYPES.ociLayer}+${to}`;
  return `${tar}${tar.startsWith('application/vnd.docker.') ? '.' : '+'}${to}`;
}

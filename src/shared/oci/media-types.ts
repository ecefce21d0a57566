/** Media types of the documents a build cache consists of. Source: BuildKit `cache/remotecache`, OCI image-spec. */
export const MEDIA_TYPES = {
  cacheConfig: 'application/vnd.buildkit.cacheconfig.v0',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  ociImageConfig: 'application/vnd.oci.image.config.v1+json',
  dockerImageConfig: 'application/vnd.docker.container.image.v1+json',
  /** Uncompressed; how else it is packed stands behind it. */
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** How layers are compressed. */
export const COMPRESSIONS = ['none', 'gzip', 'zstd', 'unknown'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** How a layer of this media type is compressed; encryption hides it. Docker's `…diff.tar.gzip` and OCI's `…tar+gzip` are the same here. */
export function compressionOf(mediaType: string): Compression {
  if (/[.+]gzip$/.test(mediaType)) return 'gzip';
  if (/[.+]zstd$/.test(mediaType)) return 'zstd';
  if (/\.tar$/.test(mediaType)) return 'none';
  return 'unknown';
}

/** Annotation keys on descriptors and index entries. */
export const ANNOTATIONS = {
  refName: 'org.opencontainers.image.ref.name',
  imageName: 'io.containerd.image.name',
  uncompressed: 'containerd.io/uncompressed',
  createdAt: 'buildkit/createdat',
  description: 'buildkit/description',
} as const;

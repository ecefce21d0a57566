import { type Digest, isDigest, parseDigest } from '../../../shared/oci/digest.ts';
import type { S3Address } from '../../../shared/oci/s3-address.ts';

/**
 * Keys of an S3 cache, as BuildKit's `type=s3` writes them (`cache/remotecache/s3`):
 *
 * ```
 * PREFIX manifests/ NAME            the cache of this name: its config, with a descriptor in each layer
 * PREFIX blobs/ sha256:HEX          a layer
 * ```
 *
 * Nothing stands between the parts; `manifests/` and `blobs/` can be other texts, also empty ones.
 */
export interface S3Layout {
  readonly manifests: string;
  readonly blobs: string;
  manifestKey(name: string): string;
  blobKey(digest: Digest): string;
  /** The name of the cache whose manifest a key is; undefined for what is none. */
  nameOf(key: string): string | undefined;
  /** The digest of the blob that lies under a key; undefined for what is none. */
  digestOf(key: string): Digest | undefined;
}

/** Returns the layout of an address. */
export function s3Layout({ prefix, manifestsPrefix, blobsPrefix }: S3Address): S3Layout {
  const manifests = prefix + manifestsPrefix;
  const blobs = prefix + blobsPrefix;
  const digestOf = (key: string): Digest | undefined => {
    const text = key.startsWith(blobs) ? key.slice(blobs.length) : '';
    return isDigest(text) ? parseDigest(text) : undefined;
  };
  return {
    manifests,
    blobs,
    digestOf,
    manifestKey: (name) => manifests + name,
    blobKey: (digest) => blobs + digest,
    nameOf(key) {
      // A key that ends with a slash is what browsers of buckets show as a folder.
      if (!key.startsWith(manifests) || key.endsWith('/') || key === manifests) return undefined;
      if (digestOf(key) !== undefined) return undefined;
      // Blobs may lie below the manifests.
      if (blobs !== manifests && blobs.startsWith(manifests) && key.startsWith(blobs)) return undefined;
      return key.slice(manifests.length);
    },
  };
}

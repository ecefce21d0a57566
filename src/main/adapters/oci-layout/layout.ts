import { join } from 'node:path';
import { DIGEST_ALGORITHMS, type Digest, isDigest, splitDigest } from '../../../shared/oci/digest.ts';

/**
 * Where the parts of an OCI image layout lie, in a folder or in a tar. No path is joined anywhere else.
 *
 * ```
 * <root>/
 *   oci-layout                 {"imageLayoutVersion":"1.0.0"}; not needed, BuildKit does not look at it either
 *   index.json                 references
 *   blobs/<algorithm>/<hex>    manifests, configs, layers
 *   …                          ingest/, index.json.lock, a store's own folder: not looked at
 * <root>/provenance.json  or  <root>/../provenance.json, of a tar: beside it
 *                              the attestation of the build that filled the cache: names for its records
 * ```
 */
export const LAYOUT_FILE = 'oci-layout';
export const INDEX_FILE = 'index.json';
export const PROVENANCE_FILE = 'provenance.json';
export const BLOBS_FOLDER = 'blobs';

/** Algorithms of digests, each a folder below `blobs`. */
export const ALGORITHMS = Object.keys(DIGEST_ALGORITHMS) as (keyof typeof DIGEST_ALGORITHMS)[];

/** Path of a blob below the root, with slashes. Safe to join: a `Digest` has been parsed. */
export function blobName(digest: Digest): string {
  const { algorithm, hex } = splitDigest(digest);
  return `${BLOBS_FOLDER}/${algorithm}/${hex}`;
}

/** The digest that a path below the root belongs to; undefined for a path of anything but a blob. */
export function digestOfName(name: string): Digest | undefined {
  const [folder, algorithm, hex, ...rest] = name.split('/');
  const digest = `${algorithm}:${hex}`;
  return folder === BLOBS_FOLDER && rest.length === 0 && isDigest(digest) ? digest : undefined;
}

/** Places where a companion file may lie, nearest first. */
export function provenancePlaces(root: string): readonly string[] {
  return [join(root, PROVENANCE_FILE), join(root, '..', PROVENANCE_FILE)];
}

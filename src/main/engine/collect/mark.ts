import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CollectedBucket, FoundManifest } from '../ports/collected-bucket.ts';
import { eachOf } from '../streams/each-of.ts';
import { BlobList } from './blob-list.ts';
import { DigestTable } from './digest-table.ts';
import { plannedFate } from './fate.ts';

/** Manifests read at once: each is in memory as a whole. */
const READ_AT_ONCE = 4;

/** A count of blobs and their bytes. */
interface Sum {
  blobs: number;
  bytes: number;
}

/** A manifest, and the numbers of the blobs that it needs, each once. */
export interface MarkedManifest extends FoundManifest {
  readonly needs: Uint32Array;
}

/** What a cache in a bucket consists of. Linear in blobs, with some 70 bytes for each. */
export interface Mark {
  /** Epoch ms by the server's clock. */
  readonly now: number;
  readonly manifests: readonly MarkedManifest[];
  /** False where other keys lie below the prefix, too many to look for manifests among them. */
  readonly isAll: boolean;
  /** Number of a needed blob → its size, and when it was written or renewed; -1 where it is not there. */
  readonly sizes: Float64Array;
  readonly modifiedAt: Float64Array;
  /** Number of a needed blob → its digest. */
  digestOf(number: number): Digest;
  /** What no manifest needs, and is old enough. */
  readonly goes: BlobList;
  /** What no manifest needs, and is younger. */
  readonly young: Readonly<Sum>;
}

/**
 * Reads every manifest, then lists every blob, and decides over each. Manifests come first: what is written later is
 * found by the second look of an apply.
 * @throws as the bucket; a manifest that cannot be read ends it, since nobody knows what that one needs
 */
export async function markBlobs(bucket: CollectedBucket, olderThanMs: number, signal?: AbortSignal): Promise<Mark> {
  const found = await bucket.manifests(signal);
  const now = await bucket.now();
  const { manifests, needed } = await readNeeds(bucket, found.manifests, signal);
  const sizes = new Float64Array(needed.size).fill(-1);
  const modifiedAt = new Float64Array(needed.size).fill(-1);
  const goes = new BlobList();
  const young: Sum = { blobs: 0, bytes: 0 };
  await bucket.eachPage((page) => {
    for (const blob of page) {
      const number = needed.find(blob.digest);
      const fate = plannedFate(number >= 0, blob.modifiedAt, now, olderThanMs);
      if (fate === 'goes') goes.add(blob);
      else if (fate === 'young') {
        young.blobs += 1;
        young.bytes += blob.size;
      } else {
        sizes[number] = blob.size;
        modifiedAt[number] = blob.modifiedAt;
      }
    }
  }, signal);
  return {
    now,
    manifests,
    isAll: found.isAll,
    sizes,
    modifiedAt,
    goes,
    young,
    digestOf: (number) => needed.at(number),
  };
}

/** What manifests need. One that is gone meanwhile needs nothing. */
async function readNeeds(
  bucket: CollectedBucket,
  found: readonly FoundManifest[],
  signal?: AbortSignal,
): Promise<{ manifests: readonly MarkedManifest[]; needed: DigestTable }> {
  const needed = new DigestTable();
  const manifests: MarkedManifest[] = [];
  await eachOf(found, { atOnce: READ_AT_ONCE, signal }, async (manifest, stop) => {
    const digests = await needsOf(bucket, manifest.name, stop);
    if (!digests) return;
    const numbers = new Set<number>();
    for (const digest of digests) numbers.add(needed.add(digest));
    manifests.push({ ...manifest, needs: Uint32Array.from(numbers) });
  });
  return { manifests: manifests.sort((a, b) => (a.name < b.name ? -1 : 1)), needed };
}

/**
 * Reads what a manifest needs; undefined for one that is gone.
 * @throws `CORRUPT`, `INVALID_INPUT` or why it cannot be read, with what that means for a collection
 */
export async function needsOf(
  bucket: CollectedBucket,
  name: string,
  signal?: AbortSignal,
): Promise<Iterable<string> | undefined> {
  try {
    return await bucket.needs(name, signal);
  } catch (error) {
    if (isCacheError(error, 'NOT_FOUND')) return undefined;
    if (!isCacheError(error) || error.code === 'CANCELLED') throw error;
    throw new CacheError(error.code, `The manifest ${name} cannot be read: ${error.message}`, {
      subject: error.subject ?? bucket.location,
      hint: 'Nothing is deleted while it is unknown what a manifest needs. Export it again, or delete the manifest.',
      cause: error,
    });
  }
}

import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { BlobStore } from '../ports/managed-store.ts';

/** Blobs asked about at once. */
const AT_ONCE = 64;

/** Digests of those that lie in a store with the size they should have. */
export async function presentBlobs(blobs: BlobStore, wanted: Iterable<Descriptor>): Promise<Set<string>> {
  const present = new Set<string>();
  const rest = [...new Map(Array.from(wanted, (blob) => [blob.digest, blob])).values()];
  const work = async () => {
    for (let blob = rest.pop(); blob; blob = rest.pop()) {
      if (await hasSize(blobs, parseDigest(blob.digest), blob.size)) present.add(blob.digest);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return present;
}

async function hasSize(blobs: BlobStore, digest: Digest, size: number): Promise<boolean> {
  // What stands in its place and is no blob is not there: writing the blob replaces it, or says what it is.
  const there = await blobs.find(digest).catch(() => undefined);
  return there?.size === size;
}

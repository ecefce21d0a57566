import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { LayoutStore } from '../ports/managed-store.ts';

/** From this many on, the store is listed once instead of being asked for each. */
const MANY = 200;

/** Those that lie in a store with the size they should have, by digest. */
export async function presentBlobs(store: LayoutStore, wanted: readonly Descriptor[]): Promise<Set<string>> {
  const candidates = await namedBlobs(store, wanted);
  const present = new Set<string>();
  for (const { digest, size } of candidates) {
    if (present.has(digest)) continue;
    // What stands in its place and is no blob is not there: writing the blob replaces it, or says what it is.
    const there = await store.blobs.find(parseDigest(digest)).catch(() => undefined);
    if (there?.size === size) present.add(digest);
  }
  return present;
}

/** Those of which nothing lies in a store. For blobs that were seen whole before. */
export async function vanishedBlobs(store: LayoutStore, wanted: readonly Descriptor[]): Promise<Descriptor[]> {
  const named = new Set((await namedBlobs(store, wanted)).map(({ digest }) => digest));
  return wanted.filter(({ digest }) => !named.has(digest));
}

async function namedBlobs(store: LayoutStore, wanted: readonly Descriptor[]): Promise<readonly Descriptor[]> {
  if (wanted.length >= MANY) {
    const names = await store.listBlobs();
    return wanted.filter(({ digest }) => names.has(digest));
  }
  const named: Descriptor[] = [];
  for (const blob of wanted) if (await store.blobs.moteExists(parseDigest(blob.digest))) named.push(blob);
  return named;
}

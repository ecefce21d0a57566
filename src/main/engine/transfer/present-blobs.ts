import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { isManaged, type LayoutStore } from '../ports/managed-store.ts';

/** From this many on, the store is listed once instead of being asked for each. */
const MANY = 200;

/** Those that lie in a store with the size they should have, by digest. What is known to be damaged is not among them. */
export async function presentBlobs(store: LayoutStore, wanted: readonly Descriptor[]): Promise<Set<string>> {
  const candidates = await namedBlobs(store, wanted, (digest) => store.blobs.moteExists(digest));
  const damaged: ReadonlyMap<string, unknown> = isManaged(store) ? await store.knownDamage() : new Map();
  const present = new Set<string>();
  for (const { digest, size } of candidates) {
    if (present.has(digest) || damaged.has(digest)) continue;
    // What stands in its place and is no blob is not there: it is among the unfit.
    const there = await store.blobs.find(parseDigest(digest)).catch(() => undefined);
    if (there?.size === size) present.add(digest);
  }
  return present;
}

/** Those of which something lies in a store that is not as it should be, a folder or a link too; `present`: those that are. */
export async function unfitBlobs(
  store: LayoutStore,
  wanted: readonly Descriptor[],
  present: ReadonlySet<string>,
): Promise<readonly Descriptor[]> {
  const rest = wanted.filter(({ digest }) => !present.has(digest));
  return namedBlobs(store, rest, (digest) =>
    store.blobs.find(digest).then(
      (found) => found !== undefined,
      () => true,
    ),
  );
}

/** Those of which nothing lies in a store. For blobs that were seen whole before. */
export async function vanishedBlobs(store: LayoutStore, wanted: readonly Descriptor[]): Promise<Descriptor[]> {
  const there = await namedBlobs(store, wanted, (digest) => store.blobs.moteExists(digest));
  const named = new Set(there.map(({ digest }) => digest));
  return wanted.filter(({ digest }) => !named.has(digest));
}

async function namedBlobs(
  store: LayoutStore,
  wanted: readonly Descriptor[],
  isThere: (digest: Digest) => Promise<boolean>,
): Promise<readonly Descriptor[]> {
  if (wanted.length >= MANY) {
    const names = await store.listBlobs();
    return wanted.filter(({ digest }) => names.has(digest));
  }
  const named: Descriptor[] = [];
  for (const blob of wanted) if (await isThere(parseDigest(blob.digest))) named.push(blob);
  return named;
}

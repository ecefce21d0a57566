import {
  DIGEST_ALGORITHMS,
  type Digest,
  type DigestAlgorithm,
  isDigest,
  splitDigest,
} from '../../../shared/oci/digest.ts';
import type { BlobProgress } from '../../engine/ports/managed-store.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { namesIn } from './layout-folder.ts';

/** What work under the lock is done with. */
export interface StoreFiles {
  readonly layout: StoreLayout;
  readonly disk: Disk;
}

const ALGORITHMS = Object.keys(DIGEST_ALGORITHMS) as DigestAlgorithm[];

/**
 * Renames blobs into a batch. Durable when it resolves. Can be repeated: what went before is in the batch already.
 * @returns those that were neither in the store nor in the batch
 */
export async function moveToTrash(
  { layout, disk }: StoreFiles,
  plan: string,
  digests: readonly Digest[],
  onProgress?: BlobProgress,
): Promise<Set<Digest>> {
  const algorithms = ALGORITHMS.filter((each) => digests.some((digest) => splitDigest(digest).algorithm === each));
  await disk.makeFolder(layout.trashBatch(plan).folder);
  for (const algorithm of algorithms) await disk.makeFolder(layout.trashBatch(plan).folderOf(algorithm));
  const moves = digests.map((digest) => ({ from: layout.blob(digest), to: layout.trashBatch(plan).blob(digest) }));
  const absent = await disk.renameAll(moves, onProgress);
  // New names first, old ones after: a crash between leaves a blob with both names, not with none.
  for (const algorithm of algorithms) await disk.syncFolder(layout.trashBatch(plan).folderOf(algorithm));
  await disk.syncFolder(layout.trashBatch(plan).folder);
  await disk.syncFolder(layout.trash);
  for (const algorithm of algorithms) await disk.syncFolder(layout.blobFolder(algorithm));
  if (absent.size === 0) return new Set();
  const inBatch = new Set(await blobsInBatch(layout, plan));
  return new Set([...absent].flatMap((at) => digests[at] ?? []).filter((digest) => !inBatch.has(digest)));
}

/** Renames blobs of a batch back: all, or only these. Durable when it resolves. */
export async function moveFromTrash(
  { layout, disk }: StoreFiles,
  plan: string,
  only?: ReadonlySet<Digest>,
  onProgress?: BlobProgress,
): Promise<void> {
  const digests = (await blobsInBatch(layout, plan)).filter((digest) => only?.has(digest) ?? true);
  if (digests.length === 0) return;
  const moves = digests.map((digest) => ({ from: layout.trashBatch(plan).blob(digest), to: layout.blob(digest) }));
  await disk.renameAll(moves, onProgress);
  const algorithms = new Set(digests.map((digest) => splitDigest(digest).algorithm));
  for (const algorithm of algorithms) await disk.syncFolder(layout.blobFolder(algorithm));
  for (const algorithm of algorithms) await disk.syncFolder(layout.trashBatch(plan).folderOf(algorithm));
}

async function blobsInBatch(layout: StoreLayout, plan: string): Promise<Digest[]> {
  const digests: Digest[] = [];
  for (const algorithm of ALGORITHMS) {
    for (const name of (await namesIn(layout.trashBatch(plan).folderOf(algorithm))) ?? []) {
      const digest = `${algorithm}:${name}`;
      if (isDigest(digest)) digests.push(digest);
    }
  }
  return digests;
}

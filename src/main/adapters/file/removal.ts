import { isCacheError, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { type LayoutIndexDocument, printLayoutIndex } from '../../../shared/oci/layout-index.ts';
import type {
  BlobProgress,
  LayoutIndex,
  LockOptions,
  Removal,
  Removed,
  SizedBlob,
} from '../../engine/ports/managed-store.ts';
import { reachableBlobs } from '../../engine/prune/reachable-blobs.ts';
import { removeFolders } from './delete-batch.ts';
import { readIndexFile, replaceIndexFile } from './index-file.ts';
import { beginEntry, endEntry, type RemovalEntry, writeNote } from './journal.ts';
import { leasedDigests } from './leases.ts';
import { readPlainFile } from './plain-text.ts';
import { moveFromTrash, moveToTrash, type StoreFiles } from './trash.ts';

/**
 * Takes blobs out of a store, step by step so that a crash after any of them can be finished or taken back:
 *
 * 1. the journal says what is about to be done, and the new documents are written,
 * 2. `index.json` is switched, and from then on it only goes forward,
 * 3. the blobs are renamed into the batch's folder, the folders are synced,
 * 4. leases are read once more, and what was leased meanwhile is brought back: a lease that was not there before the
 *    blob went was taken by someone who did not see the blob, or sees it again now,
 * 5. the batch gets its note, the journal entry goes.
 */
export async function removeBlobs(
  store: StoreFiles,
  index: LayoutIndex,
  removal: Removal,
  options: LockOptions & { readonly onProgress?: BlobProgress },
): Promise<Removed> {
  const after = removal.nextIndex && printLayoutIndex(removal.nextIndex);
  const entry: RemovalEntry = {
    kind: 'remove',
    plan: removal.plan,
    at: removal.at,
    records: removal.records,
    ...(after === undefined ? {} : { index: { before: index.text, after } }),
    documents: [...removal.documents],
    written: [...removal.written],
    blobs: [...removal.blobs],
  };
  // A manifest that cannot be read is found before anything is written.
  await neededBlobs(store, removal.nextIndex ?? index.document);
  await beginEntry(store.layout, store.disk, entry);
  try {
    await removal.write();
    throwIfAborted(options.signal);
    if (after !== undefined) await replaceIndexFile(store.layout, store.disk, index, after);
    return await finishRemoval(store, entry, options.onProgress);
  } catch (error) {
    await takeBack(store, entry);
    throw toCacheError(error, removal.plan);
  }
}

/** Steps 3 to 5; can be repeated after a crash in any of them. */
export async function finishRemoval(
  store: StoreFiles,
  entry: RemovalEntry,
  onProgress?: BlobProgress,
): Promise<Removed> {
  const { layout, disk } = store;
  const needed = await neededOrUnclear(store);
  const all = [...entry.blobs.map(({ digest }) => digest), ...entry.documents];
  const gone = await moveToTrash(
    store,
    entry.plan,
    all.filter((digest) => !needed.has(digest)),
    onProgress,
  );
  const leased = await leasedDigests(layout, disk);
  await moveFromTrash(store, entry.plan, leased);

  const skipped: { digest: Digest; reason: 'needed' | 'gone' }[] = [];
  const moved: SizedBlob[] = [];
  for (const blob of entry.blobs) {
    if (gone.has(blob.digest)) skipped.push({ digest: blob.digest, reason: 'gone' });
    else if (needed.has(blob.digest) || leased.has(blob.digest))
      skipped.push({ digest: blob.digest, reason: 'needed' });
    else moved.push(blob);
  }
  const bytes = moved.reduce((sum, blob) => sum + blob.size, 0);
  const { kind: _, blobs: __, ...batch } = entry;
  await writeNote(layout, disk, { ...batch, blobs: moved.length, bytes });
  await endEntry(layout, disk, entry.plan);
  return { blobs: moved.length, bytes, skipped };
}

/** Everything as before the removal. */
export async function takeBack(store: StoreFiles, entry: RemovalEntry): Promise<void> {
  const { layout, disk } = store;
  await moveFromTrash(store, entry.plan);
  const now = await readIndexFile(layout);
  if (entry.index && now.text === entry.index.after) {
    await replaceIndexFile(layout, disk, now, entry.index.before);
  }
  await dropUnneeded(store, entry.written);
  await removeFolders(disk, layout.trashBatch(entry.plan));
  await endEntry(layout, disk, entry.plan);
}

/** Deletes those of these blobs that no reference leads to and nobody leases. */
export async function dropUnneeded(store: StoreFiles, digests: readonly Digest[]): Promise<void> {
  if (digests.length === 0) return;
  const needed = await neededOrUnclear(store);
  for (const digest of digests) if (!needed.has(digest)) await store.disk.remove(store.layout.blob(digest));
}

/**
 * What the references on disk lead to, and what is leased. When a manifest among them has become unreadable, nobody can
 * tell: then everything counts as needed, so that work that has begun comes to an end and takes nothing away.
 */
async function neededOrUnclear(store: StoreFiles): Promise<Pick<Set<Digest>, 'has'>> {
  const { document } = await readIndexFile(store.layout);
  return neededBlobs(store, document).catch((error: unknown) => {
    if (isCacheError(error, 'CORRUPT')) return { has: () => true };
    throw error;
  });
}

/** @throws `CORRUPT` for a manifest that cannot be read */
async function neededBlobs({ layout, disk }: StoreFiles, document: LayoutIndexDocument): Promise<Set<Digest>> {
  const needed = await reachableBlobs(document, async (digest) => {
    try {
      return await readPlainFile(layout.blob(digest));
    } catch (error) {
      if (isCacheError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  });
  for (const digest of await leasedDigests(layout, disk)) needed.add(digest);
  return needed;
}

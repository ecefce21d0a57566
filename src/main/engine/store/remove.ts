import { throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { parseLayoutIndex, printLayoutIndex } from '../../../shared/oci/layout-index.ts';
import type { BlobProgress, LayoutIndex, LockOptions, Removal, Removed, SizedBlob } from '../ports/managed-store.ts';
import type { StoreFiles } from '../ports/store-files.ts';
import { nextSequence, trashBatch, writeTrashNote } from './batches.ts';
import { bringBack } from './bring-back.ts';
import { beginEntry, endEntry, type RemovalEntry } from './journal.ts';
import { dropUnneeded, neededBlobs, neededNow } from './needed-blobs.ts';
import { markPruned } from './prune-mark.ts';
import { takenAway } from './undone-index.ts';
import { madeRoom, withReserve } from './with-reserve.ts';

/**
 * Takes blobs out of a store, step by step so that a crash after any of them can be finished or taken back:
 *
 * 1. the journal says what is about to be done, and the new documents are written,
 * 2. `index.json` is switched, and from then on it only goes forward,
 * 3. the blobs move into the batch,
 * 4. leases are read once more, and what was leased meanwhile is brought back: a lease that was not there before the
 *    blob went was taken by someone who did not see the blob, or sees it again now,
 * 5. the batch gets its note, the journal entry goes.
 *
 * On a full disk the reserve of the store is given up, and it is tried once more.
 */
export async function removeBlobs(
  files: StoreFiles,
  index: LayoutIndex,
  removal: Removal,
  options: LockOptions & { readonly onProgress?: BlobProgress },
): Promise<Removed> {
  const { plan, cause = 'prune', at, records, documents, written, blobs } = removal;
  const next =
    removal.nextIndex && cause === 'prune' ? markPruned(index.document, removal.nextIndex, plan) : removal.nextIndex;
  const after = next && printLayoutIndex(next);
  const entry: RemovalEntry = {
    kind: 'remove',
    plan,
    cause,
    sequence: await nextSequence(files),
    at,
    records,
    ...(after === undefined ? {} : { index: { before: index.text, after } }),
    documents: [...documents],
    written: [...written],
    blobs: [...blobs],
  };
  // A manifest that cannot be read is found before anything is written.
  if (blobs.length + documents.length > 0) await neededBlobs(files, removal.nextIndex ?? index.document);
  await withReserve(files, () => beginEntry(files, entry));
  try {
    await removal.write();
    throwIfAborted(options.signal);
    if (after !== undefined) await files.replaceIndex(index, after);
    return await finishRemoval(files, entry, options.onProgress);
  } catch (error) {
    // First of all: taking back needs space for the index too.
    const hasRoom = await madeRoom(files, error);
    await takeBack(files, entry);
    if (hasRoom) return removeBlobs(files, index, removal, options);
    throw toCacheError(error, plan);
  }
}

/** Steps 3 to 5; can be repeated after a crash in any of them. */
export async function finishRemoval(
  files: StoreFiles,
  entry: RemovalEntry,
  onProgress?: BlobProgress,
): Promise<Removed> {
  const batch = trashBatch(entry.plan);
  const needed = await neededNow(files);
  const all = [...entry.blobs.map(({ digest }) => digest), ...entry.documents];
  const going = all.filter((digest) => !needed.has(digest));
  const absent = await files.move(going, 'blobs', batch, onProgress);
  const leased = await files.leased();
  await bringBack(files, batch, leased);

  const inBatch = new Set(absent.size > 0 ? await files.list(batch) : []);
  const isGone = (digest: Digest) => absent.has(digest) && !inBatch.has(digest);
  const skipped: { digest: Digest; reason: 'needed' | 'gone' }[] = [];
  const moved: SizedBlob[] = [];
  for (const blob of entry.blobs) {
    const { digest } = blob;
    if (needed.has(digest) || leased.has(digest)) skipped.push({ digest, reason: 'needed' });
    else if (isGone(digest)) skipped.push({ digest, reason: 'gone' });
    else moved.push(blob);
  }
  const bytes = moved.reduce((sum, blob) => sum + blob.size, 0);
  const { kind: _, blobs: __, ...note } = entry;
  await writeTrashNote(files, { ...note, blobs: moved.length, bytes });
  await endEntry(files, entry.plan);
  return { blobs: moved.length, bytes, skipped };
}

/** Makes everything as it was before the removal. */
export async function takeBack(files: StoreFiles, entry: RemovalEntry): Promise<void> {
  const batch = trashBatch(entry.plan);
  await bringBack(files, batch);
  const now = await files.readIndex();
  if (entry.index && now.text === entry.index.after) await files.replaceIndex(now, entry.index.before);
  await files.deleteNote(batch);
  await dropUnneeded(files, entry.written);
  await files.endBatch(batch);
  await endEntry(files, entry.plan);
}

/** Whether a removal whose process ended had not come to its switch: a reference that it takes away still stands. */
export async function isBeforeSwitch(files: StoreFiles, { index, plan }: RemovalEntry): Promise<boolean> {
  if (!index) return false;
  const subject = files.pathOf({ kind: 'journal', name: plan });
  const { document } = await files.readIndex();
  const standing = new Set(document.manifests.map((entry) => JSON.stringify(entry)));
  const gone = takenAway(parseLayoutIndex(index.before, subject), parseLayoutIndex(index.after, subject));
  return gone.some((entry) => standing.has(JSON.stringify(entry)));
}

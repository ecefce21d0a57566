import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { BlobProgress, EmptiedTrash, LockOptions } from '../ports/managed-store.ts';
import type { Batch, StoreFiles } from '../ports/store-files.ts';
import { quarantineNotes, trashNotes } from './batches.ts';

/**
 * Deletes every batch of the trash and of the quarantine for good. The oldest goes first: it may need blobs of a later one
 * to come back, never the other way round, so whatever is left when this is cut off can still be undone.
 */
export async function emptyTrash(
  files: StoreFiles,
  options: LockOptions & { readonly onProgress?: BlobProgress },
): Promise<EmptiedTrash> {
  const sizes = new Map<string, { readonly blobs: number; readonly bytes: number }>();
  for (const { plan, blobs, bytes } of (await trashNotes(files)).toReversed()) sizes.set(plan, { blobs, bytes });
  for (const { plan, blobs } of await quarantineNotes(files)) {
    sizes.set(plan, { blobs: blobs.length, bytes: blobs.reduce((sum, { size }) => sum + size, 0) });
  }
  const order = [...sizes.keys()];
  const found = [...(await files.batches('trash')), ...(await files.batches('quarantine'))];
  found.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const total = [...sizes.values()].reduce((sum, { blobs }) => sum + blobs, 0);
  let blobs = 0;
  let bytes = 0;
  const leftAlone: string[] = [];
  for (const batch of found) {
    throwIfAborted(options.signal);
    if (await deleteBatch(files, batch)) {
      blobs += sizes.get(batch.name)?.blobs ?? 0;
      bytes += sizes.get(batch.name)?.bytes ?? 0;
      options.onProgress?.(blobs, total);
    } else {
      leftAlone.push(files.folderOf(batch));
    }
  }
  return { blobs, bytes, leftAlone };
}

/**
 * Deletes a batch: its note becomes the mark that it goes, then its blobs, then the rest. One with anything else in it is
 * somebody else's too, and nothing of it is deleted. @returns whether it is gone
 */
export async function deleteBatch(files: StoreFiles, batch: Batch): Promise<boolean> {
  if (!(await files.holdsOnlyBlobs(batch))) return false;
  await files.condemn(batch);
  await files.delete(batch, await files.list(batch));
  await files.endBatch(batch);
  return true;
}

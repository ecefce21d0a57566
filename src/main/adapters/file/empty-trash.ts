import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { BlobProgress, EmptiedTrash, LockOptions } from '../../engine/ports/managed-store.ts';
import { deleteBatch } from './delete-batch.ts';
import { trashNotes } from './journal.ts';
import { emptyQuarantine } from './quarantine.ts';
import type { StoreFiles } from './trash.ts';

/** Deletes every batch, and what is in quarantine; see `deleteBatch`. */
export async function emptyTrash(
  { layout, disk }: StoreFiles,
  options: LockOptions & { readonly onProgress?: BlobProgress },
): Promise<EmptiedTrash> {
  const notes = await trashNotes(layout);
  const total = notes.reduce((sum, note) => sum + note.blobs, 0);
  let blobs = 0;
  let bytes = 0;
  const leftAlone: string[] = [];
  for (const note of notes) {
    throwIfAborted(options.signal);
    const batch = layout.trashBatch(note.plan);
    if (!(await deleteBatch(disk, batch))) {
      leftAlone.push(batch.folder);
      continue;
    }
    blobs += note.blobs;
    bytes += note.bytes;
    options.onProgress?.(blobs, total);
  }
  await disk.syncFolder(layout.trash);
  const quarantined = await emptyQuarantine({ layout, disk }, options.signal);
  return {
    blobs: blobs + quarantined.blobs,
    bytes: bytes + quarantined.bytes,
    leftAlone: [...leftAlone, ...quarantined.leftAlone],
  };
}

import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { BlobProgress, LockOptions } from '../../engine/ports/managed-store.ts';
import { trashNotes } from './journal.ts';
import { emptyQuarantine } from './quarantine.ts';
import type { StoreFiles } from './trash.ts';

/** Deletes every batch, and what is in quarantine. The note goes first: from then on the batch is garbage that anyone may finish deleting. */
export async function emptyTrash(
  { layout, disk }: StoreFiles,
  options: LockOptions & { readonly onProgress?: BlobProgress },
): Promise<{ blobs: number; bytes: number }> {
  const notes = await trashNotes(layout);
  const total = notes.reduce((sum, note) => sum + note.blobs, 0);
  let blobs = 0;
  let bytes = 0;
  for (const note of notes) {
    throwIfAborted(options.signal);
    await disk.remove(layout.trashNote(note.plan));
    await disk.syncFolder(layout.trashBatch(note.plan));
    await disk.removeTree(layout.trashBatch(note.plan));
    blobs += note.blobs;
    bytes += note.bytes;
    options.onProgress?.(blobs, total);
  }
  await disk.syncFolder(layout.trash);
  const quarantined = await emptyQuarantine({ layout, disk }, options.signal);
  return { blobs: blobs + quarantined.blobs, bytes: bytes + quarantined.bytes };
}

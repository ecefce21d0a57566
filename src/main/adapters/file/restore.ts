import { CacheError } from '../../../shared/base/errors.ts';
import { parseLayoutIndex } from '../../../shared/oci/layout-index.ts';
import type { BlobProgress, Restored } from '../../engine/ports/managed-store.ts';
import { restoredIndex } from '../../engine/prune/restored-index.ts';
import { removeFolders } from './delete-batch.ts';
import { readIndexFile, replaceIndexFile } from './index-file.ts';
import { beginEntry, endEntry, type RestoreEntry, readNote } from './journal.ts';
import { dropUnneeded } from './removal.ts';
import { moveFromTrash, type StoreFiles } from './trash.ts';

/**
 * Brings a batch back: blobs first, then the references that lead to them. Once it has begun it only goes forward.
 */
export async function restoreBatch(store: StoreFiles, plan: string, onProgress?: BlobProgress): Promise<Restored> {
  const { layout, disk } = store;
  const note = await readNote(layout, plan);
  if (!note) {
    throw new CacheError('NOT_FOUND', 'There is no such batch in the trash.', {
      subject: plan,
      hint: 'It was undone already, or the trash was emptied.',
    });
  }
  const now = await readIndexFile(layout);
  const parse = (text: string) => parseLayoutIndex(text, layout.trashBatch(plan).note);
  const outcome = note.index && restoredIndex(parse(note.index.before), parse(note.index.after), now.document);
  if (outcome && outcome.references.length === 0 && outcome.leftAlone.length > 0) {
    throw new CacheError('CONFLICT', 'Every reference of this batch has changed since.', {
      subject: outcome.leftAlone.join(', '),
      hint: 'Undo the later prune first. What was imported since stays as it is.',
    });
  }
  // Nothing else happened: byte for byte what it was.
  const after = note.index && now.text === note.index.after ? note.index.before : outcome?.text;
  const entry: RestoreEntry = {
    kind: 'restore',
    plan,
    ...(after === undefined ? {} : { index: { before: now.text, after } }),
    written: note.written,
  };
  await beginEntry(layout, disk, entry);
  await finishRestore(store, entry, onProgress);
  return {
    plan,
    records: note.records,
    blobs: note.blobs,
    references: outcome?.references ?? [],
    leftAlone: outcome?.leftAlone ?? [],
  };
}

/** All of it but the journal's first line; can be repeated after a crash anywhere. */
export async function finishRestore(store: StoreFiles, entry: RestoreEntry, onProgress?: BlobProgress): Promise<void> {
  const { layout, disk } = store;
  await moveFromTrash(store, entry.plan, undefined, onProgress);
  const now = await readIndexFile(layout);
  if (entry.index && now.text === entry.index.before) await replaceIndexFile(layout, disk, now, entry.index.after);
  await dropUnneeded(store, entry.written);
  await disk.remove(layout.trashBatch(entry.plan).note);
  await removeFolders(disk, layout.trashBatch(entry.plan));
  await disk.syncFolder(layout.trash);
  await endEntry(layout, disk, entry.plan);
}

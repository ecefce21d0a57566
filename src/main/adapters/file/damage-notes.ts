import { z } from 'zod';
import { type Digest, digestSchema } from '../../../shared/oci/digest.ts';
import { looksTheSame } from '../../engine/model/file-look.ts';
import type { DamageNote } from '../../engine/ports/managed-store.ts';
import type { Disk } from './disk.ts';
import { fileLooks } from './file-looks.ts';
import { layoutOf, type StoreLayout } from './layout.ts';
import { placeText } from './layout-folder.ts';
import { readPlainText } from './plain-text.ts';

const notesSchema = z.object({
  found: z.array(
    z.object({
      digest: digestSchema,
      message: z.string(),
      // What the file looked like: bytes that were replaced since are not these bytes.
      file: z.object({ inode: z.number(), size: z.number(), modifiedMs: z.number() }),
    }),
  ),
});

/**
 * What the last check of a store found damaged and nobody has touched since. Empty where nothing was noted, and where
 * the notes cannot be read: they save a check, and another check writes them anew.
 */
export async function readDamageNotes(root: string): Promise<Map<Digest, DamageNote>> {
  const layout = layoutOf(root);
  const known = new Map<Digest, DamageNote>();
  for (const { digest, message, file } of await notesOf(layout)) {
    const now = await fileLooks.look(layout.blob(digest));
    if (now && looksTheSame(file, now)) known.set(digest, { digest, message });
  }
  return known;
}

/** Replaces the notes. What is not there any more is left out. The caller holds the store's lock. */
export async function writeDamageNotes(layout: StoreLayout, disk: Disk, notes: readonly DamageNote[]): Promise<void> {
  const found = [];
  for (const note of notes) {
    const file = await fileLooks.look(layout.blob(note.digest));
    if (file) found.push({ ...note, file });
  }
  await placeText(layout, disk, layout.damage, JSON.stringify({ found }));
}

async function notesOf(layout: StoreLayout): Promise<z.infer<typeof notesSchema>['found']> {
  try {
    return notesSchema.parse(JSON.parse(await readPlainText(layout.damage))).found;
  } catch {
    return [];
  }
}

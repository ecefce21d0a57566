import * as fs from 'node:fs/promises';
import { z } from 'zod';
import { type Digest, digestSchema } from '../../../shared/oci/digest.ts';
import type { DamageNote } from '../../engine/ports/managed-store.ts';
import type { Disk } from './disk.ts';
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

/** Setting the access time of a file rounds its modification time. */
const ROUNDING_MS = 2;

/**
 * What the last check of a store found damaged and nobody has touched since. Empty where nothing was noted, and where
 * the notes cannot be read: they save a check, and another check writes them anew.
 */
export async function readDamageNotes(root: string): Promise<Map<Digest, DamageNote>> {
  const layout = layoutOf(root);
  const known = new Map<Digest, DamageNote>();
  for (const { digest, message, file } of await notesOf(layout)) {
    const now = await looksOf(layout, digest);
    if (!now || now.inode !== file.inode || now.size !== file.size) continue;
    if (Math.abs(now.modifiedMs - file.modifiedMs) <= ROUNDING_MS) known.set(digest, { digest, message });
  }
  return known;
}

/** Replaces the notes. What is not there any more is left out. The caller holds the store's lock. */
export async function writeDamageNotes(layout: StoreLayout, disk: Disk, notes: readonly DamageNote[]): Promise<void> {
  const found = [];
  for (const note of notes) {
    const file = await looksOf(layout, note.digest);
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

async function looksOf(layout: StoreLayout, digest: Digest) {
  const stat = await fs.lstat(layout.blob(digest)).catch(() => undefined);
  return stat && { inode: stat.ino, size: stat.size, modifiedMs: stat.mtimeMs };
}

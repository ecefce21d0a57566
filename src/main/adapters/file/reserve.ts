import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { close } from './descriptors.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { exists } from './layout-folder.ts';
import { ownedName } from './owner.ts';

/** Enough for the journal, the index, a new config and manifest and the note of a prune of some thousand blobs. */
const RESERVE_BYTES = 256 * 1024;
/** It is made only where it takes a small part of what is free. */
const ROOM = 8;

/**
 * Makes the reserve of a store where it is not there and the disk has room for it: space that a prune may give up when the
 * disk is full. Its bytes are random, so that a disk that compresses really keeps the space. A store does without it too:
 * nothing is thrown.
 */
export async function keepReserve(layout: StoreLayout, disk: Disk): Promise<void> {
  const pending = layout.ingestEntry(ownedName('text'));
  try {
    if (await exists(layout.reserve)) return;
    const { bavail, bsize } = await fs.statfs(layout.own);
    if (bavail * bsize < RESERVE_BYTES * ROOM) return;
    const file = await disk.create(pending);
    try {
      await disk.write(file, randomBytes(RESERVE_BYTES));
      await disk.sync(file);
    } finally {
      close(file);
    }
    await disk.rename(pending, layout.reserve);
    await disk.syncFolder(layout.own);
  } catch {
    await disk.remove(pending).catch(() => {});
  }
}

/** Gives the space back. @returns whether there was a reserve */
export async function giveUpReserve(layout: StoreLayout, disk: Disk): Promise<boolean> {
  if (!(await exists(layout.reserve))) return false;
  await disk.remove(layout.reserve);
  await disk.syncFolder(layout.own);
  return true;
}

import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { close } from './descriptors.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { exists } from './layout-folder.ts';
import { ownedName } from './owner.ts';

/** Enough for a prune of some hundred blobs. Larger ones are this, doubled some times: so it is seldom made anew. */
const LEAST_BYTES = 256 * 1024;
/** Enough for a prune of some hundred thousand blobs. */
const MOST_BYTES = 256 * 1024 * 1024;
/** It is made only where it takes a small part of what is free. */
const ROOM = 8;
/** One that is this much larger than it has to be is made anew. */
const SLACK = 4;
const PIECE_BYTES = 1024 * 1024;

/**
 * Makes the reserve of a store where it is not there, or too small by now, and the disk has room for it: space that a prune
 * may give up when the disk is full. Its bytes are random, so that a disk that compresses really keeps the space. A store
 * does without it too: nothing is thrown.
 * @param need returns the bytes that a prune of the store has to write; one that throws counts as few
 */
export async function keepReserve(layout: StoreLayout, disk: Disk, need: () => Promise<number>): Promise<void> {
  const pending = layout.ingestEntry(ownedName('text'));
  try {
    const there = await sizeOf(layout.reserve);
    const wanted = reserveBytes(await need().catch(() => 0));
    if (there >= wanted && there < wanted * SLACK) return;
    const { bavail, bsize } = await fs.statfs(layout.own);
    const bytes = Math.min(wanted, reserveBelow((bavail * bsize) / ROOM));
    if (bytes === 0 || (bytes <= there && there < wanted * SLACK)) return;
    const file = await disk.create(pending);
    try {
      for (let left = bytes; left > 0; left -= PIECE_BYTES) {
        await disk.write(file, randomBytes(Math.min(left, PIECE_BYTES)));
      }
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

/** The smallest size of a reserve that holds this much, or the largest there is. */
function reserveBytes(need: number): number {
  let bytes = LEAST_BYTES;
  while (bytes < need && bytes < MOST_BYTES) bytes *= 2;
  return bytes;
}

/** The largest size of a reserve up to a limit; 0 where not even the smallest one fits. */
function reserveBelow(limit: number): number {
  if (limit < LEAST_BYTES) return 0;
  let bytes = LEAST_BYTES;
  while (bytes * 2 <= limit) bytes *= 2;
  return bytes;
}

/** The bytes of the reserve; 0 without one. */
async function sizeOf(path: string): Promise<number> {
  return (await exists(path)) ? (await fs.lstat(path)).size : 0;
}

import { createHash } from 'node:crypto';
import { lstat, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import { ALGORITHMS, BLOBS_FOLDER, INDEX_FILE } from './layout.ts';

/**
 * File systems that give a folder another time whenever a name in it comes, goes, or leads elsewhere: `f_type` of Linux for
 * ext, XFS, Btrfs, tmpfs, overlay, ZFS, F2FS, bcachefs. Object stores that are mounted often give a folder one time for ever.
 */
const KEEPS_FOLDER_TIMES = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0xca451a4e,
]);

/** Younger times may be given again, to a change that comes a moment later: a file system's clock ticks in milliseconds. */
const SETTLED_MS = 2_000;

/**
 * The look of a layout: its index, and identity and times of the folders of its blobs. While it stays the same, no blob has
 * come, gone, or been replaced. Undefined where that cannot be promised: another file system, links, a change just now.
 */
export async function folderLook(root: string, clock: Clock = systemClock): Promise<string | undefined> {
  const now = clock.now();
  try {
    if (process.platform !== 'linux') return undefined;
    const hash = createHash('sha256').update(await readFile(join(root, INDEX_FILE)));
    if (!(await lstat(join(root, BLOBS_FOLDER))).isDirectory()) return undefined;
    for (const algorithm of ALGORITHMS) {
      const state = await folderState(join(root, BLOBS_FOLDER, algorithm), now);
      if (state === undefined) return undefined;
      hash.update(`\n${algorithm} ${state}`);
    }
    return hash.digest('hex');
  } catch {
    // Whoever lists it says why.
    return undefined;
  }
}

async function folderState(path: string, now: number): Promise<string | undefined> {
  const stat = await lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return 'absent' as const;
    throw error;
  });
  if (stat === 'absent') return stat;
  const isSettled = Number(stat.mtimeMs) < now - SETTLED_MS && Number(stat.ctimeMs) < now - SETTLED_MS;
  if (!stat.isDirectory() || !isSettled || !KEEPS_FOLDER_TIMES.has((await statfs(path)).type)) return undefined;
  return `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

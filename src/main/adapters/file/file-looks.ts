import * as fs from 'node:fs/promises';
import type { FileLooks } from '../../engine/ports/damage-notes.ts';

/** Looks of files by `lstat`: inode, size, time of the last change of the bytes. */
export const fileLooks: FileLooks = {
  async look(path) {
    const stat = await fs.lstat(path).catch(() => undefined);
    return stat && { inode: stat.ino, size: stat.size, modifiedMs: stat.mtimeMs };
  },
};

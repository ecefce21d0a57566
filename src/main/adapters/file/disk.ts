import { constants, linkSync, renameSync, unlinkSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { copyBytes, type Descriptor, openNew, syncBytes, writeAll } from './descriptors.ts';
import { makeFolders } from './make-folders.ts';

/** Called before every step that changes the disk, with what it is. Tests count these, and end the process at one. */
export type DiskHook = (step: string) => void;

/** Options of a disk. `sync: false` gives up durability for speed: for measurements only. */
export interface DiskOptions {
  readonly sync?: boolean;
  readonly beforeStep?: DiskHook;
}

/** A file's old and new path. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Every step of this adapter that changes the disk. One door, so that a test can stop a process at each of them,
 * and so that what must be durable is.
 */
export interface Disk {
  /** Creates a folder and those above it. */
  makeFolder(path: string): Promise<void>;
  /** Opens a new file for writing. @throws EEXIST */
  create(path: string): Promise<Descriptor>;
  write(file: Descriptor, chunk: Uint8Array): Promise<void>;
  /** The bytes of a file reach the disk. */
  sync(file: Descriptor): Promise<void>;
  /** New, changed and removed names of a folder reach the disk. */
  syncFolder(path: string): Promise<void>;
  /** Also over an existing file. */
  rename(from: string, to: string): Promise<void>;
  /**
   * Renames many, in short stretches between which others get their turn. What is not there is passed over.
   * @param beforeStretch is called with those that come next; what it throws ends the work
   * @returns the positions of those that were not there
   */
  renameAll(
    moves: readonly Move[],
    onProgress?: (done: number, total: number) => void,
    beforeStretch?: (moves: readonly Move[]) => void,
  ): Promise<Set<number>>;
  /** @throws EEXIST */
  link(from: string, to: string): Promise<void>;
  /**
   * The bytes of one open file into another, which is new, by the system alone: blocks are shared where the file system
   * can do that, else copied without passing through this program. Cannot be stopped midway; the mode stays.
   * @throws where the system cannot, what it says; some bytes may have been written by then
   */
  copy(from: Descriptor, to: Descriptor): Promise<void>;
  /** A copy that shares its blocks with the original. @throws where the file system cannot */
  clone(from: string, to: string): Promise<void>;
  /** Absent: no error. */
  remove(path: string): Promise<void>;
  /** An empty folder. Absent: no error. @throws ENOTEMPTY */
  removeFolder(path: string): Promise<void>;
  /** Access and modification time, epoch ms. */
  setTimes(path: string, accessedMs: number, modifiedMs: number): Promise<void>;
}

/** The machine's disk. */
export function createDisk(options: DiskOptions = {}): Disk {
  const before = options.beforeStep ?? (() => {});
  const durable = options.sync ?? true;
  return {
    makeFolder: async (path) => {
      before('make folder');
      await makeFolders(path);
    },
    create: async (path) => {
      before('create');
      return openNew(path);
    },
    write: (file, chunk) => {
      before('write');
      return writeAll(file, chunk);
    },
    sync: async (file) => {
      before('sync file');
      if (durable) await syncBytes(file);
    },
    syncFolder: async (path) => {
      before('sync folder');
      if (durable) await syncFolder(path);
    },
    rename: async (from, to) => {
      before('rename');
      renameSync(from, to);
    },
    renameAll: async (moves, onProgress, beforeStretch) => {
      const absent = new Set<number>();
      for (let start = 0; start < moves.length; start += STRETCH) {
        const end = Math.min(start + STRETCH, moves.length);
        beforeStretch?.(moves.slice(start, end));
        for (let at = start; at < end; at += 1) {
          before('rename one of many');
          if (!renameNow(moves[at])) absent.add(at);
        }
        onProgress?.(end, moves.length);
        await nextTurn();
      }
      return absent;
    },
    link: async (from, to) => {
      before('link');
      linkSync(from, to);
    },
    copy: (from, to) => {
      before('copy');
      return copyBytes(from, to);
    },
    clone: async (from, to) => {
      before('clone');
      await fs.copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    },
    remove: async (path) => {
      before('remove');
      removeNow(path);
    },
    removeFolder: async (path) => {
      before('remove folder');
      await fs.rmdir(path).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
    },
    setTimes: async (path, accessedMs, modifiedMs) => {
      before('set times');
      await fs.utimes(path, accessedMs / 1000, modifiedMs / 1000);
    },
  };
}

/** Renames between two turns of the event loop: some milliseconds of work. A call of its own for each takes five times as long. */
const STRETCH = 200;

function renameNow(move: Move | undefined): boolean {
  if (!move) return false;
  try {
    renameSync(move.from, move.to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function removeNow(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  let folder: fs.FileHandle;
  try {
    folder = await fs.open(path, constants.O_RDONLY);
  } catch (error) {
    // Windows opens no folders; its file system writes names through.
    if (process.platform === 'win32') return;
    throw error;
  }
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

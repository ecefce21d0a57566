import { lstatSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import { DIGEST_ALGORITHMS, type DigestAlgorithm } from '../../../shared/oci/digest.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';

/**
 * Checks that every folder of a store, as far as it exists, is a real one. Through a symbolic link, reading would show
 * another place as this store's, and clearing up would delete there.
 * @throws `CORRUPT` naming the first path that is something else
 */
export function checkStoreFolders(layout: StoreLayout): void {
  const algorithms = Object.keys(DIGEST_ALGORITHMS) as DigestAlgorithm[];
  const { own, locks, leases, plans, journal, trash, quarantine } = layout;
  checkLayoutFolders(layout);
  for (const folder of [own, locks, leases, plans, journal, trash, quarantine]) checkFolder(folder);
  for (const algorithm of algorithms) checkFolder(layout.blobFolder(algorithm));
}

/** Checks the folders of a layout without bookkeeping of ours. @throws as `checkStoreFolders` */
export function checkLayoutFolders(layout: StoreLayout): void {
  checkFolder(layout.ingest);
  checkFolder(layout.blobs);
  for (const algorithm of Object.keys(DIGEST_ALGORITHMS) as DigestAlgorithm[])
    checkFolder(layout.blobFolder(algorithm));
}

/**
 * A disk that looks, right before each step below `root`, whether all folders on the way are real ones. What was in order
 * when the store was opened may be a link by now. Paths elsewhere pass: what is moved in may come from anywhere.
 *
 * Between the look and the step lie microseconds. Node has no calls relative to an open folder that would close the gap.
 */
export function guardFolders(disk: Disk, root: string): Disk {
  const parentOf = (path: string) => checkWay(root, dirname(path));
  return {
    ...disk,
    makeFolder: async (path) => {
      checkWay(root, path);
      await disk.makeFolder(path);
    },
    create: async (path) => {
      parentOf(path);
      return disk.create(path);
    },
    syncFolder: async (path) => {
      checkWay(root, path);
      await disk.syncFolder(path);
    },
    rename: async (from, to) => {
      parentOf(from);
      parentOf(to);
      await disk.rename(from, to);
    },
    renameAll: (moves, onProgress, beforeStretch) =>
      disk.renameAll(moves, onProgress, (stretch) => {
        beforeStretch?.(stretch);
        for (const folder of new Set(stretch.flatMap(({ from, to }) => [dirname(from), dirname(to)]))) {
          checkWay(root, folder);
        }
      }),
    link: async (from, to) => {
      parentOf(from);
      parentOf(to);
      await disk.link(from, to);
    },
    clone: async (from, to) => {
      parentOf(to);
      await disk.clone(from, to);
    },
    remove: async (path) => {
      parentOf(path);
      await disk.remove(path);
    },
    removeFolder: async (path) => {
      parentOf(path);
      await disk.removeFolder(path);
    },
    setTimes: async (path, accessedMs, modifiedMs) => {
      parentOf(path);
      await disk.setTimes(path, accessedMs, modifiedMs);
    },
  };
}

/** Checks `folder` and those above it, up to `root`, which is canonical and not looked at. */
function checkWay(root: string, folder: string): void {
  if (!folder.startsWith(root + sep)) return;
  const between: string[] = [];
  for (let path = folder; path.length > root.length; path = dirname(path)) between.push(path);
  for (const path of between.reverse()) checkFolder(path);
}

/** @throws `CORRUPT` when something else than a folder is there */
function checkFolder(path: string): void {
  const stat = look(path);
  if (!stat || stat.isDirectory()) return;
  const what = stat.isSymbolicLink() ? 'a symbolic link' : stat.isFile() ? 'a file' : 'a special file';
  throw new CacheError('CORRUPT', `There is ${what} where a folder of the store belongs.`, {
    subject: path,
    hint: 'Nothing was read or changed through it. Put a folder of its own in its place.',
  });
}

function look(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // Something above it is no folder: that is looked at on its own.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw toCacheError(error, path);
  }
}

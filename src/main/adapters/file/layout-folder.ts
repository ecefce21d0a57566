import type { Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { DigestAlgorithm } from '../../../shared/oci/digest.ts';
import { EMPTY_INDEX, printLayoutIndex } from '../../../shared/oci/layout-index.ts';
import { close } from './descriptors.ts';
import type { Disk } from './disk.ts';
import { OCI_LAYOUT_TEXT, type StoreLayout } from './layout.ts';
import { isOwnerGone, ownedName, ownerOf } from './owner.ts';
import { readPlainText } from './plain-text.ts';

/** What a folder is, as far as writing to it goes. */
export type FolderState = 'absent' | 'empty' | 'layout' | 'store' | 'other';

/**
 * Looks at a folder without changing it. A folder that holds nothing but an unfinished start of ours counts as empty; one
 * that only lacks the file `oci-layout`, which BuildKit does not look at either, is a layout.
 */
export async function folderState(layout: StoreLayout): Promise<FolderState> {
  const names = await namesIn(layout.root);
  if (names === undefined) return 'absent';
  if (await exists(layout.storeMark)) return 'store';
  if (names.includes('oci-layout') || (names.includes('index.json') && names.includes('blobs'))) return 'layout';
  return names.every((name) => STARTED.has(name)) ? 'empty' : 'other';
}

/** What a layout consists of before it has references. */
const STARTED: ReadonlySet<string> = new Set(['.cachewright', 'ingest', 'blobs']);

/**
 * Makes a folder a layout, or completes one, and takes away what dead writers left in `ingest/`.
 * @throws `CONFLICT` for a folder with something else in it, `UNSUPPORTED_FORMAT` for another layout version
 */
export async function prepareLayout(layout: StoreLayout, disk: Disk, algorithm: DigestAlgorithm): Promise<void> {
  const state = await folderState(layout);
  if (state === 'other') throw notEmpty(layout.root);
  if (await exists(layout.ociLayout)) await checkVersion(layout);
  for (const folder of [layout.ingest, layout.blobFolder(algorithm)]) {
    if (!(await exists(folder))) await disk.makeFolder(folder);
  }
  // The index first: what calls itself a layout has one. Another process may be at the same, or ahead of this one.
  if (!(await exists(layout.index))) await placeFirst(layout, disk, layout.index, printLayoutIndex(EMPTY_INDEX));
  if (!(await exists(layout.ociLayout))) await placeFirst(layout, disk, layout.ociLayout, OCI_LAYOUT_TEXT);
  await clearOwned(layout.ingest, layout.ingestEntry, disk);
}

/** The error for a folder that holds something we would have to mix with. */
export function notEmpty(root: string): CacheError {
  return new CacheError('CONFLICT', 'The folder is not empty and holds no OCI layout.', {
    subject: root,
    hint: 'Choose an empty folder, or one that does not exist yet.',
  });
}

/** Writes a small document so that readers see the old text or the new one, and so that it survives a crash. */
export function placeText(layout: StoreLayout, disk: Disk, path: string, text: string): Promise<void> {
  return place(layout, disk, path, text, (pending) => disk.rename(pending, path));
}

/** The same for a document that does not exist yet: whoever is first wins, and nobody is overwritten. */
function placeFirst(layout: StoreLayout, disk: Disk, path: string, text: string): Promise<void> {
  return place(layout, disk, path, text, async (pending) => {
    try {
      await disk.link(pending, path);
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' || (await exists(path));
      // A file system without second names: two that start at once in one folder are not kept apart there.
      if (!isThere) return disk.rename(pending, path);
    }
    await disk.remove(pending);
  });
}

async function place(
  layout: StoreLayout,
  disk: Disk,
  path: string,
  text: string,
  move: (pending: string) => Promise<void>,
): Promise<void> {
  const pending = layout.ingestEntry(ownedName('text'));
  try {
    const file = await disk.create(pending);
    try {
      await disk.write(file, Buffer.from(text));
      await disk.sync(file);
    } finally {
      close(file);
    }
    await move(pending);
  } catch (error) {
    await disk.remove(pending).catch(() => {});
    throw toCacheError(error, path);
  }
  await disk.syncFolder(dirname(path));
}

/** Removes the files in a folder whose process is gone. What is not named by us is left alone. */
export async function clearOwned(folder: string, pathOf: (name: string) => string, disk: Disk): Promise<void> {
  for (const name of (await namesIn(folder)) ?? []) {
    const owner = ownerOf(name);
    if (!owner) continue;
    const stat = await fs.lstat(pathOf(name)).catch(() => undefined);
    if (stat && isOwnerGone(owner, stat.mtimeMs)) await disk.remove(pathOf(name));
  }
}

/** Names in a folder; undefined when there is no such folder. */
export async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw toCacheError(error, folder);
  }
}

/** What lies in a folder; nothing where there is none. */
export async function entriesIn(folder: string): Promise<Dirent[]> {
  try {
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw toCacheError(error, folder);
  }
}

/** Whether anything has this name. */
export async function exists(path: string): Promise<boolean> {
  try {
    await fs.lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw toCacheError(error, path);
  }
}

async function checkVersion(layout: StoreLayout): Promise<void> {
  const text = await readPlainText(layout.ociLayout);
  if (/"imageLayoutVersion"\s*:\s*"1\.0\.0"/.test(text)) return;
  throw new CacheError('UNSUPPORTED_FORMAT', 'The folder is not an OCI layout of version 1.0.0.', {
    subject: layout.ociLayout,
    hint: 'Choose an empty folder.',
  });
}

import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { blobsFolder, CACHE_FILE, CONTAINERD_FILE, databaseFolders, HISTORY_FILES, METADATA_FILE } from './layout.ts';

/** The files of one worker. */
export interface WorkerFiles {
  readonly name: string;
  readonly metadata: string;
  readonly containerd: string | undefined;
  /** Folder that has content/ in it; the files of blobs, where there are any. */
  readonly content: string | undefined;
}

/** The files of a daemon. */
export interface StateFiles {
  readonly root: string;
  readonly cache: string | undefined;
  readonly history: string | undefined;
  readonly workers: readonly WorkerFiles[];
}

/**
 * The root of the state folder that a path means: itself, the root of a worker's folder, or the folder of one of its
 * databases. Undefined where nothing looks like one.
 */
export function stateRoot(path: string): string | undefined {
  const given = realpathSync(path);
  const isDatabase = [CACHE_FILE, METADATA_FILE].includes(basename(given)) && isFile(given);
  const folder = isDatabase ? dirname(given) : given;
  if (!isFolder(folder)) return undefined;
  const above = dirname(folder);
  const isWorker = isFile(join(folder, METADATA_FILE)) && !isFile(join(folder, CACHE_FILE));
  if (isWorker && isFile(join(above, CACHE_FILE))) return outOfDatabaseFolder(above);
  return isState(folder) ? outOfDatabaseFolder(folder) : undefined;
}

/** What the daemon kept where. Symbolic links to databases are not followed, so that a copy cannot lead elsewhere. */
export function findState(root: string): StateFiles {
  const folder =
    databaseFolders(root).find((one) => isFile(join(one, CACHE_FILE)) || workersIn(one).length > 0) ?? root;
  const there = (path: string) => (isFile(path) ? path : undefined);
  const workers = workersIn(folder).map((own): WorkerFiles => {
    const content = [own, root].find((one) => isFolder(blobsFolder(one)));
    return {
      name: basename(own),
      metadata: join(own, METADATA_FILE),
      containerd: there(join(own, CONTAINERD_FILE)),
      content,
    };
  });
  return {
    root,
    cache: there(join(folder, CACHE_FILE)),
    history: HISTORY_FILES.map((name) => join(folder, name)).find(isFile),
    workers,
  };
}

function isState(folder: string): boolean {
  const [usual = folder, ...others] = databaseFolders(folder);
  if (isFile(join(usual, METADATA_FILE)) || (isFile(join(usual, CACHE_FILE)) && workersIn(usual).length > 0))
    return true;
  return others.some((one) => isFile(join(one, CACHE_FILE)) && workersIn(one).length > 0);
}

/** `db/` of a copy with its content beside it means the copy. */
function outOfDatabaseFolder(folder: string): string {
  const above = dirname(folder);
  return databaseFolders(above).includes(folder) && isFolder(blobsFolder(above)) ? above : folder;
}

/** Folders of workers, by name: a folder itself too, where Docker keeps one there. */
function workersIn(folder: string): string[] {
  const isWorker = (path: string) => isFile(join(path, METADATA_FILE));
  return [folder, ...names(folder).map((name) => join(folder, name))].filter(isWorker);
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

import { join } from 'node:path';

/**
 * What lies in the state folder of a BuildKit daemon, of which nothing is ever written here:
 *
 *     ROOT/                              /var/lib/buildkit, ~/.local/share/buildkit
 *       buildkitd.lock                   there while a daemon runs
 *       cache.db                         keys, links and results of the solver
 *       history.db                       builds (history_c8d.db where Docker keeps images in containerd)
 *       runc-overlayfs/                  a worker; one for each snapshotter. Docker has the worker's files in ROOT itself
 *         workerid
 *         metadata_v2.db                 references: sizes, parents, descriptions, times
 *         containerdmeta.db              which blobs are kept alive
 *         content/blobs/sha256/HEX       blobs
 *
 * A copy may have the databases apart, in ROOT/db/ with the same names, and then content/ in ROOT.
 */
export const CACHE_FILE = 'cache.db';
export const METADATA_FILE = 'metadata_v2.db';
export const CONTAINERD_FILE = 'containerdmeta.db';
export const LOCK_FILE = 'buildkitd.lock';
export const HISTORY_FILES: readonly string[] = ['history.db', 'history_c8d.db'];
const DATABASE_FOLDER = 'db';

/** Where the databases of a root may lie, the usual place first. */
export function databaseFolders(root: string): readonly string[] {
  return [root, join(root, DATABASE_FOLDER)];
}

/** Folders of blobs by algorithm, below a worker or a root. */
export function blobsFolder(folder: string): string {
  return join(folder, 'content', 'blobs');
}

/** Folder of the blobs of one algorithm. */
export function algorithmFolder(folder: string, algorithm: string): string {
  return join(blobsFolder(folder), algorithm);
}

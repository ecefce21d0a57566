import * as fs from 'node:fs/promises';
import { toCacheError } from '../../../shared/base/errors.ts';
import {
  DIGEST_ALGORITHMS,
  type Digest,
  type DigestAlgorithm,
  isDigest,
  splitDigest,
} from '../../../shared/oci/digest.ts';
import type { Disk } from './disk.ts';
import type { BatchPlace } from './layout.ts';

const NOTE = 'batch.json';

/**
 * Deletes a batch for good: its note, its blobs, then the folders, each by its name and empty. A batch with anything else
 * in it than a note and `<algorithm>/<hex>` is somebody else's too, and nothing of it is deleted.
 * @returns whether it is gone
 */
export async function deleteBatch(disk: Disk, batch: BatchPlace): Promise<boolean> {
  const blobs = await blobsOf(batch);
  if (!blobs) return false;
  // The note goes first: from then on the batch is garbage that anyone may finish deleting.
  await disk.remove(batch.note);
  await disk.syncFolder(batch.folder);
  for (const digest of blobs) await disk.remove(batch.blob(digest));
  await removeFolders(disk, batch);
  return true;
}

/** Takes the folders of a batch away from which everything has come back. One with something else in it stays. */
export async function removeFolders(disk: Disk, batch: BatchPlace): Promise<void> {
  for (const folder of [...ALGORITHMS.map(batch.folderOf), batch.folder]) {
    await disk.removeFolder(folder).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw toCacheError(error, folder);
    });
  }
}

const ALGORITHMS = Object.keys(DIGEST_ALGORITHMS) as DigestAlgorithm[];

/** Digests of what lies in a batch; undefined where anything else does. */
async function blobsOf(batch: BatchPlace): Promise<Digest[] | undefined> {
  const blobs: Digest[] = [];
  for (const entry of await entriesOf(batch.folder)) {
    if (entry.name === NOTE && !entry.isDirectory()) continue;
    const algorithm = ALGORITHMS.find((each) => each === entry.name);
    if (!algorithm || !entry.isDirectory()) return undefined;
    for (const { name, isFolder } of await namesOf(batch.folderOf(algorithm))) {
      const digest: string = `${algorithm}:${name}`;
      if (isFolder || !isDigest(digest) || splitDigest(digest).algorithm !== algorithm) return undefined;
      blobs.push(digest);
    }
  }
  return blobs;
}

async function namesOf(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  return (await entriesOf(folder)).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

async function entriesOf(folder: string) {
  try {
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw toCacheError(error, folder);
  }
}

import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import { createFolderStorage } from './folder-storage.ts';
import { BLOBS_FOLDER, INDEX_FILE } from './layout.ts';
import { readFingerprint } from './read-layout.ts';

/** So much is listed and hashed in less time than a thread takes to start: some ms. */
const SMALL = { blobs: 500, indexBytes: 64 << 10 } as const;

/**
 * The fingerprint of a small layout in a folder, worked out without a thread; undefined where it is not small, or where
 * something stands in the way that the thread will tell of.
 * @throws `CANCELLED` from the signal, and as a read does
 */
export async function smallFingerprint(location: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  throwIfAborted(signal);
  if (!(await isSmall(location))) return undefined;
  try {
    using storage = createFolderStorage(location);
    return await readFingerprint(storage, () => undefined);
  } catch (error) {
    throw toCacheError(error, location);
  }
}

async function isSmall(location: string): Promise<boolean> {
  try {
    if ((await stat(join(location, INDEX_FILE))).size > SMALL.indexBytes) return false;
    let blobs = 0;
    for await (const _entry of await opendir(join(location, BLOBS_FOLDER, 'sha256'))) {
      blobs += 1;
      if (blobs > SMALL.blobs) return false;
    }
    return true;
  } catch {
    return false;
  }
}

import type { StoreSession } from '../ports/managed-store.ts';
import type { StoreFiles } from '../ports/store-files.ts';
import { emptyTrash } from './empty-trash.ts';
import { removeBlobs } from './remove.ts';
import { restoreBatch } from './restore.ts';
import { setAside } from './set-aside.ts';

/** Opens what may be done while the lock is held. The store is in order: see `recoverStore`. */
export async function openSession(files: StoreFiles): Promise<StoreSession> {
  const index = await files.readIndex();
  return {
    index,
    remove: (removal, options = {}) => removeBlobs(files, index, removal, options),
    restore: (plan, options = {}) => restoreBatch(files, plan, options.onProgress),
    quarantine: (blobs) => setAside(files, blobs),
    emptyTrash: (options = {}) => emptyTrash(files, options),
  };
}

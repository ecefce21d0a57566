import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import type { LayoutIndex, LayoutStore, Lease, LockOptions } from '../../engine/ports/managed-store.ts';
import { BottleFileCache } from './bottle-file-cache.ts';
import type { Disk } from './disk.ts';
import { readIndexFile, replaceIndexFile } from './index-file.ts';
import type { StoreLayout } from './layout.ts';
import { listBlobs } from './list-blobs.ts';
import { checkLayoutFolders, guardFolders } from './real-folders.ts';
import { dropUnneeded } from './removal.ts';
import { type LockPlace, withLock } from './store-lock.ts';

/** How often a change of the index is worked out anew when another program was faster. */
const TRIES = 3;

/** A plain OCI layout that caches can be exported to. Nobody prunes it, so leases have nothing to do. */
export class FileLayoutStore implements LayoutStore {
  readonly managed = false;
  readonly location: string;
  readonly blobs: BottleFileCache;
  readonly #layout: StoreLayout;
  readonly #disk: Disk;

  constructor(layout: StoreLayout, disk: Disk) {
    this.location = layout.root;
    this.blobs = new BottleFileCache(layout.root, { disk });
    this.#layout = layout;
    this.#disk = guardFolders(disk, layout.root);
  }

  async listBlobs(): Promise<ReadonlySet<string>> {
    return new Set(await listBlobs(this.#layout));
  }

  readIndex(): Promise<LayoutIndex> {
    return readIndexFile(this.#layout);
  }

  changeIndex(change: IndexChange, options: LockOptions = {}): Promise<LayoutIndex> {
    return this.#locked(options, () => changeIndexFile(this.#layout, this.#disk, change));
  }

  discard(digests: readonly Digest[], options: LockOptions = {}): Promise<void> {
    return this.#locked(options, () => dropUnneeded({ layout: this.#layout, disk: this.#disk }, digests));
  }

  async #locked<T>(options: LockOptions, body: () => Promise<T>): Promise<T> {
    const place = { folder: this.#layout.ingest, pathOf: this.#layout.ingestEntry };
    checkLayoutFolders(this.#layout);
    return withLock(place, this.#disk, options, body);
  }

  async lease(): Promise<Lease> {
    return { add: async () => {}, [Symbol.asyncDispose]: async () => {} };
  }
}

/** What a caller wants of the index. May be asked more than once. */
export type IndexChange = (current: LayoutIndex) => Promise<LayoutIndexDocument> | LayoutIndexDocument;

/** Reads, changes and replaces the index; the caller holds the lock. */
export async function changeIndexFile(layout: StoreLayout, disk: Disk, change: IndexChange): Promise<LayoutIndex> {
  for (let tried = 1; ; tried += 1) {
    const current = await readIndexFile(layout);
    const next = await change(current);
    try {
      return await replaceIndexFile(layout, disk, current, next);
    } catch (error) {
      if (!isCacheError(error, 'CONFLICT') || tried === TRIES) throw error;
    }
  }
}

/** The lock of a managed store. */
export function storeLockPlace(layout: StoreLayout): LockPlace {
  return { folder: layout.locks, pathOf: layout.lock };
}

/** The error for a folder that is no managed store. */
export function notManaged(path: string): CacheError {
  return new CacheError('INVALID_INPUT', 'This is not a managed store.', {
    subject: path,
    hint: 'Import the cache into a store, or choose an empty folder to create one.',
  });
}

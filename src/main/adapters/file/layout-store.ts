import { CacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { BlobHasher } from '../../engine/ports/blob-hasher.ts';
import type { LayoutIndex, LayoutStore, Lease, LockOptions } from '../../engine/ports/managed-store.ts';
import type { StoreFiles } from '../../engine/ports/store-files.ts';
import { dropUnneeded } from '../../engine/store/needed-blobs.ts';
import { changeIndex, type IndexChange } from '../../engine/store/replace-references.ts';
import { BottleFileCache } from './bottle-file-cache.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { listBlobs } from './list-blobs.ts';
import { checkLayoutFolders, guardFolders } from './real-folders.ts';
import { createStoreFiles } from './store-files.ts';
import { type LockPlace, withLock } from './store-lock.ts';

/** A plain OCI layout that caches can be exported to. Nobody prunes it, so leases have nothing to do. */
export class FileLayoutStore implements LayoutStore {
  readonly managed = false;
  readonly location: string;
  readonly blobs: BottleFileCache;
  readonly #layout: StoreLayout;
  readonly #disk: Disk;
  readonly #files: StoreFiles;

  constructor(layout: StoreLayout, disk: Disk, now: () => number, hasher?: BlobHasher) {
    this.location = layout.root;
    this.blobs = new BottleFileCache(layout.root, { disk, hasher });
    this.#layout = layout;
    this.#disk = guardFolders(disk, layout.root);
    this.#files = createStoreFiles(layout, this.#disk, now);
  }

  async listBlobs(): Promise<ReadonlySet<string>> {
    return new Set(await listBlobs(this.#layout));
  }

  readIndex(): Promise<LayoutIndex> {
    return this.#files.readIndex();
  }

  changeIndex(change: IndexChange, options: LockOptions = {}): Promise<LayoutIndex> {
    return this.#locked(options, () => changeIndex(this.#files, change));
  }

  discard(digests: readonly Digest[], options: LockOptions = {}): Promise<void> {
    return this.#locked(options, () => dropUnneeded(this.#files, digests));
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

import { toCacheError } from '../../../shared/base/errors.ts';
import type { TrashBatch } from '../../../shared/model/plan.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { RecordNames } from '../../engine/model/record-names.ts';
import type { BlobHasher } from '../../engine/ports/blob-hasher.ts';
import type {
  DamageNote,
  LayoutIndex,
  Lease,
  LockOptions,
  ManagedStore,
  PlanShelf,
  QuarantinedBlob,
  StoreSession,
} from '../../engine/ports/managed-store.ts';
import type { StoreFiles } from '../../engine/ports/store-files.ts';
import { trashBatches } from '../../engine/store/batches.ts';
import { dropUnneeded } from '../../engine/store/needed-blobs.ts';
import { createPlanShelf } from '../../engine/store/plan-shelf.ts';
import { needsRecovery, recoverStore } from '../../engine/store/recover.ts';
import { removalRoom } from '../../engine/store/removal-room.ts';
import { type IndexChange, replaceReferences } from '../../engine/store/replace-references.ts';
import { quarantinedBlobs } from '../../engine/store/set-aside.ts';
import { openSession } from '../../engine/store/store-session.ts';
import { BottleFileCache } from './bottle-file-cache.ts';
import { readDamageNotes, writeDamageNotes } from './damage-notes.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { clearOwned } from './layout-folder.ts';
import { storeLockPlace } from './layout-store.ts';
import { takeLease } from './leases.ts';
import { listBlobs } from './list-blobs.ts';
import { checkStoreFolders, guardFolders } from './real-folders.ts';
import { keepReserve } from './reserve.ts';
import { createStoreFiles } from './store-files.ts';
import { isLocked, withLock } from './store-lock.ts';
import { addStoreNames } from './store-names.ts';

/** A managed store in a folder: the engine's rules over the files of that folder, under its lock. */
export class FileManagedStore implements ManagedStore {
  readonly managed = true;
  readonly location: string;
  readonly blobs: BottleFileCache;
  readonly plans: PlanShelf;
  readonly #layout: StoreLayout;
  readonly #disk: Disk;
  readonly #files: StoreFiles;
  #isReady = false;

  constructor(layout: StoreLayout, disk: Disk, now: () => number, hasher?: BlobHasher) {
    this.location = layout.root;
    this.blobs = new BottleFileCache(layout.root, { disk, hasher });
    this.#layout = layout;
    this.#disk = guardFolders(disk, layout.root);
    this.#files = createStoreFiles(layout, this.#disk, now);
    this.plans = createPlanShelf(this.#files);
  }

  /** @throws `CORRUPT` naming a folder of the store that is a link or a file */
  check(): void {
    checkStoreFolders(this.#layout);
  }

  /**
   * Completes the folder and finishes what a crash left, once. A folder that cannot be written opens all the same.
   * @throws as `check`
   */
  async initialize(): Promise<void> {
    this.check();
    if (this.#isReady) return;
    const { locks, leases, plans, journal, trash, quarantine } = this.#layout;
    try {
      await this.blobs.initialize();
      for (const folder of [locks, leases, plans, journal, trash, quarantine]) await this.#disk.makeFolder(folder);
      // Leases of processes that are gone. Locks clear themselves.
      await clearOwned(leases, this.#layout.lease, this.#disk);
      // Work that is going on now is no leftover: whoever takes the lock next looks again.
      const isBusy = await isLocked(storeLockPlace(this.#layout), this.#disk);
      if (!isBusy && (await needsRecovery(this.#files))) await this.exclusive(async () => {});
      await this.#keepReserve();
    } catch (thrown) {
      const error = toCacheError(thrown, this.location);
      if (error.code !== 'ACCESS_DENIED') throw error;
    }
    this.#isReady = true;
  }

  async listBlobs(): Promise<ReadonlySet<string>> {
    return new Set(await listBlobs(this.#layout));
  }

  readIndex(): Promise<LayoutIndex> {
    return this.#files.readIndex();
  }

  changeIndex(change: IndexChange, options: LockOptions = {}): Promise<LayoutIndex> {
    return this.#locked(options, async () => {
      const index = await replaceReferences(this.#files, change, options);
      await this.#keepReserve();
      return index;
    });
  }

  lease(digests: Iterable<Digest>): Promise<Lease> {
    return takeLease(this.#layout, this.#disk, digests);
  }

  discard(digests: readonly Digest[], options: LockOptions = {}): Promise<void> {
    return this.#locked(options, () => dropUnneeded(this.#files, digests));
  }

  async keepNames(names: RecordNames, options: LockOptions = {}): Promise<void> {
    if (names.size === 0) return;
    await this.#locked(options, () => addStoreNames(this.#layout, this.#disk, names));
  }

  exclusive<T>(body: (session: StoreSession) => Promise<T>, options: LockOptions = {}): Promise<T> {
    return this.#locked(options, async () => {
      const done = await body(await openSession(this.#files));
      // What was given up, or could not be had, is made where there is room by now.
      await this.#keepReserve();
      return done;
    });
  }

  trash(): Promise<readonly TrashBatch[]> {
    return trashBatches(this.#files);
  }

  async knownDamage(): Promise<ReadonlyMap<Digest, DamageNote>> {
    return readDamageNotes(this.location);
  }

  async noteDamage(found: readonly DamageNote[], options: LockOptions = {}): Promise<void> {
    if (found.length === 0 && (await this.knownDamage()).size === 0) return;
    await this.#locked(options, () => writeDamageNotes(this.#layout, this.#disk, found));
  }

  quarantined(): Promise<readonly QuarantinedBlob[]> {
    return quarantinedBlobs(this.#files);
  }

  #keepReserve(): Promise<void> {
    return keepReserve(this.#layout, this.#disk, () => removalRoom(this.#files));
  }

  async #locked<T>(options: LockOptions, body: () => Promise<T>): Promise<T> {
    this.check();
    return withLock(storeLockPlace(this.#layout), this.#disk, options, async () => {
      this.check();
      await recoverStore(this.#files);
      return body();
    });
  }
}

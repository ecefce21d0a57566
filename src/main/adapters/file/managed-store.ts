import { toCacheError } from '../../../shared/base/errors.ts';
import type { TrashBatch } from '../../../shared/model/plan.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { RecordNames } from '../../engine/ports/catalog.ts';
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
import { BottleFileCache } from './bottle-file-cache.ts';
import { readDamageNotes, writeDamageNotes } from './damage-notes.ts';
import { emptyTrash } from './empty-trash.ts';
import { readIndexFile } from './index-file.ts';
import { trashNotes } from './journal.ts';
import { changeIndexFile, type IndexChange, storeLockPlace } from './layout-store.ts';
import { takeLease } from './leases.ts';
import { listBlobs } from './list-blobs.ts';
import { createPlanShelf } from './plan-shelf.ts';
import { quarantineBlobs, quarantinedBlobs } from './quarantine.ts';
import { checkStoreFolders, guardFolders } from './real-folders.ts';
import { clearLeases, needsRecovery, recoverStore } from './recover.ts';
import { dropUnneeded, removeBlobs } from './removal.ts';
import { restoreBatch } from './restore.ts';
import { isLocked, withLock } from './store-lock.ts';
import { addStoreNames } from './store-names.ts';
import type { StoreFiles } from './trash.ts';

/** A managed store in a folder. */
export class FileManagedStore implements ManagedStore {
  readonly managed = true;
  readonly location: string;
  readonly blobs: BottleFileCache;
  readonly plans: PlanShelf;
  readonly #files: StoreFiles;

  #isReady = false;

  constructor({ layout, disk }: StoreFiles) {
    this.location = layout.root;
    this.blobs = new BottleFileCache(layout.root, { disk });
    this.#files = { layout, disk: guardFolders(disk, layout.root) };
    this.plans = createPlanShelf(layout, this.#files.disk);
  }

  /** @throws `CORRUPT` naming a folder of the store that is a link or a file */
  check(): void {
    checkStoreFolders(this.#files.layout);
  }

  /**
   * Completes the folder and finishes what a crash left, once. A folder that cannot be written opens all the same.
   * @throws as `check`
   */
  async initialize(): Promise<void> {
    const { layout, disk } = this.#files;
    this.check();
    if (this.#isReady) return;
    try {
      await this.blobs.initialize();
      for (const folder of [
        layout.locks,
        layout.leases,
        layout.plans,
        layout.journal,
        layout.trash,
        layout.quarantine,
      ]) {
        await disk.makeFolder(folder);
      }
      await clearLeases(this.#files);
      // Work that is going on now is no leftover: whoever takes the lock next looks again.
      const isBusy = await isLocked(storeLockPlace(layout), disk);
      if (!isBusy && (await needsRecovery(this.#files))) await this.exclusive(async () => {});
    } catch (thrown) {
      const error = toCacheError(thrown, layout.root);
      if (error.code !== 'ACCESS_DENIED') throw error;
    }
    this.#isReady = true;
  }

  async listBlobs(): Promise<ReadonlySet<string>> {
    return new Set(await listBlobs(this.#files.layout));
  }

  readIndex(): Promise<LayoutIndex> {
    return readIndexFile(this.#files.layout);
  }

  changeIndex(change: IndexChange, options: LockOptions = {}): Promise<LayoutIndex> {
    return this.#locked(options, () => changeIndexFile(this.#files.layout, this.#files.disk, change));
  }

  lease(digests: Iterable<Digest>): Promise<Lease> {
    return takeLease(this.#files.layout, this.#files.disk, digests);
  }

  discard(digests: readonly Digest[], options: LockOptions = {}): Promise<void> {
    return this.#locked(options, () => dropUnneeded(this.#files, digests));
  }

  async keepNames(names: RecordNames, options: LockOptions = {}): Promise<void> {
    if (names.size === 0) return;
    await this.#locked(options, () => addStoreNames(this.#files.layout, this.#files.disk, names));
  }

  exclusive<T>(body: (session: StoreSession) => Promise<T>, options: LockOptions = {}): Promise<T> {
    return this.#locked(options, async () => body(await this.#session()));
  }

  async trash(): Promise<readonly TrashBatch[]> {
    const notes = await trashNotes(this.#files.layout);
    return notes.map(({ plan, at, records, blobs, bytes }) => ({ plan, at, records, blobs, bytes }));
  }

  async knownDamage(): Promise<ReadonlyMap<Digest, DamageNote>> {
    return readDamageNotes(this.location);
  }

  async noteDamage(found: readonly DamageNote[], options: LockOptions = {}): Promise<void> {
    if (found.length === 0 && (await this.knownDamage()).size === 0) return;
    await this.#locked(options, () => writeDamageNotes(this.#files.layout, this.#files.disk, found));
  }

  quarantined(): Promise<readonly QuarantinedBlob[]> {
    return quarantinedBlobs(this.#files.layout);
  }

  async #locked<T>(options: LockOptions, body: () => Promise<T>): Promise<T> {
    const { layout, disk } = this.#files;
    this.check();
    return withLock(storeLockPlace(layout), disk, options, async () => {
      this.check();
      await recoverStore(this.#files);
      return body();
    });
  }

  async #session(): Promise<StoreSession> {
    const files = this.#files;
    const index = await readIndexFile(files.layout);
    return {
      index,
      remove: (removal, options = {}) => removeBlobs(files, index, removal, options),
      restore: (plan, options = {}) => restoreBatch(files, plan, options.onProgress),
      quarantine: (blobs) => quarantineBlobs(files, blobs),
      emptyTrash: (options = {}) => emptyTrash(files, options),
    };
  }
}

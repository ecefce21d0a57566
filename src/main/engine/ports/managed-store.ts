import type { TrashBatch } from '../../../shared/model/plan.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import type { RecordNames } from '../model/record-names.ts';
import type { MoteCache } from './mote-cache.ts';

/** The blobs of a layout, as a transfer may use them: it adds, and removes nothing. */
export type BlobStore = Pick<
  MoteCache,
  'find' | 'moteExists' | 'moteRef' | 'createMote' | 'moteWriter' | 'commitMote' | 'moteReader'
>;

/** One state of `index.json`. `version` is the digest of its bytes: what a plan belongs to. */
export interface LayoutIndex {
  readonly version: Digest;
  readonly text: string;
  readonly document: LayoutIndexDocument;
}

/** Keeps blobs from being pruned until it is released, at the latest when its process ends. */
export interface Lease extends AsyncDisposable {
  /** Takes more blobs in. Resolves when no prune can miss them any more. */
  add(digests: Iterable<Digest>): Promise<void>;
}

/** Options of what waits for a lock. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when another process has the lock, with its id. */
  readonly onWait?: ((pid: number) => void) | undefined;
}

/**
 * An OCI image layout that can be written: blobs, then references that lead to them.
 *
 * Promise to writers: a blob that is leased before it is looked for stays there until the lease is released.
 * Promise to readers: `index.json` is always whole, and what it leads to is there.
 */
export interface LayoutStore {
  /** Canonical: the same folder gives the same text. */
  readonly location: string;
  readonly managed: boolean;
  readonly blobs: BlobStore;
  /** What lies there by name, without a look at each: for who has many to ask for. */
  listBlobs(): Promise<ReadonlySet<string>>;
  /** @throws `CORRUPT` naming `index.json` */
  readIndex(): Promise<LayoutIndex>;
  /**
   * Replaces `index.json` by what `change` answers, alone among all processes that use this program. In a managed store,
   * references that it takes away go to the trash, with what only they kept.
   * @returns the index that stands now
   * @throws `UNAVAILABLE` naming the process that holds the lock for too long, `CANCELLED` while it waits
   */
  changeIndex(
    change: (current: LayoutIndex) => Promise<LayoutIndexDocument> | LayoutIndexDocument,
    options?: LockOptions,
  ): Promise<LayoutIndex>;
  /** To be taken before a transfer looks which blobs are there. A plain folder, which nobody prunes, has nothing to do. */
  lease(digests: Iterable<Digest>): Promise<Lease>;
  /** Deletes those of these blobs that nothing leads to and nobody leases: what was written for nothing. */
  discard(digests: readonly Digest[], options?: LockOptions): Promise<void>;
}

/** A blob and its size in bytes. */
export interface SizedBlob {
  readonly digest: Digest;
  readonly size: number;
}

/** What one applied plan takes out of a store. */
export interface Removal {
  /** Also the name of its batch in the trash. */
  readonly plan: string;
  /** What takes it out; absent: a prune. */
  readonly cause?: 'prune' | 'import' | undefined;
  /** Epoch ms. */
  readonly at: number;
  /** Records that go, for the trash listing. */
  readonly records: number;
  /** The index that stands after it; absent: references do not change. */
  readonly nextIndex?: LayoutIndexDocument | undefined;
  /** What goes to the trash. What the next index leads to, or a lease holds, is left alone. */
  readonly blobs: readonly SizedBlob[];
  /** Manifests and configs that go with them. They come back with an undo, but are in no count. */
  readonly documents: readonly Digest[];
  /** New documents that only the next index leads to. They go when the removal fails, and with an undo. */
  readonly written: readonly Digest[];
  /** Writes them. Called before the index is switched. */
  write(): Promise<void>;
}

/** What a removal did. */
export interface Removed {
  readonly blobs: number;
  readonly bytes: number;
  /** Left alone after all: leased or still led to, or not there any more. */
  readonly skipped: readonly { readonly digest: Digest; readonly reason: 'needed' | 'gone' }[];
}

/** What came back from the trash. `references`: names that lead again to what they led to before. */
export interface Restored {
  readonly plan: string;
  readonly cause: 'prune' | 'import';
  readonly records: number;
  readonly blobs: number;
  readonly references: readonly string[];
  /** Caches that stand under another name now, because two want the same: what had the name `ref` is `as`. */
  readonly beside: readonly { readonly ref: string; readonly as: string }[];
}

/** A blob whose bytes a check found to be others than its digest says. */
export interface DamageNote {
  readonly digest: Digest;
  /** What is wrong, for a person. */
  readonly message: string;
}

/** A damaged blob that was taken out of the store's blobs: served to nobody, kept until the trash is emptied. */
export interface QuarantinedBlob extends SizedBlob {
  /** Epoch ms. */
  readonly at: number;
  readonly problem: string;
  /** Those that went together. */
  readonly batch: string;
}

/** How far work in the store is. */
export type BlobProgress = (done: number, total: number) => void;

/** What may be done while the store's lock is held. Useless once the body given to `exclusive` is over. */
export interface StoreSession {
  /** The index as it stands under the lock. */
  readonly index: LayoutIndex;
  /**
   * Switches the index, then moves the blobs to the trash as one batch. A crash in the middle is finished or taken back
   * by whoever takes the lock next. After the switch it no longer heeds the signal.
   * @throws `CANCELLED`, or why it could not be done: then everything is as before
   */
  remove(removal: Removal, options?: LockOptions & { readonly onProgress?: BlobProgress }): Promise<Removed>;
  /**
   * Brings a batch back, and its references with it. Where another cache has taken a name since, what comes back stands
   * beside it under another one. The batch goes when all of it is back.
   * @throws `NOT_FOUND` for an unknown batch, `CONFLICT` naming the later prune to undo first
   */
  restore(plan: string, options?: { readonly onProgress?: BlobProgress }): Promise<Restored>;
  /**
   * Moves blobs into quarantine, each by one rename; what is not there is passed over. A crash in the middle leaves each
   * where it was or in quarantine, listed. Whether it is damaged is for the caller to know.
   * @returns those that went
   */
  quarantine(
    blobs: readonly { readonly digest: Digest; readonly problem: string }[],
  ): Promise<readonly QuarantinedBlob[]>;
  /** Deletes every batch, and what is in quarantine, for good. @throws `CANCELLED` between two batches */
  emptyTrash(options?: LockOptions & { readonly onProgress?: BlobProgress }): Promise<EmptiedTrash>;
}

/** Where plans wait for 24 hours, as text. */
export interface PlanShelf {
  /** Also throws away what is older than 24 hours. */
  put(plan: string, text: string): Promise<void>;
  get(plan: string): Promise<string | undefined>;
}

/**
 * A layout with our own bookkeeping beside it: leases, plans, a trash with undo, a lock, a journal.
 *
 * Nothing that `index.json` leads to is ever removed, nor anything leased. A crash at any point leaves garbage at worst,
 * which the next one who takes the lock clears away, never a reference that leads nowhere.
 */
export interface ManagedStore extends LayoutStore {
  readonly managed: true;
  readonly plans: PlanShelf;
  /** Keeps what records are called, for who reads the store later. */
  keepNames(names: RecordNames, options?: LockOptions): Promise<void>;
  /**
   * Runs `body` alone among all processes. What a crashed process left half done is finished or taken back before.
   * @throws `UNAVAILABLE` naming the process that holds the lock for too long, `CANCELLED` while it waits
   */
  exclusive<T>(body: (session: StoreSession) => Promise<T>, options?: LockOptions): Promise<T>;
  /** Batches that can come back, newest first. */
  trash(): Promise<readonly TrashBatch[]>;
  /** What the last check found damaged and nobody has touched since. Cheap: no blob is read. */
  knownDamage(): Promise<ReadonlyMap<Digest, DamageNote>>;
  /** Replaces what is known of damage by what a whole check has just found. */
  noteDamage(found: readonly DamageNote[], options?: LockOptions): Promise<void>;
  /** What is in quarantine, the latest first. */
  quarantined(): Promise<readonly QuarantinedBlob[]>;
}

/** What emptying the trash deleted, and the folders that hold something else than blobs of the trash: left alone. */
export interface EmptiedTrash {
  readonly blobs: number;
  readonly bytes: number;
  readonly leftAlone: readonly string[];
}

/** A managed store for those who only look. Opening one changes nothing; of what is on its way, plans alone are written. */
export type StoreView = Pick<
  ManagedStore,
  'location' | 'readIndex' | 'plans' | 'trash' | 'knownDamage' | 'quarantined'
>;

/** Tells a managed store from a plain layout. */
export function isManaged(store: LayoutStore): store is ManagedStore {
  return store.managed;
}

/** Opens folders of this machine for writing. Paths are as a person writes them: relative, `~/…`, `store://…`. */
export interface StoreOpener {
  /** Creates an empty managed store. @throws `CONFLICT` when something is in the folder */
  createStore(path: string): Promise<ManagedStore>;
  /**
   * A store that is about to be changed: what a crash left half done is finished or taken back.
   * @throws `NOT_FOUND`, `INVALID_INPUT` for a folder that is no managed store, `UNSUPPORTED_FORMAT` for a newer one,
   *   `CORRUPT` where a folder of its layout is a link or a file
   */
  openStore(path: string): Promise<ManagedStore>;
  /** A store that is only looked at: nothing in it changes. @throws as `openStore` */
  viewStore(path: string): Promise<StoreView>;
  /**
   * A folder to export to: a managed store, a layout, or, with `create`, a new layout where nothing is or the folder is
   * empty; without it `undefined` for those.
   * @throws `CONFLICT` for a folder with something else in it
   */
  openLayout(path: string, options: { readonly create: boolean }): Promise<LayoutStore | undefined>;
  /** What `location` will be, whether anything is there or not: one place, one text. */
  locate(path: string): Promise<string>;
}

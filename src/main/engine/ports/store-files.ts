import type { Digest } from '../../../shared/oci/digest.ts';
import type { LayoutIndex } from './managed-store.ts';

/** A folder of blobs that left the store together: to the trash, or into quarantine because they are damaged. */
export interface Batch {
  readonly kind: 'trash' | 'quarantine';
  readonly name: string;
}

/** Where a blob of a store lies: with those that are used, or in a batch. */
export type BlobPlace = 'blobs' | Batch;

/** A small document of a store: an entry of the journal, a plan, or the note that closes a batch. */
export interface StoreNote {
  readonly kind: 'journal' | 'plan' | Batch['kind'];
  readonly name: string;
}

/** How something looks that lies where a blob belongs. `size` is 0 for what is no plain file. */
export interface BlobLook {
  readonly isFile: boolean;
  readonly size: number;
}

/** A batch as it is found. `condemned`: its deletion has begun. */
export interface FoundBatch extends Batch {
  readonly state: 'open' | 'noted' | 'condemned';
}

/**
 * What the rules of deletion, restore, recovery and quarantine do to the files of a store. A folder renames, a bucket copies
 * and deletes; the rules are the same. The caller holds the store's lock, unless it only reads.
 *
 * Every call that changes something is durable when it resolves, and can be repeated: after a crash in its middle, each
 * blob and each document lies where it was or where it was to go, whole.
 * Names of batches, plans and entries may come from a command line: one that is none is `INVALID_INPUT`.
 */
export interface StoreFiles {
  /** What a person calls the store. */
  readonly location: string;
  /** Epoch ms, for what is shown to people. Nothing is ordered by it. */
  now(): number;
  /** @throws `CORRUPT`, `NOT_FOUND` naming `index.json` */
  readIndex(): Promise<LayoutIndex>;
  /** Replaces the index that `from` was read from. @throws `CONFLICT` when it is another by now, `CORRUPT` for no index */
  replaceIndex(from: LayoutIndex, text: string): Promise<LayoutIndex>;

  /** The text of a document; undefined without one. @throws `CORRUPT` for what is no plain file */
  readNote(note: StoreNote): Promise<string | undefined>;
  /** Creates or replaces a document; readers see the old text or the new one. @throws `NO_SPACE`, `ACCESS_DENIED` */
  placeNote(note: StoreNote, text: string): Promise<void>;
  /** Absent: no error. */
  deleteNote(note: StoreNote): Promise<void>;
  /** Documents of the journal or the plans, with the time of their last change (epoch ms). What is named otherwise is passed over. */
  listNotes(kind: 'journal' | 'plan'): Promise<readonly { readonly name: string; readonly changedAt: number }[]>;
  /** Where it lies, for a person. */
  pathOf(note: StoreNote): string;

  /** Where a batch lies, for a person. */
  folderOf(batch: Batch): string;
  /** Batches with names that this program gives. What is named otherwise is passed over. */
  batches(kind: Batch['kind']): Promise<readonly FoundBatch[]>;
  /** Whether a batch holds nothing but its note and blobs. */
  holdsOnlyBlobs(batch: Batch): Promise<boolean>;
  /** Turns the note into a mark that the batch is being deleted. Takes no space. */
  condemn(batch: Batch): Promise<void>;
  /** Takes away what is left of a batch without blobs and note. One with something else in it stays. */
  endBatch(batch: Batch): Promise<void>;

  /** Digests of everything in a place that is named like a blob. */
  list(place: BlobPlace): Promise<readonly Digest[]>;
  look(place: BlobPlace, digest: Digest): Promise<BlobLook | undefined>;
  /** The bytes of a document; undefined when it is not there. @throws `CORRUPT` for what is no plain file */
  read(place: BlobPlace, digest: Digest): Promise<Uint8Array | undefined>;
  /** Whether the bytes have the digest. False for what is not there. */
  isWhole(place: BlobPlace, digest: Digest): Promise<boolean>;
  /**
   * Moves blobs, over those that lie there. At no moment is one in neither place.
   * @returns those that are not there
   */
  move(
    digests: readonly Digest[],
    from: BlobPlace,
    to: BlobPlace,
    onProgress?: (done: number, total: number) => void,
  ): Promise<ReadonlySet<Digest>>;
  /** Deletes blobs for good. Absent: no error. */
  delete(place: BlobPlace, digests: readonly Digest[]): Promise<void>;

  /** Frees the space that is kept for a full disk. @returns whether there was any */
  giveUpReserve(): Promise<boolean>;

  /** Every blob that a living process holds a lease on. */
  leased(): Promise<ReadonlySet<Digest>>;
}

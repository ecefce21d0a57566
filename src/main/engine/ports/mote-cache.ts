import type { Digest } from '../../../shared/oci/digest.ts';

/** `commitMote` leaves the original in place. */
export const CommitCopy = 1;
/** `commitMote` takes the original away. */
export const CommitMove = 2;
/** What `commitMote` does with the original; the numbers are those of the Go system. */
export type CommitMode = typeof CommitCopy | typeof CommitMove;

/** One item of a cache, as it is declared. `dataSize` is in bytes. */
export interface Mote {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly dataSize: number;
}

/** What a cache can tell of an item it holds. `mediaType` is "" where the cache keeps none. */
export interface MoteInfo {
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
}

/**
 * Bytes on their way into a cache. Nothing is visible before `close()` has resolved; after it the item is whole and
 * survives a crash. Disposing a writer that is not closed aborts it.
 */
export interface MoteWriter extends AsyncDisposable {
  /** The chunk may be used again once this has resolved. @throws `NO_SPACE`, `SIZE_MISMATCH` as soon as too many bytes came */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Checks size and digest and makes the item visible. Whatever the end, nothing pending is left.
   * @throws `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `NO_SPACE`, `CANCELLED`
   */
  close(): Promise<void>;
  /** Removes what is pending. After `close()`: nothing. */
  abort(): Promise<void>;
}

/** Sequential reads of one item: the bytes from the start, in chunks, once. Disposing it closes it. */
export interface MoteReader extends AsyncDisposable, AsyncIterable<Uint8Array> {
  readonly size: number;
  close(): Promise<void>;
}

/** Positional reads of one item. Disposing it closes it. */
export interface MoteReaderAt extends AsyncDisposable {
  readonly size: number;
  /** Fills `buffer` from `offset`; the number of bytes read, fewer than asked only at the end. */
  readAt(buffer: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** What decides the order in which a bare cache is pruned. */
export interface MoteUse {
  readonly digest: Digest;
  readonly size: number;
  /** Epoch ms of the last read; where the cache keeps none, of the write. */
  readonly accessedAtMs: number;
}

/** Options of work that copies bytes. `onBytes`: how many more are done since the last call. */
export interface MoteWorkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Options of `prune`. `policy`: who goes first (a sort order); default: oldest access. Ties go by digest. */
export interface MotePruneOptions {
  readonly signal?: AbortSignal | undefined;
  readonly policy?: ((a: MoteUse, b: MoteUse) => number) | undefined;
}

/** What a prune of a bare cache removed. */
export interface MotePruneReport {
  readonly removed: number;
  readonly freedBytes: number;
}

/**
 * A cache of content-addressed items: blobs by their digest, and nothing else. An item is there when its bytes are there
 * whole; pending writes are never seen. Several processes may use one cache at once.
 *
 * Digests are checked when they are used: one that is malformed is `INVALID_INPUT`, whatever the call.
 * Agrees with the `MoteCache` of the Go package it is named after, with promises for what blocks and `CacheError`s for
 * its sentinel errors (`errNotFound`, `errSizeMismatch`).
 */
export interface MoteCache {
  /** Opens the cache, or creates it, and clears up what crashed writers left. To be called once before anything else. */
  initialize(): Promise<void>;
  /** Whether the cache changed since it was initialized, as far as it can know. */
  isDirty(): boolean;
  /** Reads its index again; true when that changed anything. */
  refresh(): Promise<boolean>;

  /** Whether it holds the item. Pending items do not count. */
  moteExists(digest: Digest): Promise<boolean>;
  /** The item, or undefined. @throws `CORRUPT` when something else stands in its place */
  find(digest: Digest): Promise<MoteInfo | undefined>;
  /** Where the item is or would be, for a person or for another tool; not checked. */
  moteRef(digest: Digest): string;

  /** Declares an item that is about to be written. @throws `INVALID_INPUT` for a bad size or an algorithm the cache is not keyed by */
  createMote(digest: Digest, mediaType: string, size: number): Promise<Mote>;
  /**
   * Writes a declared item. Two writers of one digest, in one process or in two, both succeed.
   * @throws `NOT_FOUND` when the item was not declared
   */
  moteWriter(digest: Digest, options?: MoteWorkOptions): Promise<MoteWriter>;
  /**
   * Takes an existing file in, checking size and digest. Already there: nothing happens, to the original neither.
   * @throws `NOT_FOUND` for the file, `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `NO_SPACE`
   */
  commitMote(ref: string, mote: Mote, mode: CommitMode, options?: MoteWorkOptions): Promise<void>;

  /** @throws `NOT_FOUND`, `CORRUPT`, `ACCESS_DENIED` */
  moteReader(digest: Digest): Promise<MoteReader>;
  /** @throws `NOT_FOUND`, `CORRUPT`, `ACCESS_DENIED` */
  moteReaderAt(digest: Digest): Promise<MoteReaderAt>;

  /** Removes the item; absent: no error. Whoever reads it now can go on. */
  removeMote(digest: Digest): Promise<void>;
  /**
   * Removes items until at most `maxSize` bytes are left. For bare caches: a managed store prunes by records.
   * @throws `INVALID_INPUT` for a negative size, `CANCELLED`: what is removed by then stays removed
   */
  prune(maxSize: number, options?: MotePruneOptions): Promise<MotePruneReport>;
}

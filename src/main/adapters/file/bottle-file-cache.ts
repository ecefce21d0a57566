import { isCacheError, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import { type Digest, type DigestAlgorithm, parseDigest } from '../../../shared/oci/digest.ts';
import type { BlobHasher } from '../../engine/ports/blob-hasher.ts';
import type {
  CommitMode,
  Mote,
  MoteCache,
  MoteInfo,
  MotePruneOptions,
  MotePruneReport,
  MoteReader,
  MoteReaderAt,
  MoteWorkOptions,
  MoteWriter,
} from '../../engine/ports/mote-cache.ts';
import { checkMoteKey, declaredMote, motesToGo } from '../../engine/ports/mote-checks.ts';
import { errNotFound } from '../../engine/ports/mote-errors.ts';
import { commitFile } from './commit-file.ts';
import { createDisk, type Disk } from './disk.ts';
import { checkFallbacks, EMPTY_BLOBS } from './fallback.ts';
import { createGroupCommit } from './group-commit.ts';
import { layoutOf, type StoreLayout } from './layout.ts';
import { prepareLayout } from './layout-folder.ts';
import { blobsInUse } from './list-blobs.ts';
import { positionalReader, sequentialReader } from './mote-readers.ts';
import { type OpenBlob, openBlob, statBlob } from './open-blob.ts';
import { type BlobWriting, createPendingBlob } from './pending-blob.ts';
import { guardFolders } from './real-folders.ts';

/** Options of a `BottleFileCache`. */
export interface BottleFileCacheOptions {
  /** What new blobs are named by. Default `sha256`, the only one BuildKit writes. */
  readonly keyAlgorithm?: DigestAlgorithm;
  /** Give a blob a second name while it is read. Default true. */
  readonly linkOnRead?: boolean;
  /**
   * Asked by `moteReader` and `moteReaderAt` for what this cache does not hold. Never written to, and what it gives is
   * not kept. `find` and `moteExists` speak of this cache alone.
   */
  readonly fallbackCache?: MoteCache;
  readonly disk?: Disk;
  /** Lets the system copy large files, and checks the copies on all cores. Default: they are copied and hashed piece by piece. */
  readonly hasher?: BlobHasher | undefined;
  /** Told once when something works with less than was asked for. */
  readonly onWarning?: (message: string) => void;
}

/**
 * A mote cache that is an OCI image layout on disk, so that BuildKit's `type=local` cache and this read one another's
 * folders. There is no index of blobs: what lies there whole is in the cache, and its size is the file's.
 */
export class BottleFileCache implements MoteCache {
  readonly layout: StoreLayout;
  readonly keyAlgorithm: DigestAlgorithm;
  readonly fallbackCache: MoteCache | undefined;
  readonly #disk: Disk;
  readonly #linkOnRead: boolean;
  readonly #writing: BlobWriting;
  readonly #onWarning: (message: string) => void;
  readonly #declared = new Map<Digest, Mote>();
  #hasLinks = true;

  /** Does not touch the disk: `initialize` does. @throws `INVALID_INPUT` when the fallback leads back to this folder */
  constructor(path: string, options: BottleFileCacheOptions = {}) {
    this.layout = layoutOf(path);
    this.keyAlgorithm = options.keyAlgorithm ?? 'sha256';
    this.fallbackCache = options.fallbackCache;
    this.#disk = guardFolders(options.disk ?? createDisk(), this.layout.root);
    this.#linkOnRead = options.linkOnRead ?? true;
    this.#onWarning = options.onWarning ?? (() => {});
    this.#writing = {
      layout: this.layout,
      disk: this.#disk,
      commits: createGroupCommit(this.#disk),
      hasher: options.hasher,
    };
    checkFallbacks(this);
  }

  async initialize(): Promise<void> {
    await prepareLayout(this.layout, this.#disk, this.keyAlgorithm).catch((error: unknown) => {
      throw toCacheError(error, this.layout.root);
    });
  }

  /** Always false: there is no index that could differ from the files. */
  isDirty(): boolean {
    return false;
  }

  /** Always false: see `isDirty`. */
  async refresh(): Promise<boolean> {
    return false;
  }

  /** Nothing: there is no state to update. */
  async update(): Promise<void> {}

  async moteExists(digest: Digest): Promise<boolean> {
    const stat = await statBlob(this.layout.blob(digest), digest).catch((error: unknown) => {
      if (isCacheError(error, 'CORRUPT')) return undefined;
      throw error;
    });
    return stat !== undefined;
  }

  async find(digest: Digest): Promise<MoteInfo | undefined> {
    const stat = await statBlob(this.layout.blob(digest), digest);
    return stat && { digest, size: stat.size, mediaType: '' };
  }

  moteRef(digest: Digest): string {
    return this.layout.blob(digest);
  }

  async createMote(digest: Digest, mediaType: string, size: number): Promise<Mote> {
    const mote = declaredMote(digest, mediaType, size, this.keyAlgorithm);
    this.#declared.set(digest, mote);
    return mote;
  }

  async moteWriter(digest: Digest, options: MoteWorkOptions = {}): Promise<MoteWriter> {
    const mote = this.#declared.get(parseDigest(digest));
    if (!mote) throw errNotFound(digest);
    return createPendingBlob(this.#writing, mote, options, (committed) => {
      if (committed && this.#declared.get(digest) === mote) this.#declared.delete(digest);
    });
  }

  async commitMote(ref: string, mote: Mote, mode: CommitMode, options: MoteWorkOptions = {}): Promise<void> {
    checkMoteKey(mote.digest, this.keyAlgorithm);
    // A link or a device in its place is written over; a folder cannot be.
    const there = await this.find(mote.digest).catch((error: unknown) => {
      if (isCacheError(error, 'CORRUPT')) return undefined;
      throw error;
    });
    if (there?.size === mote.dataSize) return;
    await commitFile(this.#writing, ref, mote, mode, options);
  }

  async moteReader(digest: Digest): Promise<MoteReader> {
    return (await this.#read(digest, sequentialReader)) ?? this.#fromFallback(digest, (c) => c.moteReader(digest));
  }

  async moteReaderAt(digest: Digest): Promise<MoteReaderAt> {
    return (await this.#read(digest, positionalReader)) ?? this.#fromFallback(digest, (c) => c.moteReaderAt(digest));
  }

  async removeMote(digest: Digest): Promise<void> {
    const path = this.layout.blob(digest);
    if ((await statBlob(path, digest)) === undefined) return;
    await this.#disk.remove(path).catch((error: unknown) => {
      throw toCacheError(error, digest);
    });
  }

  async prune(maxSize: number, options: MotePruneOptions = {}): Promise<MotePruneReport> {
    const going = motesToGo(await blobsInUse(this.layout, options.signal), maxSize, options.policy);
    let removed = 0;
    let freedBytes = 0;
    for (const mote of going) {
      throwIfAborted(options.signal);
      await this.removeMote(mote.digest);
      freedBytes += mote.size;
      removed += 1;
    }
    return { removed, freedBytes };
  }

  async #read<R>(digest: Digest, wrap: (blob: OpenBlob, digest: Digest) => R): Promise<R | undefined> {
    try {
      const reading = {
        layout: this.layout,
        disk: this.#disk,
        linkOnRead: this.#linkOnRead && this.#hasLinks,
        onNoLinks: (error: unknown) => this.#noLinks(error),
      };
      return wrap(await openBlob(reading, parseDigest(digest)), digest);
    } catch (error) {
      if (isCacheError(error, 'NOT_FOUND') && this.fallbackCache) return undefined;
      throw error;
    }
  }

  async #fromFallback<R extends { readonly size: number; close(): Promise<void> }>(
    digest: Digest,
    read: (cache: MoteCache) => Promise<R>,
  ): Promise<R> {
    if (!this.fallbackCache) throw errNotFound(digest);
    const reader = await read(this.fallbackCache);
    // A cache that is switched off answers with nothing at all: that is not the blob.
    if (reader.size === 0 && !EMPTY_BLOBS.has(digest)) {
      await reader.close();
      throw errNotFound(digest);
    }
    return reader;
  }

  #noLinks(error: unknown): void {
    if (!this.#hasLinks) return;
    this.#hasLinks = false;
    this.#onWarning(`Blobs are read without a second name here: ${toCacheError(error).message}`);
  }
}

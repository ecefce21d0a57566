import { createHash } from 'node:crypto';
import { CacheError, cancelled, throwIfAborted } from '../../../../shared/base/errors.ts';
import { type Digest, type DigestAlgorithm, parseDigest, splitDigest } from '../../../../shared/oci/digest.ts';
import {
  type CommitMode,
  CommitMove,
  type Mote,
  type MoteCache,
  type MoteInfo,
  type MotePruneOptions,
  type MotePruneReport,
  type MoteReader,
  type MoteReaderAt,
  type MoteWorkOptions,
  type MoteWriter,
} from '../../../engine/ports/mote-cache.ts';
import { checkMoteKey, declaredMote, motesToGo } from '../../../engine/ports/mote-checks.ts';
import { errDigestMismatch, errNotFound, errSizeMismatch } from '../../../engine/ports/mote-errors.ts';

/** What a memory cache is kept in: shared by every cache that is opened on it. */
export interface MemoryMotes {
  readonly kept: Map<Digest, { readonly bytes: Uint8Array; readonly mediaType: string; accessedAtMs: number }>;
  /** Stands for files outside the cache: what `commitMote` takes from. */
  readonly staged: Map<string, Uint8Array>;
}

/** Empty storage. */
export function createMemoryMotes(): MemoryMotes {
  return { kept: new Map(), staged: new Map() };
}

/** A mote cache in memory: what the file cache does, without a disk. Access order is exact. */
export class MemoryMoteCache implements MoteCache {
  readonly #motes: MemoryMotes;
  readonly #keyAlgorithm: DigestAlgorithm;
  readonly #declared = new Map<Digest, Mote>();
  #reads = 0;

  constructor(motes: MemoryMotes = createMemoryMotes(), keyAlgorithm: DigestAlgorithm = 'sha256') {
    this.#motes = motes;
    this.#keyAlgorithm = keyAlgorithm;
  }

  async initialize(): Promise<void> {}

  isDirty(): boolean {
    return false;
  }

  async refresh(): Promise<boolean> {
    return false;
  }

  async moteExists(digest: Digest): Promise<boolean> {
    return this.#motes.kept.has(parseDigest(digest));
  }

  async find(digest: Digest): Promise<MoteInfo | undefined> {
    const mote = this.#motes.kept.get(parseDigest(digest));
    return mote && { digest, size: mote.bytes.byteLength, mediaType: mote.mediaType };
  }

  moteRef(digest: Digest): string {
    return `memory:${parseDigest(digest)}`;
  }

  async createMote(digest: Digest, mediaType: string, size: number): Promise<Mote> {
    const mote = declaredMote(digest, mediaType, size, this.#keyAlgorithm);
    this.#declared.set(digest, mote);
    return mote;
  }

  async moteWriter(digest: Digest, options: MoteWorkOptions = {}): Promise<MoteWriter> {
    const mote = this.#declared.get(parseDigest(digest));
    if (!mote) throw errNotFound(digest);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    let ended = false;
    const abort = async () => {
      ended = true;
    };
    const fail = (error: CacheError): never => {
      ended = true;
      throw error;
    };
    return {
      write: async (chunk) => {
        if (options.signal?.aborted) fail(cancelled(digest));
        bytes += chunk.byteLength;
        if (bytes > mote.dataSize) fail(errSizeMismatch(digest, mote.dataSize, bytes));
        chunks.push(Uint8Array.from(chunk));
        options.onBytes?.(chunk.byteLength);
      },
      close: async () => {
        if (ended) return;
        ended = true;
        if (options.signal?.aborted) throw cancelled(digest);
        this.#keep(mote, Buffer.concat(chunks));
        if (this.#declared.get(digest) === mote) this.#declared.delete(digest);
      },
      abort,
      [Symbol.asyncDispose]: abort,
    };
  }

  async commitMote(ref: string, mote: Mote, mode: CommitMode, options: MoteWorkOptions = {}): Promise<void> {
    checkMoteKey(mote.digest, this.#keyAlgorithm);
    if (this.#motes.kept.get(mote.digest)?.bytes.byteLength === mote.dataSize) return;
    throwIfAborted(options.signal);
    const bytes = this.#motes.staged.get(ref);
    if (!bytes) throw new CacheError('NOT_FOUND', 'There is no such file.', { subject: ref });
    this.#keep(mote, bytes);
    options.onBytes?.(bytes.byteLength);
    if (mode === CommitMove) this.#motes.staged.delete(ref);
  }

  async moteReader(digest: Digest): Promise<MoteReader> {
    const bytes = this.#read(digest);
    const close = async () => {};
    return {
      size: bytes.byteLength,
      close,
      [Symbol.asyncDispose]: close,
      async *[Symbol.asyncIterator]() {
        if (bytes.byteLength > 0) yield bytes;
      },
    };
  }

  async moteReaderAt(digest: Digest): Promise<MoteReaderAt> {
    const bytes = this.#read(digest);
    const close = async () => {};
    return {
      size: bytes.byteLength,
      close,
      [Symbol.asyncDispose]: close,
      readAt: async (buffer, offset) => {
        const part = bytes.subarray(offset, offset + buffer.byteLength);
        buffer.set(part);
        return part.byteLength;
      },
    };
  }

  async removeMote(digest: Digest): Promise<void> {
    this.#motes.kept.delete(parseDigest(digest));
  }

  async prune(maxSize: number, options: MotePruneOptions = {}): Promise<MotePruneReport> {
    const motes = Array.from(this.#motes.kept, ([digest, { bytes, accessedAtMs }]) => ({
      digest,
      size: bytes.byteLength,
      accessedAtMs,
    }));
    let removed = 0;
    let freedBytes = 0;
    for (const mote of motesToGo(motes, maxSize, options.policy)) {
      throwIfAborted(options.signal);
      this.#motes.kept.delete(mote.digest);
      freedBytes += mote.size;
      removed += 1;
    }
    return { removed, freedBytes };
  }

  #keep(mote: Mote, bytes: Uint8Array): void {
    if (bytes.byteLength !== mote.dataSize) throw errSizeMismatch(mote.digest, mote.dataSize, bytes.byteLength);
    const { algorithm } = splitDigest(mote.digest);
    const actual = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
    if (actual !== mote.digest) throw errDigestMismatch(mote.digest, actual);
    this.#motes.kept.set(mote.digest, { bytes, mediaType: mote.mediaType, accessedAtMs: this.#tick() });
  }

  #read(digest: Digest): Uint8Array {
    const mote = this.#motes.kept.get(parseDigest(digest));
    if (!mote) throw errNotFound(digest);
    mote.accessedAtMs = this.#tick();
    return mote.bytes;
  }

  /** A clock of accesses: each is later than the last. */
  #tick(): number {
    this.#reads += 1;
    return this.#reads;
  }
}

import { createHash, type Hash } from 'node:crypto';
import { cancelled, toCacheError } from '../../../shared/base/errors.ts';
import { splitDigest } from '../../../shared/oci/digest.ts';
import type { BlobHasher } from '../../engine/ports/blob-hasher.ts';
import type { Mote, MoteWorkOptions, MoteWriter } from '../../engine/ports/mote-cache.ts';
import { errDigestMismatch, errNotABlob, errSizeMismatch } from '../../engine/ports/mote-errors.ts';
import { close, type Descriptor } from './descriptors.ts';
import type { Disk } from './disk.ts';
import type { GroupCommit } from './group-commit.ts';
import type { StoreLayout } from './layout.ts';
import { ownedName } from './owner.ts';

/** What blobs are written with. */
export interface BlobWriting {
  readonly layout: StoreLayout;
  readonly disk: Disk;
  readonly commits: GroupCommit;
  /** Checks what the system copied, on all cores. */
  readonly hasher?: BlobHasher | undefined;
}

/** Starts a blob in `ingest/`. `onEnd` is called once, with whether it came into place. */
export async function createPendingBlob(
  writing: BlobWriting,
  mote: Mote,
  options: MoteWorkOptions,
  onEnd: (committed: boolean) => void,
): Promise<MoteWriter> {
  const path = writing.layout.ingestEntry(ownedName('blob'));
  const file = await writing.disk.create(path).catch((error: unknown) => {
    throw toCacheError(error, path);
  });
  return new PendingBlob(writing, mote, options, path, file, onEnd);
}

class PendingBlob implements MoteWriter {
  readonly #writing: BlobWriting;
  readonly #mote: Mote;
  readonly #options: MoteWorkOptions;
  readonly #path: string;
  readonly #file: Descriptor;
  readonly #onEnd: (committed: boolean) => void;
  readonly #hash: Hash;
  #bytes = 0;
  #ended = false;

  constructor(
    writing: BlobWriting,
    mote: Mote,
    options: MoteWorkOptions,
    path: string,
    file: Descriptor,
    onEnd: (committed: boolean) => void,
  ) {
    this.#writing = writing;
    this.#mote = mote;
    this.#options = options;
    this.#path = path;
    this.#file = file;
    this.#onEnd = onEnd;
    this.#hash = createHash(splitDigest(mote.digest).algorithm);
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#options.signal?.aborted) return this.#fail(cancelled(this.#mote.digest));
    const bytes = this.#bytes + chunk.byteLength;
    // More than declared is known at once: an endless source must not fill the disk first.
    if (bytes > this.#mote.dataSize) {
      return this.#fail(errSizeMismatch(this.#mote.digest, this.#mote.dataSize, bytes));
    }
    try {
      // The system writes while this thread hashes.
      const written = this.#writing.disk.write(this.#file, chunk);
      this.#hash.update(chunk);
      await written;
    } catch (error) {
      return this.#fail(error);
    }
    this.#bytes = bytes;
    this.#options.onBytes?.(chunk.byteLength);
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const { digest, dataSize } = this.#mote;
    if (this.#options.signal?.aborted) return this.#fail(cancelled(digest));
    if (this.#bytes !== dataSize) return this.#fail(errSizeMismatch(digest, dataSize, this.#bytes));
    const actual = `${splitDigest(digest).algorithm}:${this.#hash.digest('hex')}`;
    if (actual !== digest) return this.#fail(errDigestMismatch(digest, actual));
    this.#ended = true;
    try {
      await this.#writing.commits.commit(this.#file, this.#path, this.#writing.layout.blob(digest));
    } catch (error) {
      await this.#discard();
      throw commitError(error, digest);
    }
    this.#onEnd(true);
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    close(this.#file);
    await this.#discard();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abort();
  }

  async #fail(error: unknown): Promise<never> {
    await this.abort();
    throw toCacheError(error, this.#mote.digest);
  }

  async #discard(): Promise<void> {
    await this.#writing.disk.remove(this.#path);
    this.#onEnd(false);
  }
}

/** What a failed rename into place means. */
export function commitError(error: unknown, digest: string): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EISDIR' || code === 'ENOTEMPTY' || code === 'EEXIST') return errNotABlob(digest, 'A folder');
  return toCacheError(error, digest);
}

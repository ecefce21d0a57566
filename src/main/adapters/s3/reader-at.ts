import { CacheError } from '../../../shared/base/errors.ts';
import type { LayerReaderAt } from '../../engine/ports/layer-store.ts';
import type { Bucket } from './bucket.ts';
import { readObject } from './read-object.ts';

/** What is read, and how far it goes. */
export interface ReaderAtOptions {
  readonly bucket: Bucket;
  readonly key: string;
  /** In bytes, as whoever asks knows it: what lies there must be as long. */
  readonly size: number;
  /** What errors are told of. */
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads an object at any position, best in order: then all reads are one stream, which goes on where a connection broke.
 * A read elsewhere opens the stream anew from there. Reads wait for one another. Bytes are given as they come: see
 * `createCheckedReader`.
 */
export class S3ReaderAt implements LayerReaderAt {
  readonly size: number;
  readonly #options: ReaderAtOptions;
  #stream: AsyncGenerator<Uint8Array> | undefined;
  /** Of the stream, not yet given out. */
  #left: Uint8Array = new Uint8Array();
  /** Position of the next byte that the stream gives. */
  #position = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReaderAtOptions) {
    this.size = options.size;
    this.#options = options;
  }

  /**
   * Fills `buffer` from `offset`; fewer bytes only at the end.
   * @throws `NOT_FOUND`, `SIZE_MISMATCH` where the object is shorter
   */
  readAt(buffer: Uint8Array, offset: number): Promise<number> {
    const turn = this.#turn.then(() => this.#read(buffer, offset));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Ends the stream. A read after it opens another one. */
  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#left = new Uint8Array();
    await stream?.return(undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(buffer: Uint8Array, offset: number): Promise<number> {
    const wanted = Math.max(0, Math.min(buffer.length, this.size - offset));
    if (wanted === 0) return 0;
    if (!this.#stream || offset !== this.#position) await this.#openAt(offset);
    let done = 0;
    while (done < wanted) {
      if (this.#left.length === 0) {
        const next = await this.#stream?.next();
        if (!next || next.done) throw this.#short(offset + done);
        this.#left = next.value;
      }
      const part = this.#left.subarray(0, wanted - done);
      buffer.set(part, done);
      this.#left = this.#left.subarray(part.length);
      done += part.length;
    }
    this.#position += done;
    if (this.#position === this.size) await this.close();
    return done;
  }

  async #openAt(offset: number): Promise<void> {
    await this.close();
    this.#position = offset;
    const { bucket, key, subject, signal } = this.#options;
    this.#stream = readObject(bucket, key, { start: offset, subject, signal });
  }

  #short(end: number): CacheError {
    return new CacheError('SIZE_MISMATCH', `It should be ${this.size} bytes long, but ends after ${end}.`, {
      subject: this.#options.subject,
      hint: 'It was cut short or replaced in the bucket. Export the cache again.',
    });
  }
}

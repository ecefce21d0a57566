import { CacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { BlobReader } from '../../engine/ports/cache-source.ts';
import type { Repository } from './repository.ts';

/** Makes the errors of a read those of the source. */
export type ErrorNamer = (error: unknown, digest: Digest) => Promise<unknown>;

/** Reads a blob of a known size in ranges; a broken connection is gone on with where it broke. Nothing is open in between. */
export function createBlobReader(
  repository: Repository,
  digest: Digest,
  size: number,
  nameError: ErrorNamer,
): BlobReader {
  async function* chunks(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    if (start >= end) return;
    // A whole blob is asked for without a range, which every registry understands.
    const range = { ...(start > 0 ? { start } : {}), ...(end < size ? { end } : {}) };
    let left = end - start;
    try {
      for await (const chunk of repository.blob(digest, { ...range, ...(signal ? { signal } : {}) })) {
        left -= chunk.length;
        if (left < 0) throw tooMuch(digest, size);
        yield chunk;
      }
    } catch (error) {
      throw await nameError(error, digest);
    }
  }
  return {
    size,
    async read(buffer, offset) {
      let done = 0;
      for await (const chunk of chunks(offset, Math.min(size, offset + buffer.length))) {
        const fits = chunk.subarray(0, buffer.length - done);
        buffer.set(fits, done);
        done += fits.length;
      }
      return done;
    },
    stream: ({ start = 0, signal } = {}) => chunks(start, size, signal),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Reads bytes that are there already. */
export function createBytesReader(bytes: Uint8Array): BlobReader {
  return {
    size: bytes.length,
    async read(buffer, offset) {
      const part = bytes.subarray(offset, offset + buffer.length);
      buffer.set(part);
      return part.length;
    },
    stream: async function* ({ start = 0 } = {}) {
      if (start < bytes.length) yield bytes.subarray(start);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Whoever keeps the bytes in memory relies on the size. */
function tooMuch(digest: Digest, size: number): CacheError {
  return new CacheError('SIZE_MISMATCH', `The registry said ${size} bytes, and sends more.`, {
    subject: digest,
    hint: 'Something between here and the registry changes what it sends.',
  });
}

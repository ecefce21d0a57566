import { type CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { BlobReader } from '../ports/cache-source.ts';

/** A file that can be read anywhere: Node's `FileHandle`, as far as it is needed here. */
export interface PositionalFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** Read at a time when a blob is streamed. */
const CHUNK_BYTES = 256 << 10;

/**
 * Reads a stretch of a file as a blob, and closes the file when it is disposed of.
 * @param stretch where it begins in the file and how long it is, in bytes
 * @param cutShort the error of a stream whose file ends before the stretch does
 */
export function createPositionalReader(
  file: PositionalFile,
  { offset: from, size }: { readonly offset: number; readonly size: number },
  cutShort: () => CacheError,
): BlobReader {
  const read = async (buffer: Uint8Array, offset: number): Promise<number> => {
    const wanted = Math.min(buffer.length, size - offset);
    let done = 0;
    while (done < wanted) {
      const { bytesRead } = await file.read(buffer, done, wanted - done, from + offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  };
  return {
    size,
    read,
    stream: async function* ({ start = 0, signal } = {}) {
      for (let at = start; at < size; ) {
        throwIfAborted(signal);
        const buffer = new Uint8Array(Math.min(CHUNK_BYTES, size - at));
        const bytes = await read(buffer, at);
        if (bytes === 0) throw cutShort();
        yield buffer.subarray(0, bytes);
        at += bytes;
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

import { type FileHandle, open } from 'node:fs/promises';
import { CacheError, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { BlobExtent } from '../../engine/ports/blob-hasher.ts';
import type { BlobReader } from '../../engine/ports/cache-source.ts';
import { notAPlainFile, OPEN_FLAGS } from './plain-file.ts';

const CHUNK_BYTES = 256 << 10;

/**
 * Opens a stretch of a file for positional reads.
 * @throws `NOT_FOUND`, `ACCESS_DENIED`, `CORRUPT` for what is not a plain file, all naming the digest
 */
export async function openExtent(extent: BlobExtent, digest: Digest): Promise<BlobReader> {
  const file = await openPlain(extent.path, digest);
  const { size: fileBytes } = await file.stat();
  const size = extent.length ?? fileBytes - extent.offset;
  const read = async (buffer: Uint8Array, offset: number): Promise<number> => {
    const wanted = Math.min(buffer.length, size - offset);
    let done = 0;
    while (done < wanted) {
      const { bytesRead } = await file.read(buffer, done, wanted - done, extent.offset + offset + done);
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
        if (bytes === 0) throw cutShort(digest);
        yield buffer.subarray(0, bytes);
        at += bytes;
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function openPlain(path: string, digest: Digest): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path, OPEN_FLAGS);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ELOOP') throw notAPlainFile(digest, 'a symbolic link');
    if (code === 'ENOENT') throw noSuchBlob(digest);
    throw toCacheError(error, digest);
  }
  const stat = await file.stat();
  if (stat.isFile()) return file;
  await file.close();
  throw notAPlainFile(digest, stat.isDirectory() ? 'a folder' : 'a special file');
}

/** A blob that is not in the source. */
export function noSuchBlob(digest: Digest): CacheError {
  return new CacheError('NOT_FOUND', 'The source has no such blob.', {
    subject: digest,
    hint: 'It was never copied here, or it was removed.',
  });
}

function cutShort(digest: Digest): CacheError {
  return new CacheError('CORRUPT', 'The file ends in the middle of this blob.', {
    subject: digest,
    hint: 'It was cut short. Copy it again.',
  });
}

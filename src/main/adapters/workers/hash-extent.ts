import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { CacheError, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { BlobHash, BlobToHash } from '../../engine/ports/blob-hasher.ts';

/** One read. Large enough that system calls cost nothing, small enough to stay in the processor's cache. */
const CHUNK_BYTES = 512 * 1024;
/** Not followed: a link in a source may lead anywhere. Not blocking: what looks like a blob may be a pipe. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);

/** Told while a blob is hashed. */
export interface HashWatch {
  readonly isStopped: () => boolean;
  readonly onBytes: (bytes: number) => void;
}

/** Hashes one blob with reads that block: for a thread of its own. Answers an error, throws only `CANCELLED`. */
export function hashExtent(blob: BlobToHash, watch: HashWatch): BlobHash {
  try {
    const fd = openSync(blob.path, FLAGS);
    try {
      return hashOpen(fd, blob, watch);
    } finally {
      closeSync(fd);
    }
  } catch (thrown) {
    const error = asBlobError(thrown, blob.path);
    if (error.code === 'CANCELLED') throw error;
    return { id: blob.id, error: error.toJSON() };
  }
}

function hashOpen(fd: number, blob: BlobToHash, watch: HashWatch): BlobHash {
  const stat = fstatSync(fd);
  if (!stat.isFile()) throw new CacheError('CORRUPT', 'This is not a plain file.', { subject: blob.path });
  const bytes = blob.length ?? Math.max(0, stat.size - blob.offset);
  if (blob.offset + bytes > stat.size) {
    throw new CacheError('SIZE_MISMATCH', `The file ends after ${stat.size} bytes, inside the blob.`, {
      subject: blob.path,
    });
  }
  if (bytes <= CHUNK_BYTES) {
    fill(fd, bytes, blob.offset, blob.path);
    watch.onBytes(bytes);
    return { id: blob.id, bytes, hex: hash(blob.algorithm, buffer.subarray(0, bytes), 'hex') };
  }
  const digest = createHash(blob.algorithm);
  for (let done = 0; done < bytes; ) {
    throwIfAborted({ aborted: watch.isStopped() });
    const size = Math.min(CHUNK_BYTES, bytes - done);
    fill(fd, size, blob.offset + done, blob.path);
    digest.update(size === CHUNK_BYTES ? buffer : buffer.subarray(0, size));
    done += size;
    watch.onBytes(size);
  }
  return { id: blob.id, bytes, hex: digest.digest('hex') };
}

/** Reads exactly `size` bytes into the buffer. @throws `SIZE_MISMATCH` when the file shrank meanwhile */
function fill(fd: number, size: number, position: number, path: string): void {
  for (let got = 0; got < size; ) {
    const read = readSync(fd, buffer, got, size - got, position + got);
    if (read === 0)
      throw new CacheError('SIZE_MISMATCH', 'The file became shorter while it was read.', { subject: path });
    got += read;
  }
}

function asBlobError(thrown: unknown, path: string): CacheError {
  const error = thrown as NodeJS.ErrnoException;
  if (error.code === 'ELOOP' || error.code === 'EMLINK' || error.code === 'ENXIO') {
    return new CacheError('CORRUPT', 'A symbolic link or a device stands where a blob was expected.', {
      subject: path,
    });
  }
  return toCacheError(thrown, path);
}

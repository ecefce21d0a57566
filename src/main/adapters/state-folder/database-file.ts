import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { BoltFile } from '../../engine/bolt/meta.ts';
import type { FileIdentity } from './live-daemon.ts';

/** A database that is open for reading. Nothing is locked and nothing is written: its daemon does not notice. */
export interface DatabaseFile extends BoltFile, FileIdentity, Disposable {
  readonly path: string;
  /** Forgets what was read, so that it is read again as it is now. */
  refresh(): void;
}

const CHUNK_BYTES = 256 << 10;
/** Chunks kept: pages of a tree are near each other, and a walk comes back to the upper ones. */
const KEPT_CHUNKS = 256;
/** Read-only, without following a symbolic link, and without waiting for the other end of a pipe. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** @throws `NOT_FOUND`, `ACCESS_DENIED`, `CORRUPT` for what is no plain file */
export function openDatabaseFile(path: string): DatabaseFile {
  let descriptor: number;
  try {
    descriptor = openSync(path, OPEN_FLAGS);
  } catch (error) {
    throw toCacheError(error, path);
  }
  const stat = fstatSync(descriptor, { bigint: true });
  if (!stat.isFile()) {
    closeSync(descriptor);
    throw new CacheError('CORRUPT', 'A database is not a plain file.', { subject: path });
  }
  const name = basename(path);
  let size = Number(stat.size);
  const chunks = new Map<number, Uint8Array>();

  const read = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const more = readSync(descriptor, bytes, done, length - done, offset + done);
      if (more === 0) throw new CacheError('CORRUPT', 'A database became shorter.', { subject: path });
      done += more;
    }
    return bytes;
  };
  const chunkAt = (number: number): Uint8Array => {
    const known = chunks.get(number);
    if (known) return known;
    const chunk = read(number * CHUNK_BYTES, Math.min(CHUNK_BYTES, size - number * CHUNK_BYTES));
    // The oldest goes first.
    for (const oldest of chunks.keys()) {
      if (chunks.size < KEPT_CHUNKS) break;
      chunks.delete(oldest);
    }
    chunks.set(number, chunk);
    return chunk;
  };
  return {
    path,
    name,
    device: stat.dev,
    inode: stat.ino,
    get size() {
      return size;
    },
    readAt(offset, length) {
      const number = Math.floor(offset / CHUNK_BYTES);
      const start = offset - number * CHUNK_BYTES;
      // A page with much overflow runs over chunks.
      if (start + length > CHUNK_BYTES) return read(offset, length);
      return chunkAt(number).subarray(start, start + length);
    },
    refresh() {
      chunks.clear();
      size = Number(fstatSync(descriptor).size);
    },
    [Symbol.dispose]() {
      closeSync(descriptor);
    },
  };
}

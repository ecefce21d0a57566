import {
  closeSync,
  constants,
  copyFile,
  fchmodSync,
  fdatasync,
  fstatSync,
  openSync,
  read,
  readSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { CacheError } from '../../../shared/base/errors.ts';

/**
 * Files by their descriptor. What the system does in microseconds (open, close, some kilobytes from or to its memory) is
 * done at once: handing it to another thread and back takes longer, and a cache has many small blobs. What can take
 * long (large pieces, waiting for the disk) is handed over.
 */
export type Descriptor = number;

/** Pieces up to this size are read and written at once. */
const AT_ONCE_BYTES = 64 * 1024;

const readSlowly = promisify(read);
const writeSlowly = promisify(write);
const syncSlowly = promisify(fdatasync);
const copySlowly = promisify(copyFile);

/** Opens a plain file for reading. A symbolic link is not followed. @throws ELOOP for one, and what the system says */
export function openForReading(path: string): Descriptor {
  return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
}

/** Opens a file that must not be there yet. @throws EEXIST */
export function openNew(path: string): Descriptor {
  return openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o644);
}

/** Closes it. */
export function close(file: Descriptor): void {
  closeSync(file);
}

/** Reads up to `length` bytes; the number read, 0 at the end. */
export async function readAt(
  file: Descriptor,
  buffer: Uint8Array,
  at: number,
  length: number,
  offset: number,
): Promise<number> {
  if (length <= AT_ONCE_BYTES) return readSync(file, buffer, at, length, offset);
  return (await readSlowly(file, buffer, at, length, offset)).bytesRead;
}

/** Writes the whole chunk where the last one ended. @throws `NO_SPACE`, and what the system says */
export async function writeAll(file: Descriptor, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) {
    const left = chunk.byteLength - at;
    const written =
      left <= AT_ONCE_BYTES
        ? writeSync(file, chunk, at, left)
        : (await writeSlowly(file, chunk, at, left, null)).bytesWritten;
    if (written === 0) throw new CacheError('NO_SPACE', 'The disk takes no more bytes.');
    at += written;
  }
}

/**
 * Copies a whole open file into another by the system (`FICLONE`, else `copy_file_range`). Both are named by their
 * descriptors, so that nobody can put another file under a path in between; only Linux has such names.
 * @throws where the system cannot, what it says
 */
export async function copyBytes(from: Descriptor, to: Descriptor): Promise<void> {
  const { mode } = fstatSync(to);
  try {
    await copySlowly(`/proc/self/fd/${from}`, `/proc/self/fd/${to}`, constants.COPYFILE_FICLONE);
  } finally {
    // The copy takes over the mode of its original, which is not ours to hand on.
    fchmodSync(to, mode & 0o777);
  }
}

/** Gives a copy the mode of a file made here: who may run or change the original says nothing of a blob. */
export function setOwnMode(file: Descriptor): void {
  fchmodSync(file, 0o644 & ~process.umask());
}

/** Its bytes reach the disk. */
export async function syncBytes(file: Descriptor): Promise<void> {
  try {
    await syncSlowly(file);
  } catch (error) {
    // Windows does so for writers only; what was moved in was made durable by whoever wrote it, or not at all.
    if (process.platform !== 'win32' || (error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

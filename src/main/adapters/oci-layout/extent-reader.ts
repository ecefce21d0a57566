import { type FileHandle, open } from 'node:fs/promises';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { BlobExtent } from '../../engine/ports/blob-hasher.ts';
import type { BlobReader } from '../../engine/ports/cache-source.ts';
import { createPositionalReader } from '../../engine/streams/positional-reader.ts';
import { notAPlainFile, OPEN_FLAGS } from './plain-file.ts';

/**
 * Opens a stretch of a file for positional reads.
 * @throws `NOT_FOUND`, `ACCESS_DENIED`, `CORRUPT` for what is not a plain file, all naming the digest
 */
export async function openExtent(extent: BlobExtent, digest: Digest): Promise<BlobReader> {
  const file = await openPlain(extent.path, digest);
  const { size: fileBytes } = await file.stat();
  const size = extent.length ?? fileBytes - extent.offset;
  return createPositionalReader(file, { offset: extent.offset, size }, () => cutShort(digest));
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

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';

/**
 * Reads a small document of a store. A symbolic link is not followed and a pipe is not waited for.
 * @throws `NOT_FOUND`, `CORRUPT` for what is no plain file, `ACCESS_DENIED`
 */
export async function readPlainText(path: string): Promise<string> {
  return (await readPlainFile(path)).toString('utf8');
}

/** Reads the bytes; see `readPlainText`. */
export async function readPlainFile(path: string): Promise<Buffer> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let file: fs.FileHandle;
  try {
    file = await fs.open(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw noPlainFile(path);
    throw toCacheError(error, path);
  }
  try {
    if (!(await file.stat()).isFile()) throw noPlainFile(path);
    return await file.readFile();
  } catch (error) {
    throw toCacheError(error, path);
  } finally {
    await file.close();
  }
}

function noPlainFile(path: string): CacheError {
  return new CacheError('CORRUPT', 'Something else than a plain file stands where a document of the store belongs.', {
    subject: path,
    hint: 'Links are not followed. Take it away and run this again.',
  });
}

import { access, constants } from 'node:fs/promises';
import { CacheError, toCacheError } from '../../shared/base/errors.ts';
import { makeFolders } from '../adapters/file/make-folders.ts';

/**
 * Makes a folder of the program's own that can be written to, with those above it.
 * @param variable names the folder where the environment does
 * @throws `ACCESS_DENIED`, `NO_SPACE`, or `UNAVAILABLE` where there can be no folder
 */
export async function makeOwnFolder(path: string, variable: string): Promise<void> {
  try {
    await makeFolders(path, 0o700);
    // It may be there already, on a disk that is mounted read-only.
    await access(path, constants.W_OK);
  } catch (error) {
    const known = toCacheError(error, path);
    if (known.code === 'ACCESS_DENIED' || known.code === 'NO_SPACE') throw known;
    throw new CacheError('UNAVAILABLE', "A folder of the program's own cannot be made.", {
      subject: path,
      hint: `Set ${variable} to another one.`,
      cause: error,
    });
  }
}

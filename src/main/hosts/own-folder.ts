import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CacheError, toCacheError } from '../../shared/base/errors.ts';

/**
 * Makes a folder of the program's own, with those above it. Not by Node's recursive form: where the system says of a
 * folder below one that is there that there is no such thing, as below `/proc`, that tries for ever.
 * @param variable names the folder where the environment does
 * @throws `ACCESS_DENIED`, `NO_SPACE`, or `UNAVAILABLE` where there can be no folder
 */
export async function makeOwnFolder(path: string, variable: string): Promise<void> {
  try {
    await makeWithParents(path);
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

async function makeWithParents(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeWithParents(parent);
  await mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
    // Another process may have been quicker.
    if (!(await isFolder(path))) throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

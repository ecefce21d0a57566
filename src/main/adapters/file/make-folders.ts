import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder with those above it. Not by Node's recursive form: that says "no such file" where the file system is
 * read-only, and tries for ever where the system says so of a folder below one that is there, as it does below `/proc`.
 * @param mode of the folders that are made; the system's own where absent
 * @throws what the system says
 */
export async function makeFolders(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another process may have been quicker.
    if (code === 'EEXIST' && (await isFolder(path))) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await isFolder(parent))) throw error;
    await makeFolders(parent, mode);
    await makeFolders(path, mode);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

import { readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { FolderLister } from '../../engine/ports/folder-lister.ts';
import { expandHome } from '../../system/expand-home.ts';

/** Numbers in names count as numbers: `v9` comes before `v10`. */
const order = new Intl.Collator('en', { numeric: true }).compare;

/** The folders of this machine. Only names and kinds are read. */
export function createFolderLister(): FolderLister {
  return {
    async list(path) {
      const folder = resolve(path === undefined || path === '' ? homedir() : expandHome(path));
      try {
        const real = await realpath(folder);
        const found = await readdir(real, { withFileTypes: true });
        const entries = await Promise.all(
          found
            .filter((entry) => !entry.name.startsWith('.'))
            .map(async (entry) => {
              const entryPath = join(real, entry.name);
              const isFolder = entry.isSymbolicLink() ? await leadsToFolder(entryPath) : entry.isDirectory();
              return { name: entry.name, path: entryPath, isFolder };
            }),
        );
        return {
          path: real,
          parent: dirname(real) === real ? undefined : dirname(real),
          entries: entries
            .filter(({ name, isFolder }) => isFolder || /\.tar$/i.test(name))
            .sort((a, b) => order(a.name, b.name)),
        };
      } catch (error) {
        throw asFolderError(error, folder);
      }
    },
  };
}

async function leadsToFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function asFolderError(error: unknown, folder: string): CacheError {
  if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
    return new CacheError('INVALID_INPUT', 'This is a file and not a folder.', {
      subject: folder,
      hint: 'Open it directly, or choose the folder that holds it.',
      cause: error,
    });
  }
  return toCacheError(error, folder);
}

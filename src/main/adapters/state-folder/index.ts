/**
 * The state folder of a BuildKit daemon, read-only, from where it lies or from a copy. `layout.ts` says where things lie;
 * a thread reads them (`read-worker.ts`), never holding up the daemon; what they mean is decided by the engine
 * (`engine/daemon`).
 */
import { realpathSync } from 'node:fs';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import type { SourceAdapter } from '../../engine/ports/source-adapter.ts';
import { stateRoot } from './find-state.ts';
import { createStateFolderSource, STATE_FOLDER } from './source.ts';

/** State folders of BuildKit daemons. */
export const stateFolderAdapter: SourceAdapter = {
  ...STATE_FOLDER,
  // The second is the older word.
  schemes: ['state', 'buildkitd'],
  opens: 'path',
  lookedFor: 'the state folder of a BuildKit daemon (cache.db)',
  open: async (path, options) => openStateFolder(path, options),
  probe: async (path) => isStateFolder(path),
};

/**
 * The state folder at a path, or undefined where nothing looks like one: a root, a worker's folder in one, or one of their
 * databases. Nothing is read yet.
 * @param options `isMeant`: somebody said that it is one, so that anything else is an error
 * @throws `NOT_FOUND`, `ACCESS_DENIED`; `UNSUPPORTED_FORMAT` where one was meant, saying what was looked for
 */
export function openStateFolder(path: string, options: { readonly isMeant: boolean }): CacheSource | undefined {
  const root = rootAt(path);
  if (root !== undefined) return createStateFolderSource(root);
  if (!options.isMeant) return undefined;
  throw new CacheError('UNSUPPORTED_FORMAT', 'This is not the state folder of a BuildKit daemon.', {
    subject: path,
    hint: 'A folder was looked for with cache.db and, in it or in the folder of a worker, metadata_v2.db.',
  });
}

/** What cannot be looked into is none until somebody opens it. */
export function isStateFolder(path: string): boolean {
  try {
    return rootAt(path) === realpathSync(path);
  } catch {
    return false;
  }
}

function rootAt(path: string): string | undefined {
  try {
    return stateRoot(path);
  } catch (error) {
    throw toCacheError(error, path);
  }
}

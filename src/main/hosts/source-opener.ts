import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CacheError, isCacheError } from '../../shared/base/errors.ts';
import { parseRef, withoutAccount } from '../../shared/oci/reference.ts';
import { openDuListing } from '../adapters/du-listing/source.ts';
import { layoutOf } from '../adapters/file/layout.ts';
import { folderState } from '../adapters/file/layout-folder.ts';
import { withNotedDamage } from '../adapters/file/noted-damage-source.ts';
import { checkStoreFolders } from '../adapters/file/real-folders.ts';
import { readStoreNames } from '../adapters/file/store-names.ts';
import { createOciLayoutSource, openSource, probe, readCompanionNames } from '../adapters/oci-layout/index.ts';
import { createRegistrySource, isRegistrySource, type RegistrySourceOptions } from '../adapters/registry/source.ts';
import { isStateFolder, openStateFolder } from '../adapters/state-folder/index.ts';
import type { SourceOpener } from '../engine/ports/source-opener.ts';

/** What the sources that are not files need. */
export interface SourceOpenerOptions {
  readonly registry: RegistrySourceOptions;
}

/** Every source kind there is, behind one door. A new kind is recognised here. */
export function createSourceOpener({ registry }: SourceOpenerOptions): SourceOpener {
  return {
    async open(text, signal) {
      if (text.startsWith('docker://')) {
        const source = createRegistrySource(parseRef(text), registry);
        // As with a path: what is not there is not put into the list.
        await source.fingerprint(signal);
        return source;
      }
      const path = localPath(text);
      const state = openStateFolder(path, { isMeant: isStateReference(text) });
      if (state) return state;
      const listing = await openDuListing(path).catch(() => undefined);
      if (listing) return listing;
      const source = await openSource(path).catch((error: unknown) => {
        throw withMoreKinds(error);
      });
      if (!(await isStore(source.location))) return source;
      checkStoreFolders(layoutOf(source.location));
      return withNotedDamage(createOciLayoutSource(source.location, 'store', { withoutCache: true }));
    },
    names: async (source, signal) => {
      if (isRegistrySource(source)) return source.names(signal);
      const beside = await readCompanionNames(source.location, signal);
      return source.kind === 'store' ? new Map([...(await readStoreNames(source.location)), ...beside]) : beside;
    },
    async probe(path) {
      if (await isStore(path)) return 'store';
      if (isStateFolder(path)) return 'state-folder';
      // What cannot be looked into is a plain folder or file until somebody opens it.
      const found = await probe(path).catch(() => undefined);
      if (found?.kind) return found.kind;
      return (await openDuListing(path).catch(() => undefined))?.kind;
    },
  };
}

/** What else was looked for. */
function withMoreKinds(error: unknown): unknown {
  if (!isCacheError(error, 'UNSUPPORTED_FORMAT')) return error;
  const more = 'The state folder of a BuildKit daemon (cache.db) and what buildctl du printed open too.';
  return CacheError.fromData({ ...error.toJSON(), hint: `${error.hint ?? ''} ${more}`.trim() }, error);
}

/** A folder that cannot be looked into is none that we keep: who opens it says why. */
async function isStore(path: string): Promise<boolean> {
  return folderState(layoutOf(path)).then(
    (state) => state === 'store',
    () => false,
  );
}

/**
 * The absolute path that a person's text means: a path, `~/…`, `store://PATH`, `state://PATH` or `file://…`. `buildkitd://PATH` is the
 * older word for `state://PATH`.
 * @throws `UNSUPPORTED_FORMAT` for a reference of a kind that does not open yet
 */
export function localPath(text: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'store') return resolve(expandHome(text.slice('store://'.length)));
  if (scheme === 'state' || scheme === 'buildkitd') return resolve(expandHome(text.slice(`${scheme}://`.length)));
  if (scheme === 'file') return fileURLToPath(text);
  if (scheme !== undefined) {
    throw new CacheError('UNSUPPORTED_FORMAT', `References with ${scheme}:// do not open yet.`, {
      subject: withoutAccount(text),
      hint: 'Open a folder or a tar (a local cache export, an OCI layout, a managed store), the state folder of a daemon, or docker://HOST/REPOSITORY:TAG.',
    });
  }
  return resolve(expandHome(text));
}

/** Whether a text says that its folder is the state folder of a daemon. */
function isStateReference(text: string): boolean {
  return /^(state|buildkitd):\/\//i.test(text);
}

/**
 * The absolute path of a folder to write to: a path, `~/…`, `store://PATH` or `file://…`.
 * @throws `INVALID_INPUT` for any other reference: a daemon's folder is only read, and a registry is no folder
 */
export function writablePath(text: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === 'store' || scheme === 'file') return localPath(text);
  throw new CacheError('INVALID_INPUT', `Nothing can be written to ${scheme}:// here.`, {
    subject: withoutAccount(text),
    hint: 'Write the path of a folder. An export may also go to docker://HOST/REPOSITORY:TAG.',
  });
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

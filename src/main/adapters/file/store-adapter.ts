import { READ_ONLY_CACHE, type SourceAbilities } from '../../../shared/model/source-abilities.ts';
import { pathPlace } from '../../../shared/oci/reference.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import type { SourceAdapter } from '../../engine/ports/source-adapter.ts';
import { layoutOf } from './layout.ts';
import { folderState } from './layout-folder.ts';
import { checkStoreFolders } from './real-folders.ts';
import { readStoreNames } from './store-names.ts';

/** A store is a cache that is also kept here. */
const STORE: SourceAbilities = { ...READ_ONLY_CACHE, prune: 'here', receive: true, repair: true };

/**
 * Managed stores: OCI layouts with our own bookkeeping beside them.
 * @param openLayout opens the layout that a store is, also one without a cache; undefined where there is none
 */
export function storeAdapter(openLayout: (path: string) => Promise<CacheSource | undefined>): SourceAdapter {
  const declared = {
    kind: 'store',
    can: STORE,
    place: (location: string) => pathPlace('store', location),
  } as const;
  return {
    ...declared,
    schemes: ['store'],
    opens: 'path',
    async open(path) {
      const layout = await openLayout(path);
      if (!layout || !(await isStore(layout.location))) return undefined;
      checkStoreFolders(layoutOf(layout.location));
      return { ...withStoreNames(withRealFolders(layout)), ...declared, place: declared.place(layout.location) };
    },
    probe: isStore,
  };
}

/** Its folders are real ones whenever it is read: `CORRUPT` otherwise. */
function withRealFolders(source: CacheSource): CacheSource {
  const check = () => checkStoreFolders(layoutOf(source.location));
  return {
    ...source,
    look: async () => {
      check();
      return source.look?.();
    },
    fingerprint: async (signal) => {
      check();
      return source.fingerprint(signal);
    },
    read: async (options) => {
      check();
      return source.read(options);
    },
  };
}

/** Names that came with imports; those that lie beside the store go first. */
function withStoreNames(source: CacheSource): CacheSource {
  return {
    ...source,
    names: async (signal) => {
      const beside = await source.names?.(signal);
      return new Map([...(await readStoreNames(source.location)), ...(beside ?? [])]);
    },
  };
}

/** A folder that cannot be looked into is none that we keep: whoever opens it says why. */
async function isStore(path: string): Promise<boolean> {
  return folderState(layoutOf(path)).then(
    (state) => state === 'store',
    () => false,
  );
}

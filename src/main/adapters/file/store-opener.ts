import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { BlobHasher } from '../../engine/ports/blob-hasher.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import type { LayoutStore, ManagedStore, StoreOpener } from '../../engine/ports/managed-store.ts';
import { createDisk, type Disk } from './disk.ts';
import { canonicalPath, layoutOf, STORE_VERSION } from './layout.ts';
import { folderState, notEmpty, placeText } from './layout-folder.ts';
import { FileLayoutStore, notManaged } from './layout-store.ts';
import { FileManagedStore } from './managed-store.ts';
import { readPlainText } from './plain-text.ts';
import { checkLayoutFolders, checkStoreFolders, guardFolders } from './real-folders.ts';

/** Options of `createStoreOpener`. */
export interface StoreOpenerOptions {
  readonly disk?: Disk;
  /** Checks on all cores what the system copies. Default: see `BottleFileCacheOptions`. */
  readonly hasher?: BlobHasher;
  /** Epoch ms. Default: the machine's clock. */
  readonly now?: () => number;
  /** The path that a person's text means. Default: the text itself. */
  readonly pathOf?: (text: string) => string;
}

/** Opens stores and layouts in folders of this machine. */
export function createStoreOpener(options: StoreOpenerOptions = {}): StoreOpener {
  const disk = options.disk ?? createDisk();
  const now = options.now ?? systemClock.now;
  const open = new Map<string, FileManagedStore>();
  const canonical = async (text: string) => canonicalPath(options.pathOf?.(text) ?? text);

  /** The store of a folder, as nobody has touched it yet. */
  const found = async (path: string): Promise<FileManagedStore> => {
    const root = await canonical(path);
    const layout = layoutOf(root);
    switch (await folderState(layout)) {
      case 'absent':
        throw new CacheError('NOT_FOUND', 'There is no such folder.', { subject: path, hint: 'Check the path.' });
      case 'store':
        checkStoreFolders(layout);
        checkVersion(layout.storeMark, await readPlainText(layout.storeMark));
        return held(root);
      default:
        throw notManaged(path);
    }
  };
  const held = (root: string): FileManagedStore => {
    const store = open.get(root) ?? new FileManagedStore(layoutOf(root), disk, now, options.hasher);
    open.set(root, store);
    return store;
  };
  const openStore = async (path: string): Promise<ManagedStore> => {
    const store = await found(path);
    await store.initialize();
    return store;
  };

  return {
    openStore,
    viewStore: found,
    createStore: async (path) => {
      const layout = layoutOf(await canonical(path));
      const state = await folderState(layout);
      if (state !== 'absent' && state !== 'empty') throw notEmpty(path);
      checkStoreFolders(layout);
      const guarded = guardFolders(disk, layout.root);
      try {
        await guarded.makeFolder(layout.own);
        await guarded.makeFolder(layout.ingest);
        // The mark first: a crash after it leaves a store that opening completes.
        await placeText(layout, guarded, layout.storeMark, JSON.stringify({ version: STORE_VERSION }));
      } catch (error) {
        throw toCacheError(error, path);
      }
      const store = held(await canonical(path));
      await store.initialize();
      return store;
    },
    openLayout: async (path, { create }): Promise<LayoutStore | undefined> => {
      const root = await canonical(path);
      const layout = layoutOf(root);
      const state = await folderState(layout);
      if (state === 'store') return openStore(path);
      if (state === 'other') throw notEmpty(path);
      if (state !== 'layout' && !create) return undefined;
      checkLayoutFolders(layout);
      const store = new FileLayoutStore(layout, disk, now, options.hasher);
      await store.blobs.initialize();
      return store;
    },
    locate: canonical,
  };
}

function checkVersion(path: string, text: string): void {
  const version = /"version"\s*:\s*(\d+)/.exec(text)?.[1];
  if (version === String(STORE_VERSION)) return;
  throw new CacheError('UNSUPPORTED_FORMAT', `The store has version ${version ?? 'unknown'}.`, {
    subject: path,
    hint: version === undefined ? 'The file is damaged.' : 'Open it with a newer Cachewright.',
  });
}

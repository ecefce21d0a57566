import type { CacheSource } from '../ports/cache-source.ts';
import type { StoreOpener } from '../ports/managed-store.ts';
import { createLayoutTarget } from './layout-target.ts';
import { openOrCreateStore } from './open-target.ts';
import { transferCaches } from './transfer.ts';

/** Copies what is missing of a source into a managed store, which is made where there is none. What stood under its name goes to the trash. */
export type ImportInto = (source: CacheSource, store: string, signal?: AbortSignal) => Promise<void>;

/** Returns what imports sources that are in no list. */
export function createImportInto(stores: StoreOpener): ImportInto {
  return async (source, store, signal) => {
    await transferCaches({
      source,
      openTarget: async () => createLayoutTarget(await openOrCreateStore(stores, store)),
      options: { mode: 'max', replace: true },
      signal,
    });
  };
}

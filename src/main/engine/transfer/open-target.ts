import type { ManagedStore, StoreOpener } from '../ports/managed-store.ts';

/** Opens a managed store, or makes one. @throws `INVALID_INPUT` for a layout that is no managed store, `CONFLICT` for a folder with something else in it */
export async function openOrCreateStore(stores: StoreOpener, path: string): Promise<ManagedStore> {
  const there = await stores.openLayout(path, { create: false });
  return there ? stores.openStore(path) : stores.createStore(path);
}

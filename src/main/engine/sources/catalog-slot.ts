import type { Catalog } from '../ports/catalog.ts';

/** A catalog in use. It closes when it is retired and nobody uses it any more. */
export interface CatalogSlot {
  readonly catalog: Catalog;
  readonly version: number;
  /** Keeps the catalog open while `work` runs. To be called in the same turn in which the slot was looked up. */
  use<T>(work: (catalog: Catalog, version: number) => Promise<T>): Promise<T>;
  /** No use begins any more; resolves when the catalog is closed. */
  retire(): Promise<void>;
}

/** A slot that holds its catalog open until `retire()`. */
export function createCatalogSlot(catalog: Catalog, version: number): CatalogSlot {
  const idle = Promise.withResolvers<void>();
  let users = 0;
  let retired: Promise<void> | undefined;
  return {
    catalog,
    version,
    async use(work) {
      users += 1;
      try {
        return await work(catalog, version);
      } finally {
        users -= 1;
        if (retired && users === 0) idle.resolve();
      }
    },
    retire() {
      retired ??= idle.promise.then(() => catalog[Symbol.asyncDispose]());
      if (users === 0) idle.resolve();
      return retired;
    },
  };
}

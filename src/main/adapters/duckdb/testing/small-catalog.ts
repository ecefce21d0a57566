import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SmallSource, smallSource } from '../../../engine/catalog/testing/small-source.ts';
import type { RecordNames } from '../../../engine/model/record-names.ts';
import type { SourceSnapshot } from '../../../engine/ports/cache-source.ts';
import type { Catalog, CatalogStore } from '../../../engine/ports/catalog.ts';
import { createHandClock } from '../../../engine/testing/stand-ins.ts';
import { createDuckdbCatalogStore } from '../index.ts';
import type { CatalogLimit } from '../trim.ts';

/** Moment at which the clock of these tests stands. */
export const NOW = Date.UTC(2026, 5, 1);

/** A store in its own folder; all of it goes with the object. */
export interface TestStore extends AsyncDisposable {
  readonly folder: string;
  readonly store: CatalogStore;
  /** Builds a catalog, and closes it at the end. */
  build(source: SmallSource | SourceSnapshot, names?: RecordNames, sourceId?: string): Promise<Catalog>;
}

/** Opens a store under a clock that stands still. */
export async function openTestStore(limit?: CatalogLimit): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-catalogs-'));
  const store = createDuckdbCatalogStore({ folder, clock: createHandClock(NOW), limit });
  const open: Catalog[] = [];
  return {
    folder,
    store,
    async build(source, names = new Map(), sourceId = 'source') {
      const snapshot = 'fingerprint' in source ? source : await smallSource(source);
      const catalog = await store.build(sourceId, snapshot, names);
      open.push(catalog);
      return catalog;
    },
    async [Symbol.asyncDispose]() {
      for (const catalog of open) await catalog[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isCacheError, toCacheError } from '../../../shared/base/errors.ts';
import { deriveCatalog } from '../../engine/catalog/derive.ts';
import type { RecordNames } from '../../engine/model/record-names.ts';
import type { SourceSnapshot } from '../../engine/ports/cache-source.ts';
import type { CatalogStore } from '../../engine/ports/catalog.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import { isAlive } from '../../system/is-alive.ts';
import { openCatalog } from './catalog.ts';
import { catalogFile, partFile, partOwner, sourceFolder } from './layout.ts';
import { createPace, type Pace, paced } from './pace.ts';
import { createCatalogWriter } from './write-catalog.ts';

/** Where catalogs are kept, and the time that ages count from. */
export interface DuckdbCatalogStoreOptions {
  /** Created when needed; safe to delete while nothing is open. */
  readonly folder: string;
  readonly clock?: Clock;
}

/** Keeps each catalog as one DuckDB file, which is written under another name and renamed when it is whole. */
export function createDuckdbCatalogStore({ folder, clock = systemClock }: DuckdbCatalogStoreOptions): CatalogStore {
  const openFile = (path: string) => openCatalog(path, clock, () => rm(path, { force: true }));
  return {
    async open(sourceId, fingerprint) {
      const path = catalogFile(folder, sourceId, fingerprint);
      if (!(await listFolder(dirname(path))).includes(basename(path))) return undefined;
      try {
        const catalog = await openFile(path);
        if (catalog.fingerprint === fingerprint) return catalog;
        await catalog[Symbol.asyncDispose]();
      } catch {
        // Whatever is wrong with it, building it again is cheap.
      }
      await rm(path, { force: true });
      return undefined;
    },

    async build(sourceId, snapshot, names, options = {}) {
      const { fingerprint } = snapshot;
      const path = catalogFile(folder, sourceId, fingerprint);
      const part = partFile(folder, sourceId, fingerprint, process.pid, randomBytes(6).toString('hex'));
      const pace = createPace(options);
      try {
        await mkdir(dirname(path), { recursive: true });
        await sweep(dirname(path));
        await write(part, snapshot, names, pace);
        await rename(part, path);
        await removeOthers(dirname(path), basename(path));
        return await openFile(path);
      } catch (error) {
        await removePart(part);
        throw isCacheError(error) ? error : toCacheError(error, path);
      }
    },

    async drop(sourceId) {
      await rm(sourceFolder(folder, sourceId), { recursive: true, force: true });
    },
  };
}

async function write(part: string, snapshot: SourceSnapshot, names: RecordNames, pace: Pace): Promise<void> {
  await using writer = createCatalogWriter(part);
  const { fingerprint, problems, builds } = snapshot;
  const columns = await paced(deriveCatalog(snapshot), pace);
  await writer.write({ fingerprint, columns, names, problems, builds }, pace);
}

/** Removes what crashed processes left. */
async function sweep(source: string): Promise<void> {
  for (const name of await listFolder(source)) {
    const owner = partOwner(name);
    if (owner !== undefined && !isAlive(owner)) await rm(join(source, name), { recursive: true, force: true });
  }
}

/** Removes the catalogs of older states and schemas. Where one that is open cannot go, it goes the next time. */
async function removeOthers(source: string, current: string): Promise<void> {
  const names = await listFolder(source);
  const others = names.filter((name) => !name.startsWith(current) && partOwner(name) === undefined);
  await Promise.allSettled(others.map((name) => rm(join(source, name), { recursive: true, force: true })));
}

async function removePart(part: string): Promise<void> {
  for (const name of await listFolder(dirname(part))) {
    if (name.startsWith(basename(part))) await rm(join(dirname(part), name), { recursive: true, force: true });
  }
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch {
    return [];
  }
}

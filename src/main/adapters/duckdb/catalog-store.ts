import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isCacheError, toCacheError } from '../../../shared/base/errors.ts';
import { deriveCatalog } from '../../engine/catalog/derive.ts';
import type { RecordNames } from '../../engine/model/record-names.ts';
import type { SourceSnapshot } from '../../engine/ports/cache-source.ts';
import type { Catalog, CatalogStore, SeenSource } from '../../engine/ports/catalog.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import { isAlive } from '../../system/is-alive.ts';
import { fileFault } from './file-fault.ts';
import { catalogFile, catalogOfMeta, isOfState, metaFile, partFile, partOwner, sourceFolder } from './layout.ts';
import { createLazyCatalog } from './lazy-catalog.ts';
import { readMeta, seenIn, writeMeta } from './meta-file.ts';
import { createPace, type Pace, paced } from './pace.ts';
import type { KeptMeta } from './settings.ts';
import { type CatalogLimit, trimCatalogs } from './trim.ts';

/** Where catalogs are kept, and the time that ages count from. */
export interface DuckdbCatalogStoreOptions {
  /** Created when needed; safe to delete while nothing is open. */
  readonly folder: string;
  readonly clock?: Clock;
  /** Catalogs that are used too, and never written. */
  readonly alsoIn?: string | undefined;
  /** Absent: whatever is kept stays until its source is dropped. */
  readonly limit?: CatalogLimit | undefined;
}

/**
 * Keeps each catalog as one DuckDB file, which is written under another name and renamed when it is whole. DuckDB itself is
 * loaded only when a catalog is built or queried.
 */
export function createDuckdbCatalogStore(options: DuckdbCatalogStoreOptions): CatalogStore {
  const { folder, clock = systemClock, alsoIn, limit } = options;
  const folders = alsoIn === undefined ? [folder] : [folder, alsoIn];
  const openFile = async (path: string, forget: () => Promise<void>, seen?: SeenSource): Promise<Catalog> => {
    const { openCatalog } = await import('./catalog.ts');
    return openCatalog(path, forget, seen);
  };
  const openKept = async (meta: KeptMeta, path: string, metaPath: string): Promise<Catalog> => {
    // For whoever decides what may go. Where nothing may be written, nothing is deleted either.
    const now = new Date(clock.now());
    await utimes(metaPath, now, now).catch(() => undefined);
    const forget = (): Promise<void> => removeAll([path, metaPath]);
    return createLazyCatalog(meta, () => openFile(path, forget), forget);
  };
  const newPart = (sourceId: string, fingerprint: string): string =>
    partFile(folder, sourceId, fingerprint, process.pid, randomBytes(6).toString('hex'));
  return {
    async has(sourceId) {
      const names = await Promise.all(folders.map((one) => listFolder(sourceFolder(one, sourceId))));
      return names.flat().some((name) => name.endsWith('.json'));
    },

    async open(sourceId, fingerprint, look) {
      for (const one of folders) {
        const path = catalogFile(one, sourceId, fingerprint);
        const metaPath = metaFile(one, sourceId, fingerprint);
        const meta = await readMeta(metaPath, path);
        // Whatever is wrong with it, the next build writes over it. Not deleted: another process may be about to use it.
        if (meta?.fingerprint !== fingerprint) continue;
        if (look === undefined || look === meta.look || meta.wholeBytes === undefined || one !== folder) {
          return openKept(meta, path, metaPath);
        }
        const seen = { ...meta, look };
        await writeMeta(metaPath, `${newPart(sourceId, fingerprint)}.json`, path, seen).catch(() => undefined);
        return openKept(seen, path, metaPath);
      }
      return undefined;
    },

    async openSeen(sourceId, look) {
      for (const one of folders) {
        for (const name of await listFolder(sourceFolder(one, sourceId))) {
          const path = catalogOfMeta(one, sourceId, name);
          if (path === undefined) continue;
          const metaPath = join(sourceFolder(one, sourceId), name);
          const meta = await readMeta(metaPath, path);
          if (meta?.look === look && seenIn(meta)) return openKept(meta, path, metaPath);
        }
      }
      return undefined;
    },

    async build(sourceId, snapshot, names, options = {}) {
      const { fingerprint } = snapshot;
      const path = catalogFile(folder, sourceId, fingerprint);
      const metaPath = metaFile(folder, sourceId, fingerprint);
      const part = newPart(sourceId, fingerprint);
      const pace = createPace(options);
      try {
        await mkdir(dirname(path), { recursive: true });
        await sweep(dirname(path));
        await write(part, snapshot, names, pace);
        await rename(part, path);
        await removeOthers(dirname(path), fingerprint);
        const sight = { wholeBytes: snapshot.wholeBytes, look: options.look };
        const catalog = await openFile(path, () => removeAll([path, metaPath]), seenIn(sight));
        const { totals, caches, problems, du, builds } = catalog;
        await writeMeta(metaPath, `${part}.json`, path, {
          fingerprint,
          totals,
          caches,
          problems,
          du,
          builds,
          ...sight,
        });
        if (limit) await trimCatalogs(folder, limit);
        return catalog;
      } catch (error) {
        await removePart(part);
        throw isCacheError(error) ? error : (fileFault(error, path) ?? toCacheError(error, path));
      }
    },

    async drop(sourceId) {
      await rm(sourceFolder(folder, sourceId), { recursive: true, force: true });
    },
  };
}

async function write(part: string, snapshot: SourceSnapshot, names: RecordNames, pace: Pace): Promise<void> {
  const { createCatalogWriter } = await import('./write-catalog.ts');
  await using writer = createCatalogWriter(part);
  const { fingerprint, problems, builds } = snapshot;
  const columns = await paced(deriveCatalog(snapshot, names), pace);
  await writer.write({ fingerprint, columns, problems, builds }, pace);
}

/** Removes what crashed processes left. */
async function sweep(source: string): Promise<void> {
  for (const name of await listFolder(source)) {
    const owner = partOwner(name);
    if (owner !== undefined && !isAlive(owner)) await rm(join(source, name), { recursive: true, force: true });
  }
}

/** Removes the catalogs of older states and schemas. Where one that is open cannot go, it goes the next time. */
async function removeOthers(source: string, fingerprint: string): Promise<void> {
  const names = await listFolder(source);
  const others = names.filter((name) => !isOfState(name, fingerprint) && partOwner(name) === undefined);
  await Promise.allSettled(others.map((name) => rm(join(source, name), { recursive: true, force: true })));
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
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

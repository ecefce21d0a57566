import { throwIfAborted } from '../../../shared/base/errors.ts';
import { withContentNames } from '../explain/content-names.ts';
import type { CacheSource, ReadProgress, SourceSnapshot } from '../ports/cache-source.ts';
import type { Catalog, CatalogStore } from '../ports/catalog.ts';
import type { SourceOpener } from '../ports/source-opener.ts';

/** What loading a catalog needs. */
export interface LoadPorts {
  readonly opener: SourceOpener;
  readonly catalogs: CatalogStore;
}

/** How a catalog is loaded. */
export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
  /** The catalog that is in use now: kept if its fingerprint still holds. */
  readonly current?: Catalog | undefined;
  /** Reads the source without asking whether anything changed. */
  readonly force?: boolean | undefined;
  /** Gets what was read, where the source was read and not taken from a catalog. */
  readonly onRead?: ((snapshot: SourceSnapshot) => void) | undefined;
}

/**
 * The kept catalog of the source as it is now, if there is one: by its look, else by its fingerprint. No reading, so it takes
 * no time worth showing.
 */
export async function keptCatalog(
  id: string,
  source: CacheSource,
  ports: LoadPorts,
  signal?: AbortSignal,
): Promise<Catalog | undefined> {
  const look = await source.look?.();
  const seen = look === undefined ? undefined : await ports.catalogs.openSeen(id, look);
  return seen ?? ports.catalogs.open(id, await source.fingerprint(signal), look);
}

/** The same where one is in use: whoever reloads wants to know of any change, which a look may not show. */
async function currentCatalog(
  id: string,
  source: CacheSource,
  ports: LoadPorts,
  current: Catalog,
  signal: AbortSignal | undefined,
): Promise<Catalog | undefined> {
  const look = await source.look?.();
  const fingerprint = await source.fingerprint(signal);
  return current.fingerprint === fingerprint && !current.isDamaged
    ? current
    : ports.catalogs.open(id, fingerprint, look);
}

/**
 * The catalog of the source as it is now: the current one, else the kept one, else a new one from its bytes.
 * @throws what makes the source unreadable, `CANCELLED`
 */
export async function loadCatalog(
  id: string,
  source: CacheSource,
  ports: LoadPorts,
  options: LoadOptions,
): Promise<Catalog> {
  const { signal, onProgress, current } = options;
  if (!options.force) {
    const kept = await (current
      ? currentCatalog(id, source, ports, current, signal)
      : keptCatalog(id, source, ports, signal));
    if (kept) return kept;
  }
  const progress = { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
  throwIfAborted(signal);
  const look = await source.look?.();
  const snapshot = await source.read(progress);
  const configs = snapshot.caches.map((cache) => cache.parsed);
  const beside = await source.names?.(signal);
  const names = withContentNames(new Map([...(snapshot.names ?? []), ...(beside ?? [])]), configs);
  throwIfAborted(signal);
  const catalog = await ports.catalogs.build(id, snapshot, names, { ...progress, look });
  options.onRead?.(snapshot);
  return catalog;
}

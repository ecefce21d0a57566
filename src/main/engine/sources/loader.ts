import { CacheError, cancelled } from '../../../shared/base/errors.ts';
import type { PlaceRecorder } from '../blob-info/place-recorder.ts';
import { outward } from '../error-border.ts';
import type { CacheSource, SourceSnapshot } from '../ports/cache-source.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ReportSink } from '../ports/report-sink.ts';
import { createTurns } from '../streams/turns.ts';
import { createCatalogSlot } from './catalog-slot.ts';
import type { Entry } from './entry.ts';
import { type LifeEvent, slotOf, sourceLife } from './life.ts';
import { keptCatalog, type LoadOptions, type LoadPorts, loadCatalog } from './load-catalog.ts';

/** What loading needs of the world. */
export interface LoaderPorts extends LoadPorts {
  readonly reports: ReportSink;
  /** Told of every source that was read, once it can be used. Absent: where blobs lie is not remembered. */
  readonly places?: Pick<PlaceRecorder, 'record'> | undefined;
}

/** What loading needs of the list. */
interface LoaderOptions {
  readonly ports: LoaderPorts;
  /** Fires when the engine stops: nothing is installed any more, and a load that ends then is not the user's cancel. */
  readonly stopping: AbortSignal;
  isListed(entry: Entry): boolean;
  unlist(entry: Entry): void;
  changed(): void;
}

/**
 * Brings an entry from a location to a catalog in use, or to the error that says why not. One load at a time for each
 * id; what it gives is looked at again before it is installed, for the source may have left the list by then.
 */
export function createLoader(options: LoaderOptions) {
  const { ports, stopping, isListed, unlist, changed } = options;
  const turns = createTurns();
  const report = (error: unknown): void => {
    outward(error, ports.reports);
  };

  /** Moves an entry on; the catalog that it had before closes when its last reader is done. */
  const step = (entry: Entry, event: LifeEvent): void => {
    const before = slotOf(entry.life);
    entry.life = sourceLife(entry.life, event);
    if (before && before !== slotOf(entry.life)) before.retire().catch(report);
    if (entry.life.phase === 'gone' && isListed(entry)) unlist(entry);
    changed();
  };

  /** Puts a catalog in place of the one before. */
  const install = async (entry: Entry, catalog: Catalog): Promise<void> => {
    const before = slotOf(entry.life);
    if (before?.catalog === catalog) return step(entry, { type: 'loaded', slot: before });
    if (stopping.aborted) {
      await catalog[Symbol.asyncDispose]();
      throw cancelled(entry.location);
    }
    entry.version += 1;
    entry.found = [];
    step(entry, { type: 'loaded', slot: createCatalogSlot(catalog, entry.version) });
  };

  const fail = (entry: Entry, thrown: unknown, signal: AbortSignal | undefined): CacheError => {
    const error = outward(thrown, ports.reports, signal);
    if (stopping.aborted) step(entry, { type: 'stopped' });
    else step(entry, { type: error.code === 'CANCELLED' ? 'cancelled' : 'failed', error });
    if (entry.life.phase === 'failed') entry.source = undefined;
    return error;
  };

  /** The source behind an entry, found again at its location where needed. */
  const reach = async (entry: Entry, signal: AbortSignal | undefined): Promise<CacheSource> => {
    if (entry.source) return entry.source;
    const source = await ports.opener.open(entry.location, signal);
    if (source.kind !== entry.kind || source.location !== entry.location) {
      throw new CacheError('CONFLICT', 'Something else is at this location now.', {
        subject: entry.location,
        hint: 'Take it from the list and open it again.',
      });
    }
    entry.source = source;
    return source;
  };

  return {
    reach,
    step,
    /** Notes in the entry why it did not come to a load at all: a turn that was given up. */
    fail,
    /** Makes the entry's catalog that of the source as it is now. @throws why not, after noting it in the entry */
    load(entry: Entry, load: Omit<LoadOptions, 'current' | 'onRead'>): Promise<void> {
      const signal = load.signal ? AbortSignal.any([load.signal, stopping]) : stopping;
      return turns.take(entry.id, signal, async () => {
        try {
          const source = await reach(entry, signal);
          const current = slotOf(entry.life)?.catalog;
          // Where nothing is kept of what was never open, even its fingerprint need not be looked at first.
          const isNew = 'isNew' in entry.life && entry.life.isNew;
          const force = load.force || (isNew && !(await ports.catalogs.has(entry.id)));
          let read: SourceSnapshot | undefined;
          const onRead = (snapshot: SourceSnapshot): void => {
            read = snapshot;
          };
          await install(entry, await loadCatalog(entry.id, source, ports, { ...load, signal, force, current, onRead }));
          if (read) ports.places?.record(source, read);
        } catch (error) {
          throw fail(entry, error, signal);
        }
      });
    },
    /** Installs the kept catalog if it still fits; answers whether the entry has a catalog now. @throws as `load` */
    loadKept: (entry: Entry): Promise<boolean> =>
      turns.take(entry.id, stopping, async () => {
        try {
          if (slotOf(entry.life)) return true;
          const catalog = await keptCatalog(entry.id, await reach(entry, stopping), ports, stopping);
          if (catalog) await install(entry, catalog);
          return catalog !== undefined;
        } catch (error) {
          throw fail(entry, error, stopping);
        }
      }),
    /** Deletes all catalogs of an entry that has left the list, after whatever is under way. */
    drop: (entry: Entry): Promise<void> =>
      turns.take(entry.id, undefined, async () => {
        await slotOf(entry.life)?.retire();
        await ports.catalogs.drop(entry.id);
      }),
  };
}

import { CacheError, cancelled } from '../../../shared/base/errors.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { AuditLog, RecentSources } from '../ports/app-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { StoreOpener } from '../ports/managed-store.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { abortable } from '../streams/abortable.ts';
import { createCoalescedStream } from '../streams/coalesced.ts';
import { createEntry, type Entry, toSources } from './entry.ts';
import { isUnread, jobOf, slotOf } from './life.ts';
import { createLoader, type LoaderPorts } from './loader.ts';
import { sourceId } from './source-id.ts';

/** What the registry needs of the world. */
export interface RegistryPorts extends LoaderPorts {
  readonly clock: Clock;
  readonly recents: RecentSources;
  readonly audit: AuditLog;
  readonly stores: Pick<StoreOpener, 'createStore'>;
  readonly jobs: Jobs;
  /** Location of the sample cache. */
  readonly sample: string;
}

/** Changes of the list that come closer together than this travel as one. */
const WATCH_INTERVAL_MS = 50;

/**
 * The list of sources, opened again from the last session in the background, one after the other. Each source is loaded
 * by one at a time; what a load gives is looked at again before it is installed, for the source may be gone by then.
 */
export function createSourceRegistry(ports: RegistryPorts): SourceRegistry {
  const { jobs } = ports;
  const entries = new Map<string, Entry>();
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  /** Of the first catalog of a source: later than any of an earlier session, whose pages may still be in a window. */
  const firstVersion = Math.floor(ports.clock.now() / 1000);
  let revision = 0;

  const changed = (): void => {
    revision += 1;
    for (const listener of listeners) listener();
  };
  const list = (): Source[] => toSources(entries.values(), ports.sample, ports.opener.declared);
  const find = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry) return entry;
    throw new CacheError('NOT_FOUND', 'There is no such source in the list.', {
      subject: id,
      hint: 'Open its folder or file first.',
    });
  };
  const show = (entry: Entry): Source => {
    const source = list().find((listed) => listed.id === entry.id);
    if (source) return source;
    throw cancelled(entry.location);
  };

  const { reach, step, load, loadKept, drop, fail } = createLoader({
    ports,
    changed,
    stopping: stopping.signal,
    isListed: (entry) => entries.get(entry.id) === entry,
    unlist(entry) {
      entries.delete(entry.id);
      ports.recents.remove(entry.id);
    },
  });

  const startJob = (entry: Entry, force: boolean): string => {
    const jobId: string = jobs.start({
      kind: 'open',
      title: `Open ${entry.location}`,
      sourceId: entry.id,
      async run({ signal, progress }) {
        await load(entry, { signal, force, onProgress: progress }).catch((error: unknown) => {
          // Cancelled before its turn came: nobody has noted it yet.
          throw jobOf(entry.life) === jobId ? fail(entry, error, signal) : error;
        });
        return { kind: 'open', sourceId: entry.id };
      },
      retry: async () => (await open(entry.location)).jobId,
    });
    follow(entry, jobs.finished(jobId));
    step(entry, { type: 'begin', jobId });
    return jobId;
  };

  /** Notes that an opening is under way, for those who want to wait for it. */
  const follow = (entry: Entry, work: Promise<unknown>): Promise<void> => {
    const opening: Promise<void> = work
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        if (entry.opening === opening) entry.opening = undefined;
      });
    entry.opening = opening;
    return opening;
  };

  /** After a restart: from the kept catalog at once, or else as a job. */
  const restore = async (entry: Entry): Promise<void> => {
    step(entry, { type: 'begin' });
    const isKept = await loadKept(entry);
    if (isKept || entries.get(entry.id) !== entry) return;
    await jobs.finished(startJob(entry, false));
  };

  const begin = (entry: Entry): Promise<void> => entry.opening ?? follow(entry, restore(entry));

  /** Waits until the entry can be queried. @throws why it cannot */
  const ready = async (id: string, signal: AbortSignal | undefined): Promise<Entry> => {
    const entry = find(id);
    while (!slotOf(entry.life)) {
      if (entry.life.phase === 'failed') throw entry.life.error;
      if (entries.get(id) !== entry || stopping.signal.aborted) throw cancelled(entry.location);
      await abortable(begin(entry), signal);
    }
    return entry;
  };

  const add = async (location: string): Promise<Entry> => {
    const source = await ports.opener.open(location);
    const id = sourceId(source.kind, source.location);
    let entry = entries.get(id);
    if (!entry) {
      const recent = { id, kind: source.kind, location: source.location, openedAt: ports.clock.now() };
      entry = createEntry({ ...recent, version: firstVersion }, true);
      entries.set(id, entry);
      ports.recents.put(recent);
      changed();
    }
    return Object.assign(entry, { source });
  };

  const open = async (location: string): Promise<{ source: Source; jobId: string }> => {
    const entry = await add(location);
    const jobId = jobOf(entry.life) ?? startJob(entry, false);
    return { source: show(entry), jobId };
  };

  /** Opens what the last session had, newest first; whoever needs one sooner does not wait for this. */
  const warm = async (): Promise<void> => {
    for (const entry of [...entries.values()].reverse()) {
      if (stopping.signal.aborted) return;
      if (isUnread(entry.life) && entries.get(entry.id) === entry) await begin(entry);
    }
  };

  for (const recent of ports.recents.list())
    entries.set(recent.id, createEntry({ ...recent, version: firstVersion }, false));
  const warming = warm();

  return {
    list,
    get: (id) => show(find(id)),
    wake(id) {
      const entry = find(id);
      if (isUnread(entry.life)) void begin(entry);
      return show(entry);
    },
    watch(signal) {
      let seen = -1;
      return createCoalescedStream<Source[]>({
        intervalMs: WATCH_INTERVAL_MS,
        signal,
        subscribe(wake) {
          listeners.add(wake);
          return () => listeners.delete(wake);
        },
        take() {
          if (seen === revision) return undefined;
          seen = revision;
          return list();
        },
      });
    },
    open,
    add: async (location) => show(await add(location)),
    async createStore(path) {
      const { location } = await ports.stores.createStore(path);
      ports.audit.append({
        at: ports.clock.now(),
        action: 'create-store',
        subject: location,
        outcome: 'done',
        detail: 'an empty managed store',
      });
      return open(location);
    },
    reload(id, { force = false } = {}) {
      const entry = find(id);
      entry.source = undefined;
      return startJob(entry, force);
    },
    async close(id) {
      const entry = find(id);
      entries.delete(id);
      ports.recents.remove(id);
      changed();
      // First in the queue behind the load that is about to be cancelled: opening it again comes after both.
      const dropped = drop(entry);
      const jobId = jobOf(entry.life);
      if (jobId !== undefined) await jobs.cancel(jobId);
      await dropped;
    },
    async query(id, signal, use) {
      for (let tries = 1; ; tries += 1) {
        const entry = await ready(id, signal);
        const slot = slotOf(entry.life);
        if (!slot) continue;
        try {
          return await abortable(slot.use(use), signal);
        } catch (error) {
          if (!slot.catalog.isDamaged || tries > 1) throw error;
          // Built again, once for all who found out; how that ended shows in the next turn.
          if (slotOf(entry.life) === slot) await jobs.finished(jobOf(entry.life) ?? startJob(entry, false), signal);
        }
      }
    },
    cacheSource: async (id, signal) => reach(find(id), signal),
    async refresh(id, signal) {
      const entry = entries.get(id);
      if (!entry || (entry.life.phase === 'listed' && !entry.opening)) return;
      // How that ends is the state of the source, and noted there.
      await load(entry, { signal }).catch(() => undefined);
    },
    findByLocation: (location) => list().find((source) => source.location === location),
    report(id, problems) {
      const entry = entries.get(id);
      if (!entry) return;
      entry.found = problems;
      changed();
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(cancelled());
      await warming;
      await Promise.all([...entries.values()].map((entry) => slotOf(entry.life)?.retire()));
    },
  };
}

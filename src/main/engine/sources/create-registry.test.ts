import { describe, expect, it } from 'vitest';
import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Source } from '../../../shared/model/source.ts';
import { createMemoryRecents } from '../../adapters/memory/recent-sources.ts';
import { createJobs } from '../jobs/create-jobs.ts';
import { createMemoryCatalogs } from '../testing/memory-catalogs.ts';
import { createMemorySources, type MemoryPlace } from '../testing/memory-sources.ts';
import { createHandClock, createMemoryAudit, createMemoryReports } from '../testing/stand-ins.ts';
import { createSourceRegistry } from './create-registry.ts';
import { sourceId } from './source-id.ts';

/** What outlasts an engine: the disk. */
function createWorld() {
  return { opener: createMemorySources(), catalogs: createMemoryCatalogs(), recents: createMemoryRecents() };
}

function startEngine(world = createWorld()) {
  const ports = { clock: createHandClock(), audit: createMemoryAudit(), reports: createMemoryReports() };
  const jobs = createJobs(ports);
  const stores = {
    createStore: async (path: string) => {
      world.opener.put(path, 'empty').kind = 'store';
      return { location: path } as never;
    },
  };
  const sources = createSourceRegistry({ ...ports, ...world, jobs, stores, sample: '/sample' });
  return { ...world, ...ports, jobs, sources };
}

/** Makes reading a place wait for the test, or for a cancel. */
function hold(place: MemoryPlace) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  place.onRead = async (signal) => {
    signal?.addEventListener('abort', () => gate.resolve());
    reached.resolve();
    await gate.promise;
    throwIfAborted(signal);
  };
  return {
    reached: reached.promise,
    release() {
      place.onRead = undefined;
      gate.resolve();
    },
  };
}

const fingerprint = async (engine: ReturnType<typeof startEngine>, id: string): Promise<string> =>
  engine.sources.query(id, undefined, async (catalog) => catalog.fingerprint);

describe('source registry', () => {
  it('opens a location as a job and answers at once', async () => {
    const engine = startEngine();
    engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache/');
    expect(source).toMatchObject({
      id: sourceId('oci-layout', '/srv/cache'),
      name: 'cache',
      state: 'opening',
      jobId,
      can: { prune: 'never' },
      sample: false,
    });
    expect(source.id).toMatch(/^[0-9a-f]{12}$/);
    expect(await engine.jobs.finished(jobId)).toMatchObject({ state: 'done', result: { sourceId: source.id } });
    expect(engine.sources.get(source.id)).toMatchObject({ state: 'ready', fingerprint: 'print of one' });
    expect(engine.sources.get(source.id).jobId).toBeUndefined();
  });

  it('gives the same source and job for the same place, however it is written', async () => {
    const engine = startEngine();
    const held = hold(engine.opener.put('/srv/cache', 'one'));
    const first = await engine.sources.open('/srv/cache');
    expect(await engine.sources.open('/srv/cache//')).toEqual(first);
    held.release();
    await engine.jobs.finished(first.jobId);
    expect(engine.sources.list()).toHaveLength(1);
  });

  it('lets queries wait while it opens, and gives up the wait alone', async () => {
    const engine = startEngine();
    const held = hold(engine.opener.put('/srv/cache', 'one'));
    const { source, jobId } = await engine.sources.open('/srv/cache');
    const controller = new AbortController();
    const impatient = engine.sources.query(source.id, controller.signal, async () => 'never');
    const patient = fingerprint(engine, source.id);
    await held.reached;
    controller.abort();
    await expect(impatient).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(engine.jobs.get(jobId).state).toBe('running');
    held.release();
    expect(await patient).toBe('print of one');
  });

  it('takes a new source off the list when its opening is cancelled', async () => {
    const engine = startEngine();
    const held = hold(engine.opener.put('/srv/cache', 'one'));
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await held.reached;
    const waiting = engine.sources.query(source.id, undefined, async () => 'never');
    await engine.jobs.cancel(jobId);
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(engine.sources.list()).toEqual([]);
    expect(engine.recents.list()).toEqual([]);
    expect(engine.catalogs.kept.size).toBe(0);
    held.release();
    const again = await engine.jobs.retry(jobId);
    expect(await engine.jobs.finished(again)).toMatchObject({ state: 'done' });
    expect(engine.sources.list()).toMatchObject([{ id: source.id, state: 'ready' }]);
  });

  it('keeps a source that failed, with its error for every query, until it is read again', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    place.onRead = async () => {
      throw new CacheError('CORRUPT', 'It is cut in half.', { subject: 'index.json', hint: 'Export it again.' });
    };
    const { source, jobId } = await engine.sources.open('/srv/cache');
    expect(await engine.jobs.finished(jobId)).toMatchObject({ state: 'failed', error: { subject: 'index.json' } });
    expect(engine.sources.get(source.id)).toMatchObject({ state: 'failed', error: { code: 'CORRUPT' } });
    await expect(fingerprint(engine, source.id)).rejects.toMatchObject({ code: 'CORRUPT', subject: 'index.json' });
    place.onRead = undefined;
    await engine.jobs.finished(engine.sources.reload(source.id));
    expect(await fingerprint(engine, source.id)).toBe('print of one');
  });

  it('does not list what cannot be recognised', async () => {
    const engine = startEngine();
    await expect(engine.sources.open('/nothing')).rejects.toMatchObject({ code: 'NOT_FOUND', subject: '/nothing' });
    expect(engine.sources.list()).toEqual([]);
  });

  it('reads again only what changed, or when it is forced, and raises the version then', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    const { version } = engine.sources.get(source.id);
    await engine.jobs.finished(engine.sources.reload(source.id));
    expect([place.reads, engine.sources.get(source.id).version]).toEqual([1, version]);
    await engine.jobs.finished(engine.sources.reload(source.id, { force: true }));
    expect([place.reads, engine.sources.get(source.id).version]).toEqual([2, version + 1]);
    place.content = 'two';
    await engine.sources.refresh(source.id);
    expect([place.reads, engine.sources.get(source.id).version]).toEqual([3, version + 2]);
    expect(await fingerprint(engine, source.id)).toBe('print of two');
    expect(engine.catalogs.openCount()).toBe(1);
  });

  it('lets a reader finish on the old catalog while a new one takes its place', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    const gate = Promise.withResolvers<void>();
    const reader = engine.sources.query(source.id, undefined, async (catalog) => {
      await gate.promise;
      await catalog.mentions([]);
      return catalog.fingerprint;
    });
    place.content = 'two';
    await engine.sources.refresh(source.id);
    expect(await fingerprint(engine, source.id)).toBe('print of two');
    expect(engine.catalogs.openCount()).toBe(2);
    gate.resolve();
    expect(await reader).toBe('print of one');
    expect(engine.catalogs.openCount()).toBe(1);
  });

  it('lists a location without reading it, until somebody asks for its contents', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/store', 'one');
    const { id } = await engine.sources.add('/srv/store');
    await engine.sources.refresh(id);
    expect([engine.sources.get(id).state, place.reads, engine.jobs.list()]).toEqual(['listed', 0, []]);
    expect((await engine.sources.cacheSource(id)).location).toBe('/srv/store');
    expect(place.reads).toBe(0);
    expect(await fingerprint(engine, id)).toBe('print of one');
  });

  it('a refresh that fails is the state of the source, and the next one mends it', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    place.content = 'two';
    place.onRead = async () => {
      throw new CacheError('CORRUPT', 'It cannot be read.', { subject: 'index.json' });
    };
    await engine.sources.refresh(source.id);
    expect(engine.sources.get(source.id)).toMatchObject({ state: 'failed', error: { code: 'CORRUPT' } });
    place.onRead = undefined;
    await engine.sources.refresh(source.id);
    expect(engine.sources.get(source.id)).toMatchObject({ state: 'ready', fingerprint: 'print of two' });
  });

  it('keeps showing the old state when a reload is cancelled', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    const held = hold(place);
    const reload = engine.sources.reload(source.id, { force: true });
    await held.reached;
    expect(engine.sources.get(source.id)).toMatchObject({ state: 'ready', jobId: reload });
    await engine.jobs.cancel(reload);
    expect(engine.sources.get(source.id)).toMatchObject({ state: 'ready', fingerprint: 'print of one' });
  });

  it('is there after a restart, from the kept catalog and without a job', async () => {
    const before = startEngine();
    const place = before.opener.put('/srv/cache', 'one');
    const { source, jobId } = await before.sources.open('/srv/cache');
    await before.jobs.finished(jobId);
    await before.sources[Symbol.asyncDispose]();
    expect(before.catalogs.openCount()).toBe(0);

    const after = startEngine(before);
    expect(after.sources.list()).toMatchObject([{ id: source.id, name: 'cache', openedAt: source.openedAt }]);
    expect(await fingerprint(after, source.id)).toBe('print of one');
    expect(after.jobs.list()).toEqual([]);
    expect(place.reads).toBe(1);
    await after.sources[Symbol.asyncDispose]();
  });

  it('opens what the last session had in the background, and builds again what changed or was damaged', async () => {
    const before = startEngine();
    const changed = before.opener.put('/srv/changed', 'one');
    before.opener.put('/srv/damaged', 'one');
    const ids: string[] = [];
    for (const location of ['/srv/changed', '/srv/damaged']) {
      const { source, jobId } = await before.sources.open(location);
      ids.push(source.id);
      await before.jobs.finished(jobId);
    }
    await before.sources[Symbol.asyncDispose]();
    changed.content = 'two';
    before.catalogs.damage(ids[1] ?? '');

    const after = startEngine(before);
    for await (const list of after.sources.watch()) {
      if (list.every((source: Source) => source.state === 'ready')) break;
    }
    expect(after.sources.list().map((source) => source.fingerprint)).toEqual(['print of two', 'print of one']);
    expect(after.jobs.list().map((job) => [job.kind, job.state])).toEqual([
      ['open', 'done'],
      ['open', 'done'],
    ]);
  });

  it('builds a catalog again that turns out to be damaged while it is asked, once for all who ask', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    engine.catalogs.damage(source.id);
    const ask = () => engine.sources.query(source.id, undefined, (catalog) => catalog.mentions([]));
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([[], [], []]);
    expect([place.reads, engine.jobs.list().length, engine.catalogs.openCount()]).toEqual([2, 2, 1]);
  });

  it('keeps a source whose place is gone after a restart, as failed', async () => {
    const before = startEngine();
    before.opener.put('/srv/cache', 'one');
    const { source, jobId } = await before.sources.open('/srv/cache');
    await before.jobs.finished(jobId);
    await before.sources[Symbol.asyncDispose]();
    before.opener.places.clear();
    const after = startEngine(before);
    await expect(fingerprint(after, source.id)).rejects.toMatchObject({ code: 'NOT_FOUND', subject: '/srv/cache' });
    expect(after.sources.get(source.id).state).toBe('failed');
    expect(after.recents.list()).toHaveLength(1);
  });

  it('keeps a source in the list when the engine stops while it opens', async () => {
    const before = startEngine();
    const held = hold(before.opener.put('/srv/cache', 'one'));
    const { source } = await before.sources.open('/srv/cache');
    await held.reached;
    await before.sources[Symbol.asyncDispose]();
    await before.jobs[Symbol.asyncDispose]();
    held.release();
    const after = startEngine(before);
    expect(await fingerprint(after, source.id)).toBe('print of one');
  });

  it('stops without waiting for what it still opens from the last session', async () => {
    const before = startEngine();
    const place = before.opener.put('/srv/cache', 'one');
    await before.jobs.finished((await before.sources.open('/srv/cache')).jobId);
    await before.sources[Symbol.asyncDispose]();
    place.content = 'two';
    const held = hold(place);
    const after = startEngine(before);
    await held.reached;
    await after.sources[Symbol.asyncDispose]();
    expect(after.jobs.list()).toMatchObject([{ kind: 'open', state: 'failed', error: { code: 'CANCELLED' } }]);
    expect(after.recents.list()).toHaveLength(1);
  });

  it('closes: off the list, off the recents, no catalog left', async () => {
    const engine = startEngine();
    engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    await engine.sources.close(source.id);
    expect(engine.sources.list()).toEqual([]);
    expect(engine.recents.list()).toEqual([]);
    expect(engine.catalogs.kept.size).toBe(0);
    expect(engine.catalogs.openCount()).toBe(0);
    expect(() => engine.sources.get(source.id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    await expect(fingerprint(engine, source.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('closes while it opens, and can be opened again at once', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    const held = hold(place);
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await held.reached;
    place.onRead = undefined;
    const closing = engine.sources.close(source.id);
    const again = await engine.sources.open('/srv/cache');
    await closing;
    expect(engine.jobs.get(jobId).state).toBe('cancelled');
    await engine.jobs.finished(again.jobId);
    expect(engine.sources.list()).toMatchObject([{ id: source.id, state: 'ready' }]);
    expect(engine.recents.list()).toHaveLength(1);
    expect(engine.catalogs.kept.size).toBe(1);
    expect(engine.catalogs.openCount()).toBe(1);
  });

  it('takes a source off the list that was cancelled before its turn to be read came', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    const gate = Promise.withResolvers<void>();
    const reader = engine.sources.query(source.id, undefined, () => gate.promise);
    const closing = engine.sources.close(source.id);
    const again = await engine.sources.open('/srv/cache');
    await engine.jobs.cancel(again.jobId);
    expect(engine.jobs.get(again.jobId).state).toBe('cancelled');
    expect(engine.sources.list()).toEqual([]);
    gate.resolve();
    await Promise.all([reader, closing]);
    expect(place.reads).toBe(1);
    expect(engine.recents.list()).toEqual([]);
  });

  it('creates a store, opens it as writable and notes it', async () => {
    const engine = startEngine();
    const { source, jobId } = await engine.sources.createStore('/srv/store');
    await engine.jobs.finished(jobId);
    expect(source).toMatchObject({ kind: 'store', can: { prune: 'here', receive: true } });
    expect(engine.audit.list(1)).toMatchObject([{ action: 'create-store', subject: '/srv/store', outcome: 'done' }]);
    expect(engine.sources.findByLocation('/srv/store')?.id).toBe(source.id);
  });

  it('says so when something else has taken the place of a source', async () => {
    const engine = startEngine();
    const place = engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    place.kind = 'store';
    expect(await engine.jobs.finished(engine.sources.reload(source.id))).toMatchObject({
      state: 'failed',
      error: { code: 'CONFLICT', subject: '/srv/cache' },
    });
  });

  it('shows what a check found instead of what was known of the same subject, until it is read anew', async () => {
    const engine = startEngine();
    engine.catalogs.problems = [{ code: 'SIZE_MISMATCH', message: 'short', subject: 'a' }];
    engine.opener.put('/srv/cache', 'one');
    const { source, jobId } = await engine.sources.open('/srv/cache');
    await engine.jobs.finished(jobId);
    engine.sources.report(source.id, [
      { code: 'DIGEST_MISMATCH', message: 'other bytes', subject: 'a' },
      { code: 'CORRUPT', message: 'no file', subject: 'b' },
    ]);
    const codes = () => engine.sources.get(source.id).problems.map((problem) => problem.code);
    expect(codes()).toEqual(['DIGEST_MISMATCH', 'CORRUPT']);
    await engine.jobs.finished(engine.sources.reload(source.id, { force: true }));
    expect(codes()).toEqual(['SIZE_MISMATCH']);
  });

  it('marks the sample', async () => {
    const engine = startEngine();
    engine.opener.put('/sample', 'one');
    expect((await engine.sources.open('/sample')).source).toMatchObject({ sample: true, name: 'Sample cache' });
  });
});

import { implement } from '@orpc/server';
import { CacheError } from '../../../shared/base/errors.ts';
import { contract } from '../../../shared/contract/index.ts';
import { fakeGroups, queryRows, refOf } from './catalog.ts';
import { createFakeCollects } from './fake-collects.ts';
import { fakeDamage } from './fake-damage.ts';
import { fakeNeighbourhood, fakePathToRoot, fakeReach } from './fake-graph.ts';
import { createFakeJobs } from './fake-jobs.ts';
import { fakeLayerFiles } from './fake-layer-files.ts';
import { createFakeLocalService } from './fake-local-service.ts';
import { fakeAges, fakeTreemap } from './fake-overview.ts';
import { fakePlaces } from './fake-places.ts';
import { createFakePrunes } from './fake-prunes.ts';
import { fakeS3Check } from './fake-s3-check.ts';
import { createFakeSettings } from './fake-settings.ts';
import { createFakeSource, createFakeSources, type FakeSource } from './fake-sources.ts';
import { createFakeSyncs } from './fake-syncs.ts';
import { createFakeTransfers } from './fake-transfers.ts';
import type { FakeRecord } from './records.ts';

const os = implement(contract);

/** Turns an error of ours into one that the contract declares. */
const border = os.use(async ({ next, errors }) => {
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof CacheError)) throw error;
    throw errors[error.code]({ message: error.message, data: { subject: error.subject, hint: error.hint } });
  }
});

/** A router of the whole contract over data in memory, always the same at first. For development and unit tests. */
export function createFakeRouter() {
  const all = createFakeSources();
  const jobs = createFakeJobs();
  const transfers = createFakeTransfers(jobs);
  const listeners = new Set<() => void>();
  let made = 0;

  const entry = (sourceId: string): FakeSource => {
    const found = all.get(sourceId);
    if (found) return found;
    throw new CacheError('NOT_FOUND', 'There is no such source.', { subject: sourceId, hint: 'Open it again.' });
  };
  const catalog = (sourceId: string) => entry(sourceId).catalog;
  const put = (one: FakeSource): void => {
    all.set(one.source.id, one);
    for (const listener of listeners) listener();
  };
  const changeRecords = (sourceId: string, records: readonly FakeRecord[]): void => {
    const { source } = entry(sourceId);
    const { totals: _totals, caches: _caches, problems: _problems, ...about } = source;
    put(createFakeSource({ ...about, version: source.version + 1 }, records));
  };
  const list = () => [...all.values()].map((one) => one.source);
  const window = <T>(rows: readonly T[], { offset, limit }: { offset: number; limit: number }): T[] =>
    rows.slice(offset, offset + limit);
  const open = (location: string, kind: 'oci-layout' | 'oci-tar' | 'store', records?: readonly FakeRecord[]) => {
    const known = [...all.values()].find((one) => one.source.location === location);
    if (known) return { source: known.source, jobId: 'job-0' };
    made += 1;
    const name = location.split('/').findLast((part) => part !== '') ?? location;
    const full = createFakeSource({ id: `opened-${made}`, name, kind, location }, records);
    const jobId = read(full);
    return { source: entry(full.source.id).source, jobId };
  };
  /** Reads a source in a job; it is opening until that ends. */
  const read = (full: FakeSource): string => {
    const { totals: _totals, ...bare } = full.source;
    const { id, name } = bare;
    const jobId = jobs.start({
      kind: 'open',
      title: `Open ${name}`,
      sourceId: id,
      unit: 'records',
      total: full.records.length,
      result: () => {
        put(full);
        return { kind: 'open', sourceId: id };
      },
    });
    put({ ...full, source: { ...bare, state: 'opening', jobId } });
    return jobId;
  };
  async function* watch<T>(subscribe: (listener: () => void) => () => void, look: () => T, signal?: AbortSignal) {
    let wake = (): void => {};
    const unsubscribe = subscribe(() => wake());
    const stop = (): void => wake();
    signal?.addEventListener('abort', stop);
    try {
      while (!signal?.aborted) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        yield look();
        await changed;
      }
    } finally {
      unsubscribe();
      signal?.removeEventListener('abort', stop);
    }
  }

  return border.router({
    app: {
      info: border.app.info.handler(() => ({
        version: '0.0.0-fake',
        host: 'web',
        sample: '/opt/cachewright/sample',
        storeFolder: '/home/me/.local/share/cachewright/store',
        homeFolder: '/home/me',
        platform: 'linux',
      })),
    },
    sources: {
      list: border.sources.list.handler(list),
      watch: border.sources.watch.handler(({ signal }) =>
        watch(
          (listener) => {
            listeners.add(listener);
            return () => listeners.delete(listener);
          },
          list,
          signal,
        ),
      ),
      get: border.sources.get.handler(({ input }) => {
        const one = entry(input.sourceId);
        if (one.source.state === 'listed')
          read({ ...one, source: { ...one.source, state: 'ready', totals: one.catalog.totals } });
        return entry(input.sourceId).source;
      }),
      open: border.sources.open.handler(({ input }) =>
        open(input.location, input.location.endsWith('.tar') ? 'oci-tar' : 'oci-layout'),
      ),
      add: border.sources.add.handler(({ input }) => open(input.location, 'oci-layout').source),
      reload: border.sources.reload.handler(({ input }) => {
        changeRecords(input.sourceId, entry(input.sourceId).records);
        return { jobId: 'job-0' };
      }),
      close: border.sources.close.handler(({ input }) => {
        all.delete(input.sourceId);
        for (const listener of listeners) listener();
        return {};
      }),
      createStore: border.sources.createStore.handler(({ input }) => open(input.path, 'store', [])),
      checkS3: border.sources.checkS3.handler(({ input }) => fakeS3Check(input.location, input.mayWrite)),
      browse: border.sources.browse.handler(({ input }) => {
        const path = input.path ?? '/home/me';
        const names = ['app-store', 'projects', 'shop', 'shop-next', 'releases'];
        const parent = path.replace(/\/[^/]+$/, '') || '/';
        return {
          path,
          ...(path === '/' ? {} : { parent }),
          entries: [
            ...names.map((name, at) => ({
              name,
              path: `${path === '/' ? '' : path}/${name}`,
              ...(at === 0 ? { kind: 'store' as const } : at === 2 || at === 3 ? { kind: 'oci-layout' as const } : {}),
            })),
            { name: 'cache.tar', path: `${path}/cache.tar`, kind: 'oci-tar' as const },
          ],
        };
      }),
    },
    overview: {
      treemap: border.overview.treemap.handler(({ input }) => fakeTreemap(catalog(input.sourceId), input)),
      ages: border.overview.ages.handler(({ input }) => fakeAges(catalog(input.sourceId), input.bins)),
      disk: border.overview.disk.handler(({ input }) => {
        const { source } = entry(input.sourceId);
        if (source.kind !== 'store' && source.kind !== 'oci-layout') return {};
        const cacheBytes = source.totals?.deduplicatedBytes ?? 0;
        const parts = { cacheBytes, orphanBytes: 0, trashBytes: 0, setAsideBytes: 0, otherBytes: 28_672 };
        return { parts: { ...parts, totalBytes: cacheBytes + parts.otherBytes, freeBytes: 48_000_000_000 } };
      }),
      largest: border.overview.largest.handler(({ input }) =>
        window(
          queryRows(catalog(input.sourceId).rows, { filter: '', sort: { field: 'own', descending: true } }, 'keys'),
          {
            offset: 0,
            limit: input.limit,
          },
        ),
      ),
    },
    keys: {
      page: border.keys.page.handler(({ input }) => {
        const sorted = queryRows(catalog(input.sourceId).rows, input, 'keys');
        const rows = input.grouped ? fakeGroups(sorted).flatMap((group) => group.rows) : sorted;
        return { rows: window(rows, input), total: rows.length, version: entry(input.sourceId).source.version };
      }),
      groups: border.keys.groups.handler(({ input }) => ({
        groups: fakeGroups(queryRows(catalog(input.sourceId).rows, input, 'keys')).map(({ rows: own, ...group }) => ({
          ...group,
          records: own.length,
          addsBytes: own.reduce((sum, row) => sum + row.addsBytes, 0),
        })),
      })),
      list: border.keys.list.handler(({ input }) => {
        const rows = queryRows(catalog(input.sourceId).rows, input, 'keys');
        return {
          records: window(rows, input).map((row) => catalog(input.sourceId).detail(row.id)),
          total: rows.length,
        };
      }),
      sums: border.keys.sums.handler(({ input }) => {
        const { rows, layers, holdersOf, record } = catalog(input.sourceId);
        const wanted = input.ids ? new Set(input.ids) : undefined;
        const chosen = queryRows(rows, input, 'keys').filter((row) => !wanted || wanted.has(row.id));
        const ids = new Set(chosen.map((row) => row.id));
        const blobs = new Set(chosen.flatMap((row) => record(row.id).chain.map((layer) => layer.digest)));
        const held = layers.filter((layer) => blobs.has(layer.digest));
        const only = held.filter((layer) => holdersOf(layer.digest).every((holder) => ids.has(holder.id)));
        return {
          records: chosen.length,
          ownBytes: chosen.reduce((sum, row) => sum + row.ownBytes, 0),
          deduplicatedBytes: held.reduce((sum, layer) => sum + layer.size, 0),
          onlyTheseBytes: only.reduce((sum, layer) => sum + layer.size, 0),
        };
      }),
      get: border.keys.get.handler(({ input }) => catalog(input.sourceId).detail(input.id)),
      selector: border.keys.selector.handler(({ input: { sourceId, id, input, alternative } }) => {
        const { selector = '' } = catalog(sourceId).detail(id).inputs[input]?.[alternative] ?? {};
        return { text: selector, characters: selector.length };
      }),
      search: border.keys.search.handler(({ input }) =>
        catalog(input.sourceId)
          .rows.filter((row) =>
            `${row.stage} ${row.name} ${row.digest.slice(7)}`.toLowerCase().includes(input.text.toLowerCase()),
          )
          .slice(0, input.limit),
      ),
    },
    graph: {
      neighbourhood: border.graph.neighbourhood.handler(({ input }) =>
        fakeNeighbourhood(catalog(input.sourceId), input),
      ),
      pathToRoot: border.graph.pathToRoot.handler(({ input }) => ({
        path: [...fakePathToRoot(catalog(input.sourceId), input.id)],
      })),
      reach: border.graph.reach.handler(({ input }) => fakeReach(catalog(input.sourceId), input.id)),
    },
    layers: {
      page: border.layers.page.handler(({ input }) => {
        const rows = queryRows(catalog(input.sourceId).layers, input, 'layers');
        const totalBytes = rows.reduce((sum, row) => sum + row.size, 0);
        return {
          rows: window(rows, input),
          total: rows.length,
          totalBytes,
          version: entry(input.sourceId).source.version,
        };
      }),
      get: border.layers.get.handler(({ input }) => {
        const { layers, holdersOf } = catalog(input.sourceId);
        const layer = layers.find((one) => one.digest === input.digest);
        if (!layer) throw new CacheError('NOT_FOUND', 'There is no such blob.', { subject: input.digest });
        const holders = holdersOf(input.digest);
        const places = fakePlaces(list(), input.sourceId);
        return { ...layer, usedBy: holders.map(refOf), usedByTotal: holders.length, refs: ['latest'], places };
      }),
      openPlace: border.layers.openPlace.handler(({ input }) => open(input.location, 'oci-layout')),
      files: border.layers.files.handler(({ input }) => {
        const files = fakeLayerFiles(input.digest);
        const matching = files.filter((file) => file.path.toLowerCase().includes(input.filter.toLowerCase()));
        const way = input.sort?.descending ? -1 : 1;
        if (input.sort?.field === 'size') matching.sort((a, b) => (a.size - b.size) * way);
        const totalBytes = matching.reduce((sum, file) => sum + file.size, 0);
        return { files: window(matching, input), total: matching.length, totalBytes };
      }),
    },
    verify: {
      start: border.verify.start.handler(({ input }) => {
        const { source, catalog: held } = entry(input.sourceId);
        const missing = held.layers.filter((layer) => !layer.present).map((layer) => layer.digest);
        return {
          jobId: jobs.start({
            kind: 'verify',
            title: `Verify ${source.name}`,
            sourceId: source.id,
            unit: 'bytes',
            total: held.totals.deduplicatedBytes,
            result: () => ({
              kind: 'verify',
              report: {
                checked: held.totals.blobs,
                bytes: held.totals.deduplicatedBytes,
                ok: held.totals.blobs - missing.length,
                missing,
                corrupt: [],
                details: source.problems,
              },
            }),
          }),
        };
      }),
      damage: border.verify.damage.handler(({ input }) => {
        const others = [...all.values()].filter((one) => one.source.id !== input.sourceId);
        return fakeDamage(entry(input.sourceId), others);
      }),
      quarantine: border.verify.quarantine.handler(({ input }) => ({
        jobId: jobs.start({
          kind: 'quarantine',
          title: `Quarantine damaged blobs of ${entry(input.sourceId).source.name}`,
          sourceId: input.sourceId,
          unit: 'blobs',
          total: 1,
          result: () => ({ kind: 'quarantine', report: { quarantined: [], bytes: 0, leftAlone: [] } }),
        }),
      })),
      mend: border.verify.mend.handler(({ input }) => ({
        jobId: jobs.start({
          kind: 'mend',
          title: `Re-import blobs of ${entry(input.sourceId).source.name} from ${input.from}`,
          sourceId: input.sourceId,
          unit: 'bytes',
          total: 1_000_000,
          result: () => {
            const mended = entry(input.sourceId).source.problems.flatMap(({ subject }) => subject ?? []);
            changeRecords(input.sourceId, entry(input.sourceId).records);
            return { kind: 'mend', report: { from: input.from, mended, bytes: 1, quarantined: [], leftAlone: [] } };
          },
        }),
      })),
    },
    prune: createFakePrunes({ entry, changeRecords, jobs }),
    collect: createFakeCollects(),
    transfer: {
      preview: border.transfer.preview.handler(({ input }) => transfers.preview(entry(input.sourceId), input)),
      import: border.transfer.import.handler(({ input }) => ({
        jobId: transfers.start('import', entry(input.sourceId), input),
      })),
      export: border.transfer.export.handler(({ input }) => ({
        jobId: transfers.start('export', entry(input.sourceId), input),
      })),
    },
    service: createFakeSyncs((sourceId) => entry(sourceId).source),
    localService: createFakeLocalService(),
    settings: createFakeSettings(),
    jobs: {
      list: border.jobs.list.handler(() => [...jobs.list()]),
      get: border.jobs.get.handler(({ input }) => {
        const job = jobs.get(input.jobId);
        if (!job) throw new CacheError('NOT_FOUND', 'There is no such job.', { subject: input.jobId });
        return job;
      }),
      watch: border.jobs.watch.handler(({ signal }) => watch(jobs.subscribe, () => [...jobs.list()], signal)),
      log: border.jobs.log.handler(({ input }) => [...jobs.log(input.jobId)]),
      cancel: border.jobs.cancel.handler(({ input }) => {
        const sourceId = jobs.get(input.jobId)?.sourceId;
        jobs.cancel(input.jobId);
        if (sourceId !== undefined && all.get(sourceId)?.source.state === 'opening') all.delete(sourceId);
        for (const listener of listeners) listener();
        return {};
      }),
      retry: border.jobs.retry.handler(({ input }) => {
        const jobId = jobs.retry(input.jobId);
        if (jobId === undefined) throw new CacheError('NOT_FOUND', 'There is no such job.', { subject: input.jobId });
        return { jobId };
      }),
      clear: border.jobs.clear.handler(() => {
        jobs.clear();
        return {};
      }),
      audit: border.jobs.audit.handler(() => []),
    },
  });
}

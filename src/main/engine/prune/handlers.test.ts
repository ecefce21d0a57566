import { createRouterClient } from '@orpc/server';
import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { digestOf } from '../catalog/testing/small-source.ts';
import { createImplementer } from '../implementer.ts';
import { createJobs } from '../jobs/create-jobs.ts';
import type { ManagedStore } from '../ports/managed-store.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { createHandClock, createMemoryAudit, createMemoryReports } from '../testing/stand-ins.ts';
import { createPruneHandlers } from './handlers.ts';
import { memoryStore } from './testing/memory-store.ts';

/** The procedures over a store in memory with one orphan, which `change` makes another one. */
function start(change: (store: ManagedStore) => ManagedStore = (store) => store) {
  const { store: plain, source } = memoryStore({ caches: [], images: [], sizes: new Map([['alone', 7]]) });
  const plans = new Map<string, string>();
  const store = change({
    ...plain,
    plans: {
      put: async (plan, text) => {
        plans.set(plan, text);
      },
      get: async (plan) => plans.get(plan),
    },
  });
  const listed = { id: 's', location: '/store', can: { ...READ_ONLY_CACHE, prune: 'here' } };
  let refreshed = 0;
  const sources = {
    get: () => listed,
    cacheSource: async () => source,
    refresh: async () => {
      refreshed += 1;
    },
  } as unknown as SourceRegistry;
  const ports = { clock: createHandClock(), audit: createMemoryAudit(), reports: createMemoryReports() };
  const jobs = createJobs(ports);
  const stores = { openStore: async () => store, viewStore: async () => store };
  const disk = { space: async () => undefined };
  const os = createImplementer(ports.reports);
  const router = createPruneHandlers(os.prune, { clock: ports.clock, jobs, sources, stores, disk });
  return {
    client: createRouterClient(router),
    jobs,
    plans,
    refreshed: () => refreshed,
    [Symbol.asyncDispose]: () => jobs[Symbol.asyncDispose](),
  };
}

const ORPHANS = { sourceId: 's', policy: { orphans: { olderThanMs: 0 } } };

test('an applied plan says in its log what it left alone, and reads the source again', async () => {
  const skipped = [{ digest: parseDigest(digestOf('alone')), reason: 'needed' as const }];
  await using busy = start((store) => ({
    ...store,
    exclusive: (body) =>
      store.exclusive((session) =>
        body({ ...session, index: session.index, remove: async () => ({ blobs: 0, bytes: 0, skipped }) }),
      ),
  }));
  const { client, jobs, refreshed } = busy;
  const { plan } = await client.plan(ORPHANS);
  const { jobId } = await client.apply({ sourceId: 's', plan });
  expect(await jobs.finished(jobId)).toMatchObject({ state: 'done', result: { report: { removedBlobs: 0 } } });
  const lines = jobs.log(jobId).map(({ text }) => text);
  expect(lines).toContain(`plan ${plan}`);
  expect(lines.filter((line) => line.startsWith('left alone: '))).toEqual([
    `left alone: ${digestOf('alone')}: an import needs it, or another reference leads to it`,
  ]);
  expect(refreshed()).toBe(1);
});

test('a plan that was not kept is written down when it is applied, and the source is read again whatever the end', async () => {
  await using ready = start((store) => ({
    ...store,
    exclusive: () => Promise.reject(new CacheError('NO_SPACE', 'full')),
  }));
  const { client, jobs, plans, refreshed } = ready;
  const { plan, kept } = await client.plan({ ...ORPHANS, keep: false });
  expect([kept, [...plans.keys()]]).toEqual([false, []]);
  const { jobId } = await client.apply({ sourceId: 's', plan });
  expect(await jobs.finished(jobId)).toMatchObject({ state: 'failed', error: { code: 'NO_SPACE' } });
  expect([[...plans.keys()], refreshed()]).toEqual([[plan], 1]);
});

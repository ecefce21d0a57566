import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { isContractProcedure } from '@orpc/contract';
import { RPCHandler } from '@orpc/server/message-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerErrors } from '../../shared/contract/client-errors.ts';
import { contract, type EngineClient } from '../../shared/contract/index.ts';
import { startSmallService } from '../adapters/cache-service/testing/small-service.ts';
import { digestOf, manifestOf } from '../adapters/s3/testing/collect-bucket.ts';
import { createTestBucket, type TestBucket } from '../adapters/s3/testing/test-bucket.ts';
import { FIXTURES } from '../engine/testing/real-caches.ts';
import { hasS3Server, type S3Server, startS3Server } from '../testing/s3-server.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createDisk, type Disk, finished, openReady } from './testing/engine-on-disk.ts';

/** Paths of all procedures: `keys.page`. */
function procedurePaths(router: object, path: readonly string[] = []): string[] {
  return Object.entries(router).flatMap(([key, value]) =>
    isContractProcedure(value) ? [[...path, key].join('.')] : procedurePaths(value as object, [...path, key]),
  );
}

async function first<T>(stream: AsyncIterable<T>): Promise<T> {
  for await (const item of stream) return item;
  throw new Error('the stream was empty');
}

/** Calls every procedure once on real data, in an order that makes sense; the engine checks every answer's schema. */
async function callAll(
  client: EngineClient,
  disk: Disk,
  name: string,
  bucket: TestBucket | undefined,
): Promise<Map<string, unknown>> {
  const answers = new Map<string, unknown>();
  const call = async <T>(path: string, answer: Promise<T>): Promise<T> => {
    const value = await answer;
    answers.set(path, value);
    return value;
  };
  const done = async (path: string, started: Promise<{ jobId: string }>) => {
    const job = await finished(client, await call(path, started));
    expect([path, job.state, job.error]).toEqual([path, 'done', undefined]);
    return job;
  };

  await call('app.info', client.app.info());
  const { source, jobId } = await call('sources.open', client.sources.open({ location: join(FIXTURES, 'sample') }));
  await finished(client, { jobId });
  const sourceId = source.id;
  await call('sources.add', client.sources.add({ location: join(FIXTURES, 'sample') }));
  await call('overview.disk', client.overview.disk({ sourceId }));
  await call('sources.list', client.sources.list());
  await call('sources.get', client.sources.get({ sourceId }));
  await call('sources.watch', client.sources.watch().then(first));
  await call('sources.browse', client.sources.browse({ path: FIXTURES }));
  await done('sources.reload', client.sources.reload({ sourceId, force: true }));

  await call('overview.treemap', client.overview.treemap({ sourceId }));
  await call('overview.ages', client.overview.ages({ sourceId }));
  await call('overview.largest', client.overview.largest({ sourceId }));
  const sort = { field: 'own', descending: true };
  const page = await call('keys.page', client.keys.page({ sourceId, sort }));
  const id = page.rows[0]?.id ?? '';
  await call('keys.groups', client.keys.groups({ sourceId }));
  await call('keys.list', client.keys.list({ sourceId, sort }));
  await call('keys.sums', client.keys.sums({ sourceId, ids: [id] }));
  await call('keys.get', client.keys.get({ sourceId, id }));
  const user = (await client.keys.page({ sourceId, filter: 'inputs:>0' })).rows[0]?.id ?? '';
  await call('keys.selector', client.keys.selector({ sourceId, id: user, input: 0 }));
  await call('keys.search', client.keys.search({ sourceId, text: id.slice(7, 12) }));
  await call('graph.neighbourhood', client.graph.neighbourhood({ sourceId, from: id }));
  await call('graph.pathToRoot', client.graph.pathToRoot({ sourceId, id }));
  await call('graph.reach', client.graph.reach({ sourceId, id }));
  const layers = await call('layers.page', client.layers.page({ sourceId, sort: { field: 'size', descending: true } }));
  const digest = layers.rows[0]?.digest ?? '';
  await call('layers.get', client.layers.get({ sourceId, digest }));
  await call('layers.files', client.layers.files({ sourceId, digest }));
  await done('verify.start', client.verify.start({ sourceId }));

  const to = join(disk.folder, `store-${name}`);
  const created = await call('sources.createStore', client.sources.createStore({ path: to }));
  await finished(client, created);
  const store = { sourceId: created.source.id };
  await call('transfer.preview', client.transfer.preview({ sourceId, to }));
  await done('transfer.import', client.transfer.import({ sourceId, to }));
  await done('transfer.export', client.transfer.export({ sourceId, to: join(disk.folder, `export-${name}`) }));
  await flipByte(join(to, 'blobs', ...digest.split(':')));
  await finished(client, await client.verify.start(store));
  await call('verify.damage', client.verify.damage(store));
  await done('verify.quarantine', client.verify.quarantine(store));
  await done('verify.mend', client.verify.mend({ ...store, from: join(FIXTURES, 'sample') }));
  const { places } = await client.layers.get({ sourceId, digest });
  await call('layers.openPlace', client.layers.openPlace({ digest, location: places[0]?.location ?? '' }));
  const { plan } = await call('prune.plan', client.prune.plan({ ...store, policy: { maxBytes: 4000 } }));
  await call('prune.get', client.prune.get({ ...store, plan }));
  await call('prune.blobs', client.prune.blobs({ ...store, plan }));
  await call('prune.items', client.prune.items({ ...store, plan, what: 'goes' }));
  await done('prune.apply', client.prune.apply({ ...store, plan }));
  await call('prune.trash', client.prune.trash(store));
  await done('prune.undo', client.prune.undo(store));
  await done('prune.emptyTrash', client.prune.emptyTrash(store));

  if (bucket) {
    const cache = { sourceId: (await openReady(client, bucket.at(name))).id };
    const { plan: collected } = await call('collect.plan', client.collect.plan({ ...cache, olderThanMs: 1 }));
    await call('collect.get', client.collect.get({ ...cache, plan: collected }));
    await call('collect.items', client.collect.items({ ...cache, plan: collected }));
    await done('collect.apply', client.collect.apply({ ...cache, plan: collected }));
    await call('collect.undoable', client.collect.undoable(cache));
    await done('collect.undo', client.collect.undo(cache));
    await call('collect.renewal', client.collect.renewal(cache));
    await done('collect.touch', client.collect.touch(cache));
  }

  const lost = await finished(client, await client.verify.start({ sourceId: await goneSource(client, disk, name) }));
  expect(lost.state).toBe('failed');
  await call('jobs.retry', client.jobs.retry({ jobId: lost.id }));
  await call('jobs.list', client.jobs.list());
  await call('jobs.get', client.jobs.get({ jobId }));
  await call('jobs.watch', client.jobs.watch({}).then(first));
  await call('jobs.log', client.jobs.log({ jobId }));
  await call('jobs.cancel', client.jobs.cancel({ jobId }));
  await call('jobs.audit', client.jobs.audit({}));
  await call('jobs.clear', client.jobs.clear());
  await call('settings.layerInfo', client.settings.layerInfo());
  await call('settings.watch', client.settings.watch().then(first));
  await call('settings.setLayerInfo', client.settings.setLayerInfo({ url: '' }));
  const nowhere = 's3://nowhere?endpoint=http://127.0.0.1:1';
  await call('sources.checkS3', client.sources.checkS3({ location: nowhere }).then(first));
  await callService(client, call, { sourceId, folder: join(disk.folder, `service-${name}`) });
  await callLocalService(client, call, join(disk.folder, `local-service-${name}`));
  await call('sources.close', client.sources.close({ sourceId }));
  return answers;
}

/** Calls every procedure of `service` once, on a source and a small service of its own. */
async function callService(
  client: EngineClient,
  call: <T>(path: string, answer: Promise<T>) => Promise<T>,
  { sourceId, folder }: { readonly sourceId: string; readonly folder: string },
): Promise<void> {
  await using service = await startSmallService(folder);
  const { syncId } = await call('service.start', client.service.start({ sourceId, url: service.url }));
  const untilRunning = async (): Promise<void> => {
    for await (const syncs of await client.service.watch()) {
      const found = syncs.find(({ id }) => id === syncId);
      if (found?.error) throw new Error(found.error.message);
      if (found?.state === 'running') return;
    }
  };
  await untilRunning();
  await call('service.watch', client.service.watch().then(first));
  await call('service.setPeriods', client.service.setPeriods({ syncId, periods: { importPeriodMs: 60_000 } }));
  await call('service.hurry', client.service.hurry({ syncId }));
  await call('service.stop', client.service.stop({ syncId }));
  await call('service.restart', client.service.restart({ syncId }));
  await untilRunning();
  await client.service.stop({ syncId });
  await call('service.forget', client.service.forget({ syncId }));
}

/** Calls every procedure of `localService` once. */
async function callLocalService(
  client: EngineClient,
  call: <T>(path: string, answer: Promise<T>) => Promise<T>,
  store: string,
): Promise<void> {
  const { url } = await call('localService.start', client.localService.start({ store }));
  expect(await call('localService.watch', client.localService.watch().then(first))).toMatchObject({
    state: 'running',
    url,
  });
  await call('localService.stop', client.localService.stop());
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}

/** A source that was there and is not any more. */
async function goneSource(client: EngineClient, disk: Disk, name: string): Promise<string> {
  const folder = await disk.copy('min', `gone-${name}`);
  const { id } = await openReady(client, folder);
  await rename(folder, `${folder}-away`);
  return id;
}

describe('the whole contract on real adapters', () => {
  let disk: Disk;
  let engine: EngineHandle;
  let server: S3Server | undefined;
  let bucket: TestBucket | undefined;
  beforeAll(async () => {
    disk = await createDisk();
    server = hasS3Server() ? await startS3Server() : undefined;
    bucket = server && (await createTestBucket(server, 'contract'));
    await bucket?.keepVersions();
    for (const name of ['local', 'port']) {
      await bucket?.put(`${name}/manifests/main`, manifestOf('base'));
      await bucket?.put(`${name}/blobs/${digestOf('orphan')}`, 'orphan');
    }
    engine = await disk.start('web', server?.environment);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
    await disk[Symbol.asyncDispose]();
  });

  it('answers every procedure by its schema, in this process and over a port, and the same', async () => {
    const local = await callAll(engine.client, disk, 'local', bucket);
    const all = procedurePaths(contract).filter((path) => bucket || !path.startsWith('collect.'));
    expect([...local.keys()].sort()).toEqual(all.sort());

    const { port1, port2 } = new MessageChannel();
    new RPCHandler(engine.router).upgrade(port1);
    const client = createORPCClient<EngineClient>(new RPCLink({ port: port2, interceptors: [callerErrors] }));
    port1.start();
    port2.start();
    const ported = await callAll(client, disk, 'port', bucket);
    port1.close();
    expect([...ported.keys()].sort()).toEqual([...local.keys()].sort());
    const pure = [...local.keys()].filter((path) => /^(app|overview|keys|graph|layers)\.(?!open)/.test(path));
    for (const path of pure) {
      const strip = (answer: unknown) =>
        JSON.parse(
          JSON.stringify(answer, (key, value) => (['version', 'places', 'freeBytes'].includes(key) ? 0 : value)),
        );
      expect([path, strip(ported.get(path))]).toEqual([path, strip(local.get(path))]);
    }
  });
});

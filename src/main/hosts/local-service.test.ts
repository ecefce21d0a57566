import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EngineClient } from '../../shared/contract/index.ts';
import type { LocalService } from '../../shared/model/local-service.ts';
import { FIXTURES } from '../engine/testing/real-caches.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createDisk, type Disk, openReady } from './testing/engine-on-disk.ts';

let disk: Disk;
let engine: EngineHandle;
beforeEach(async () => {
  disk = await createDisk();
  engine = await disk.start();
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await disk[Symbol.asyncDispose]();
});

/** The state of the service once it is as wanted. */
async function until(client: EngineClient, isWanted: (service: LocalService) => boolean): Promise<LocalService> {
  for await (const service of await client.localService.watch()) if (isWanted(service)) return service;
  throw new Error('the stream ended');
}

it('runs a service on loopback, in its own folder, that syncs fill and that publishes what it has', async () => {
  const { client } = engine;
  const target = join(disk.folder, 'published');
  const { url, location } = await client.localService.start({ publish: [target] });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(location).toBe(join(disk.folder, 'state', 'service'));
  await expect(client.localService.start({})).rejects.toMatchObject({ code: 'CONFLICT' });

  const source = await openReady(client, join(FIXTURES, 'sample'));
  const { syncId } = await client.service.start({ sourceId: source.id, url, once: true });
  for await (const syncs of await client.service.watch()) {
    const sync = syncs.find(({ id }) => id === syncId);
    expect(sync?.error).toBeUndefined();
    if (sync?.state === 'done') {
      expect(sync.total.pushed).toBeGreaterThan(0);
      break;
    }
  }
  const { published } = await until(client, (service) => service.published.length > 0);
  expect(published).toMatchObject([{ location: expect.stringContaining(target) }]);
  expect(published[0]?.error).toBeUndefined();
  expect((await openReady(client, target)).totals?.records).toBeGreaterThan(0);

  await client.localService.stop();
  expect(await until(client, () => true)).toEqual({ state: 'stopped', published: [] });
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  expect(await client.localService.stop()).toEqual({});
});

it('says why it did not start, and starts after that', async () => {
  const { client } = engine;
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => other.once('listening', listening));
  try {
    const { port } = other.address() as AddressInfo;
    await expect(client.localService.start({ port })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await until(client, ({ state }) => state === 'failed')).toMatchObject({ error: { code: 'CONFLICT' } });
  } finally {
    other.close();
  }
  await expect(client.localService.start({ store: 'docker://localhost/layers' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
  const { url } = await client.localService.start({ store: join(disk.folder, 'layers') });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

it('ends with the engine', async () => {
  const { url } = await engine.client.localService.start({});
  await engine[Symbol.asyncDispose]();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  engine = await disk.start();
});

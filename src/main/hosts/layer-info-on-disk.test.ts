import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { pushLayout } from '../adapters/registry/testing/push-layout.ts';
import { FIXTURES } from '../engine/testing/real-caches.ts';
import { hasRedisServer, startRedisServer } from '../testing/redis-server.ts';
import { hasRegistryServer, type RegistryServer, startRegistryServer } from '../testing/registry-server.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createDisk, finished, openReady } from './testing/engine-on-disk.ts';

/** Without the memory in front: these tests count what Redis and SQLite are asked. */
const EACH_LOOK_UP = { hasLayerMemory: false };

test.runIf(hasRedisServer())(
  'a Redis server that is set connects, degrades when it goes, comes back, is kept',
  async () => {
    await using redis = await startRedisServer();
    await using disk = await createDisk();
    {
      await using engine = await disk.start();
      expect(await engine.client.settings.layerInfo()).toMatchObject({ state: 'off', setBy: 'nobody' });
      await engine.client.settings.setLayerInfo({ url: redis.url });
      const state = async () => (await engine.client.settings.layerInfo()).state;
      await vi.waitFor(async () => expect(await state()).toBe('up'));
      await redis.stop();
      await vi.waitFor(async () => expect(await state()).toBe('degraded'));
      await redis.start();
      await vi.waitFor(async () => expect(await state()).toBe('up'), { timeout: 10_000 });
    }
    await using again = await disk.start();
    expect(await again.client.settings.layerInfo()).toMatchObject({ url: redis.url, setBy: 'setting' });
    expect(await again.client.settings.setLayerInfo({ url: '' })).toMatchObject({ state: 'off', setBy: 'nobody' });
  },
);

test('an address that is none is refused and leaves no trace; a password is never shown', async () => {
  await using disk = await createDisk();
  await using engine = await disk.start();
  const refused = engine.client.settings.setLayerInfo({ url: 'http://user:hunter2@host' });
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', hint: expect.any(String) });
  expect(await engine.client.settings.layerInfo()).toMatchObject({ state: 'off' });
  const status = await engine.client.settings.setLayerInfo({ url: 'redis://user:hunter2@127.0.0.1:1/0' });
  expect(status.url).toBe('redis://127.0.0.1:1/0');
  expect(JSON.stringify(status)).not.toContain('hunter2');
});

describe.runIf(hasRedisServer() && hasRegistryServer())('layers of a registry', () => {
  let registry: RegistryServer;
  let cache: string;
  beforeAll(async () => {
    registry = await startRegistryServer();
    cache = `docker://${registry.host}/app:cache`;
    await pushLayout(join(FIXTURES, 'sample'), cache);
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  /** Reads the cache anew, and answers how many of its layers are there. */
  async function presentAnew({ client }: EngineHandle, sourceId: string): Promise<number> {
    const job = await finished(client, await client.sources.reload({ sourceId, force: true }));
    expect([job.state, job.error]).toEqual(['done', undefined]);
    return (await client.layers.page({ sourceId, filter: 'present:yes' })).total;
  }

  test('are the same with Redis, while it is killed, without it and when it is back; both hit rates count', async () => {
    await using redis = await startRedisServer();
    await using disk = await createDisk();
    await using engine = await disk.start('web', { CACHEWRIGHT_REDIS_URL: redis.url }, EACH_LOOK_UP);
    const status = () => engine.client.settings.layerInfo();
    const { id } = await openReady(engine.client, cache);
    expect(await status()).toMatchObject({ state: 'up', redis: { hits: 0 }, local: { hits: 0, misses: 0 } });
    const asked = (await status()).redis.misses;
    expect(asked).toBeGreaterThan(0);
    const all = await presentAnew(engine, id);
    expect(all).toBe(14);
    expect((await status()).redis).toEqual({ hits: asked, misses: asked });

    const [killed] = await Promise.all([presentAnew(engine, id), redis.stop()]);
    expect(killed).toBe(all);
    await vi.waitFor(async () => expect((await status()).state).toBe('degraded'));
    const before = (await status()).local;
    expect(await presentAnew(engine, id)).toBe(all);
    expect((await status()).local).toEqual({ hits: before.hits + asked, misses: before.misses });

    await redis.start();
    await vi.waitFor(async () => expect((await status()).state).toBe('up'), { timeout: 10_000 });
    const back = (await status()).redis;
    expect(await presentAnew(engine, id)).toBe(all);
    expect((await status()).redis).toEqual({ hits: back.hits, misses: back.misses + asked });
  });

  test('are asked of Redis once: then memory has them, and the settings count that', async () => {
    await using redis = await startRedisServer();
    await using disk = await createDisk();
    await using engine = await disk.start('web', { CACHEWRIGHT_REDIS_URL: redis.url });
    const { id } = await openReady(engine.client, cache);
    const first = await engine.client.settings.layerInfo();
    expect(await presentAnew(engine, id)).toBe(14);
    const second = await engine.client.settings.layerInfo();
    expect(second.redis).toEqual(first.redis);
    expect(second.memory.hits - first.memory.hits).toBe(first.redis.misses);
  });

  test('do not wait for a Redis that hangs but once', async () => {
    await using redis = await startRedisServer();
    await using disk = await createDisk();
    await using engine = await disk.start('web', { CACHEWRIGHT_REDIS_URL: redis.url }, EACH_LOOK_UP);
    const { id } = await openReady(engine.client, cache);
    const all = await presentAnew(engine, id);
    redis.pause();
    expect(await presentAnew(engine, id)).toBe(all);
    expect(await engine.client.settings.layerInfo()).toMatchObject({
      state: 'degraded',
      reason: 'The Redis server does not answer (timeout) and is tried again.',
    });
    const { redis: before } = await engine.client.settings.layerInfo();
    expect(await presentAnew(engine, id)).toBe(all);
    expect((await engine.client.settings.layerInfo()).redis).toEqual(before);
    redis.resume();
    await vi.waitFor(async () => expect((await engine.client.settings.layerInfo()).state).toBe('up'));
  });

  test('a command warns once, however often Redis goes, and says nothing where none is named', async () => {
    await using redis = await startRedisServer();
    await using disk = await createDisk();
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      {
        await using engine = await disk.start('cli');
        await openReady(engine.client, cache);
      }
      expect(said.mock.calls).toEqual([]);
      await using engine = await disk.start('cli', { CACHEWRIGHT_REDIS_URL: redis.url });
      const { id } = await openReady(engine.client, cache);
      for (let n = 0; n < 2; n += 1) {
        await redis.stop();
        await presentAnew(engine, id);
        await redis.start();
        const { client } = engine;
        await vi.waitFor(async () => expect((await client.settings.layerInfo()).state).toBe('up'), { timeout: 10_000 });
      }
      expect(said.mock.calls.map(([text]) => String(text))).toEqual([
        expect.stringMatching(/^Warning: The Redis server does not answer \(\w+\) and is tried again\. Layer .*\n$/),
      ]);
    } finally {
      said.mockRestore();
    }
  });

  test('an address in the environment that is none is no reason not to start: it is said, and decides nothing', async () => {
    await using disk = await createDisk();
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      await using command = await disk.start('cli', { CACHEWRIGHT_REDIS_URL: 'http://user:hunter2@host' });
      await openReady(command.client, cache);
      expect(said.mock.calls.map(([text]) => text)).toEqual([
        'Warning: This is not the address of a Redis server. Layer paths and sizes come from this machine.\n',
      ]);
    } finally {
      said.mockRestore();
    }
    await using engine = await disk.start('web', { CACHEWRIGHT_REDIS_URL: 'http://user:hunter2@host' }, EACH_LOOK_UP);
    const { id } = await openReady(engine.client, cache);
    expect(await presentAnew(engine, id)).toBe(14);
    const status = await engine.client.settings.layerInfo();
    expect(status).toMatchObject({ state: 'degraded', setBy: 'environment', url: 'http://host' });
    expect(status.reason).toContain('not the address of a Redis server');
    expect(status.local.hits).toBeGreaterThan(0);
    expect(JSON.stringify(status)).not.toContain('hunter2');
  });
});

test.runIf(hasRedisServer())('the environment wins over the setting, which stays for when it is gone', async () => {
  await using redis = await startRedisServer();
  await using disk = await createDisk();
  const set = 'redis://127.0.0.1:1';
  {
    await using engine = await disk.start();
    await engine.client.settings.setLayerInfo({ url: set });
  }
  {
    await using engine = await disk.start('web', { CACHEWRIGHT_REDIS_URL: redis.url });
    expect(await engine.client.settings.layerInfo()).toMatchObject({ url: redis.url, setBy: 'environment' });
    for (const url of ['', 'redis://127.0.0.1:2']) {
      await expect(engine.client.settings.setLayerInfo({ url })).rejects.toMatchObject({
        code: 'CONFLICT',
        subject: 'CACHEWRIGHT_REDIS_URL',
      });
    }
    const watched = await engine.client.settings.watch();
    for await (const { state } of watched) if (state === 'up') break;
  }
  await using engine = await disk.start();
  expect(await engine.client.settings.layerInfo()).toMatchObject({ url: set, setBy: 'setting' });
});

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDegradingLayerInfoCache } from '../../engine/layer-info/degrading.ts';
import { describeLayerInfoCache } from '../../engine/ports/layer-info-cache.suite.ts';
import type { LayerInfoCache } from '../../engine/ports/layer-info-cache.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../../testing/redis-server.ts';
import { createMemoryLayerInfoCache } from '../memory/layer-info-cache.ts';
import { createRedisLayerInfoCache } from './layer-info-cache.ts';

const A = `sha256:${'a'.repeat(64)}`;

describe.runIf(hasRedisServer())('with a real server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });
  const restart = async () => {
    await server.stop();
    await server.start();
  };

  describeLayerInfoCache('Redis', async () => {
    await restart();
    return createRedisLayerInfoCache({ url: server.url });
  });
  describeLayerInfoCache('Redis in front of memory', async () => {
    await restart();
    return createDegradingLayerInfoCache(createRedisLayerInfoCache({ url: server.url }), createMemoryLayerInfoCache());
  });

  test('what one client writes another reads', async () => {
    await using one = createRedisLayerInfoCache({ url: server.url });
    await using two = createRedisLayerInfoCache({ url: server.url });
    const repo = randomUUID();
    await one.add(repo, A);
    expect(await two.contains(repo, A)).toBe(true);
  });

  test('down: UNAVAILABLE at once; up again: reconnects by itself', async () => {
    const onUp = vi.fn();
    const onDown = vi.fn();
    await using cache = createRedisLayerInfoCache({ url: server.url, onUp, onDown });
    await cache.add('app', A);
    await server.stop();
    await expect(cache.contains('app', A)).rejects.toMatchObject({ code: 'UNAVAILABLE', subject: 'redis' });
    await server.start();
    await vi.waitFor(async () => expect(await cache.contains('app', A)).toBe(false), { timeout: 10_000 });
    expect(onUp).toHaveBeenCalledTimes(2);
    expect(onDown).toHaveBeenCalled();
  });

  test('a server that hangs is waited for once, by whoever asks, and is back when it goes on', async () => {
    const health: string[] = [];
    await using cache = createRedisLayerInfoCache({
      url: server.url,
      onUp: () => health.push('up'),
      onDown: (reason) => health.push(reason),
    });
    await cache.add('app', A);
    server.pause();
    const waited = [cache.contains('app', A), cache.meta(A), cache.add('app', A)];
    for (const call of waited) await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    // No time passes from here on: a call that waited would never end.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      for (let n = 0; n < 100; n += 1) {
        await expect(cache.contains('app', A)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      }
    } finally {
      vi.useRealTimers();
    }
    expect(health).toEqual(['up', 'timeout']);
    server.resume();
    await vi.waitFor(async () => expect(await cache.contains('app', A)).toBe(true), { timeout: 10_000 });
    expect(health).toEqual(['up', 'timeout', 'up']);
  });

  test('degraded: the local one answers, says so once, and what was written meanwhile arrives', async () => {
    const health: string[] = [];
    await using cache: LayerInfoCache = createDegradingLayerInfoCache(
      createRedisLayerInfoCache({ url: server.url }),
      createMemoryLayerInfoCache(),
      (next) => health.push(next),
    );
    await cache.setMeta(A, { path: 'old', length: 1 });
    await server.stop();
    await cache.add('app', A);
    await cache.setMeta(A, { path: 'new', length: 2 });
    expect(await cache.contains('app', A)).toBe(true);
    expect(await cache.meta(A)).toEqual({ path: 'new', length: 2 });
    expect(health).toEqual(['degraded']);
    await server.start();
    await using other = createRedisLayerInfoCache({ url: server.url });
    await vi.waitFor(
      async () => {
        await cache.contains('app', A);
        expect(await other.contains('app', A)).toBe(true);
      },
      { timeout: 10_000 },
    );
    expect(await other.meta(A)).toEqual({ path: 'new', length: 2 });
    expect(health).toEqual(['degraded', 'up']);
  });
});

test('a host that takes connections and says nothing is waited for once', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const onDown = vi.fn();
  await using cache = createRedisLayerInfoCache({ url: `redis://127.0.0.1:${port}`, onDown });
  await expect(cache.contains('app', A)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(onDown).toHaveBeenCalledWith('timeout');
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    await expect(cache.containsMany('app', [A])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  } finally {
    vi.useRealTimers();
  }
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test('an address that is none is INVALID_INPUT and shows no password', () => {
  expect(() => createRedisLayerInfoCache({ url: 'http://user:secret@host' })).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.not.stringContaining('secret') }),
  );
});

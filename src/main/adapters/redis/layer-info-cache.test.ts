import { randomUUID } from 'node:crypto';
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

test('an address that is none is INVALID_INPUT and shows no password', () => {
  expect(() => createRedisLayerInfoCache({ url: 'http://user:secret@host' })).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.not.stringContaining('secret') }),
  );
});

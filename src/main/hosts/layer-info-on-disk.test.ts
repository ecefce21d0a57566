import { expect, test, vi } from 'vitest';
import { hasRedisServer, startRedisServer } from '../testing/redis-server.ts';
import { createDisk } from './testing/engine-on-disk.ts';

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

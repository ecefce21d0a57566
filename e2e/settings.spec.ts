import { hasRedisServer, startRedisServer } from '../src/main/testing/redis-server.ts';
import { expect, expectAccessible, idle, shoot, test } from './harness.ts';

test('a Redis server is named, is up, goes, comes back, and is taken away', async ({ window: page }, info) => {
  test.skip(!hasRedisServer(), 'needs the package redis-server');
  await using redis = await startRedisServer();
  await page.goto(new URL('/settings', page.url()).href);
  const section = page.getByRole('region', { name: 'Shared layer info' });
  await section.getByLabel('Redis address').fill('nonsense');
  await section.getByRole('button', { name: 'Connect' }).click();
  await expect(section.getByText('This is not the address of a Redis server.')).toBeVisible();

  await section.getByLabel('Redis address').fill(redis.url);
  await section.getByLabel('Redis address').press('Enter');
  await expect(section.getByText('up', { exact: true })).toBeVisible();
  await redis.stop();
  await expect(section.getByText('degraded', { exact: true })).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'settings-degraded', info.project.name);

  // Wherever one is the window says so, quietly, and leads here.
  const sign = page.getByRole('contentinfo').getByRole('link', { name: 'Redis is down' });
  await page.goto(new URL('/', page.url()).href);
  await expect(sign).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'redis-is-down', info.project.name);
  await sign.click();
  await expect(section.getByText('degraded', { exact: true })).toBeVisible();
  await redis.start();
  await expect(sign).toHaveCount(0);
  await expect(section.getByText('up', { exact: true })).toBeVisible();
  await section.getByRole('button', { name: 'Use none' }).click();
  await expect(section.getByText('off', { exact: true })).toBeVisible();
});

const named = test.extend({
  // The window is started after this, and reads the environment then.
  host: async ({ host }, use) => {
    process.env.CACHEWRIGHT_REDIS_URL = 'redis://ada:secret@127.0.0.1:1';
    await use(host);
    delete process.env.CACHEWRIGHT_REDIS_URL;
  },
});

named('a server that the environment names is shown and cannot be changed here', async ({ window: page }, info) => {
  await page.goto(new URL('/settings', page.url()).href);
  const section = page.getByRole('region', { name: 'Shared layer info' });
  await expect(section.getByText('redis://127.0.0.1:1', { exact: true })).toBeVisible();
  await expect(section.getByText('CACHEWRIGHT_REDIS_URL is set, and decides.')).toBeVisible();
  await expect(section.getByText('degraded', { exact: true })).toBeVisible();
  await expect(section.getByRole('textbox')).toHaveCount(0);
  await expect(section.getByRole('button')).toHaveCount(0);
  await expect(page.getByText('secret')).toHaveCount(0);
  await page.setViewportSize({ width: 560, height: 700 });
  await expect(page.getByRole('contentinfo').getByRole('link', { name: 'Redis is down' })).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'settings-environment', info.project.name);
});

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

import { hasRedisServer, startRedisServer } from '../src/main/testing/redis-server.ts';
import { expect, test } from './harness.ts';

test('a Redis server is named, is up, goes, and is taken away', async ({ window: page }) => {
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
  for (const theme of ['Light', 'Dark']) {
    await page.getByRole('radio', { name: theme, exact: true }).click();
    await page.screenshot({ path: test.info().outputPath(`settings-${theme.toLowerCase()}.png`) });
  }
  await section.getByRole('button', { name: 'Use none' }).click();
  await expect(section.getByText('off', { exact: true })).toBeVisible();
});

import { join } from 'node:path';
import { expect, expectAccessible, idle, openSource, shoot, test } from './harness.ts';

test('a service is started in the window, the sample is synced to it, and what it published opens @web', async ({
  window: page,
  host,
}, info) => {
  await openSource(page, await host.copyFixture('sample', 'sample'));
  await page.goto(new URL('/service', page.url()).href);
  const card = page.getByRole('region', { name: 'Service on this machine' });
  await expect(card.getByText('stopped', { exact: true })).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'service-stopped', info.project.name);

  const target = join(host.folder, 'published');
  await card.getByRole('textbox', { name: 'Publish to' }).fill(target);
  await page.keyboard.press('Enter');
  await expect(card.getByText('running', { exact: true })).toBeVisible();
  await expect(card.getByText(/^http:\/\/127\.0\.0\.1:\d+$/)).toBeVisible();

  await card.getByRole('button', { name: 'Keep in step with it' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sync a source with a service' });
  await expect(dialog.getByRole('textbox', { name: 'Address of the service' })).toHaveValue(/^http:\/\/127\.0\.0\.1:/);
  await dialog.getByRole('button', { name: 'Start sync' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('row', { name: /in step/ })).toBeVisible();
  await expect(page.getByText(/ [1-9]\d* pushed/).first()).toBeVisible();
  await expect(card.getByRole('list', { name: 'Published' }).getByText('Published to')).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'service-running', info.project.name);

  await page.getByRole('button', { name: 'Stop sync' }).click();
  await expect(page.getByRole('button', { name: 'Remove from list' })).toBeVisible();
  await card.getByRole('button', { name: 'Stop service' }).click();
  await expect(card.getByText('stopped', { exact: true })).toBeVisible();
  await openSource(page, target);
  await expect(page.getByRole('main')).toContainText(/records/i);
});

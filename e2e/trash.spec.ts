import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

const cachewright = (...args: string[]) =>
  JSON.parse(execFileSync(process.execPath, ['bin/cachewright.js', ...args, '--json'], { encoding: 'utf8' }));

async function planAt(page: Page, size: string): Promise<void> {
  await goTo(page, 'Prune');
  await page.getByRole('textbox', { name: 'Max used space' }).fill(size);
  await page.getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ }).waitFor();
  await idle(page);
}

test('the trash is emptied only by someone who types the name of the store', async ({ window: page, host }, info) => {
  const source = await host.copyFixture('sample', 'site');
  const store = join(host.folder, 'store');
  cachewright('import', source, '--to', store);
  await openSource(page, store);
  await planAt(page, '4KiB');
  await page.getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ }).click();
  await page.getByRole('region', { name: 'Apply' }).getByRole('button', { name: 'Undo' }).waitFor();

  await page.getByRole('button', { name: /^Trash/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Trash of store' });
  const deleteForGood = dialog.getByRole('button', { name: 'Delete for good' });
  await expect(deleteForGood).toBeDisabled();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'trash', info.project.name);
  await dialog.getByRole('textbox').fill('stor');
  await expect(deleteForGood).toBeDisabled();
  await dialog.getByRole('textbox').fill('store');
  await deleteForGood.click();
  await expect(dialog.getByText('The trash is empty.')).toBeVisible();
  expect(cachewright('inspect', store).totals).toMatchObject({ missingBlobs: 0, orphanBlobs: 0 });
});

test('a plan of a store that has changed is not applied, and is made again @once', async ({ window: page, host }) => {
  const source = await host.copyFixture('sample', 'site');
  const store = join(host.folder, 'store');
  cachewright('import', source, '--to', store);
  await openSource(page, store);
  await planAt(page, '4KiB');
  // Somebody else imports into the store meanwhile.
  cachewright('import', source, '--to', store, '--as', 'other');
  await page.getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ }).click();
  await expect(page.getByRole('alert')).toContainText('STALE_PLAN');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Plan again on the store as it is now' }).click();
  await page.getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ }).waitFor();
  await page.getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ }).click();
  await page.getByRole('region', { name: 'Apply' }).getByRole('button', { name: 'Undo' }).waitFor();
});

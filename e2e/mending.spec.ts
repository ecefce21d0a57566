import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['bin/cachewright.js', ...args, '--json'], { encoding: 'utf8' });
const cachewright = (...args: string[]) =>
  JSON.parse(execFileSync(process.execPath, ['bin/cachewright.js', ...args, '--json'], { encoding: 'utf8' }));

/** Runs a command of the palette by its title. */
async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').or(page.getByRole('dialog').getByRole('searchbox')).fill(title);
  await page.getByRole('option', { name: title }).first().click();
  await idle(page);
}

/** Exact bytes of a figure, which stand on hover. */
async function exactBytes(page: Page, label: string): Promise<number> {
  const strip = page.getByRole('main').getByRole('region', { name: 'Totals' });
  const figure = strip.locator('div').filter({ hasText: label }).last();
  const tip = await figure.locator('[data-tip]').first().getAttribute('data-tip');
  return Number(tip?.replaceAll(/[^0-9]/g, ''));
}

/** Turns one bit; size and name stay. */
function flip(path: string): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, 10);
  byte[0] = (byte[0] ?? 0) ^ 1;
  writeSync(file, byte, 0, 1, 10);
  closeSync(file);
}

// The desktop has shown the sample before, whose blobs these are, and offers it too: places are counted over the web host.
test('a store is made, filled, damaged, mended from where it came, pruned and brought back @web', async ({
  window: page,
  host,
}, info) => {
  // The whole journey, with the command line asked beside the window at every stop.
  test.slow();
  const source = await host.copyFixture('sample', 'site');
  const store = join(host.folder, 'store');

  await command(page, 'Create a store');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Folder' }).fill(store);
  await page.getByRole('button', { name: 'Create store' }).click();
  await page.waitForURL(/\/overview/);
  await idle(page);

  await openSource(page, source);
  await goTo(page, 'Transfer');
  await page.getByRole('button', { name: /^Copy \d+ blobs$/ }).click();
  await page.getByRole('button', { name: 'Open the target' }).click();
  await page.waitForURL(/\/overview/);
  await idle(page);

  const { totals } = cachewright('inspect', store);
  expect(await exactBytes(page, 'Total, each alone')).toBe(totals.totalBytes);
  expect(await exactBytes(page, 'Deduplicated')).toBe(totals.deduplicatedBytes);
  await goTo(page, 'Layers');
  await expect(page.getByRole('region', { name: 'Totals' })).toContainText('deduplicated');
  await goTo(page, 'Overview');

  await command(page, 'Verify every blob');
  await expect(page.getByRole('region', { name: 'Damage' })).toHaveCount(0);
  expect(cachewright('verify', store)).toMatchObject({ missing: [], corrupt: [] });

  const { rows } = cachewright('layers', store, '--sort', 'size:desc', '--limit', '1');
  const digest: string = rows?.[0]?.digest ?? cachewright('layers', store, '--sort', 'size:desc')[0].digest;
  const path = join(store, 'blobs', ...digest.split(':'));
  const bytes = readFileSync(path);
  flip(path);
  expect(statSync(path).size).toBe(bytes.length);

  await command(page, 'Verify every blob');
  const damage = page.getByRole('region', { name: 'Damage' });
  await expect(damage).toContainText('1 damaged');
  await expect(damage.getByRole('row')).toHaveCount(2);
  await expect(damage.getByRole('row').last()).toContainText('other bytes');
  await expect(damage.getByRole('row').last()).toContainText('site');
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'damage', info.project.name);
  expect(run('verify', store).status).toBe(1);

  await goTo(page, 'Layers');
  await page.getByRole('button', { name: '1 damaged' }).click();
  await expect(page.getByRole('grid').getByText('damaged')).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'layers-damaged', info.project.name);
  await goTo(page, 'Overview');

  await damage.getByRole('button', { name: 'Re-import 1 from site' }).click();
  await expect(damage).toContainText('In quarantine');
  await expect(damage.getByRole('table')).toHaveCount(0);
  await damage.getByText('In quarantine').click();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'damage-mended', info.project.name);
  expect(readFileSync(path)).toEqual(bytes);
  expect(cachewright('verify', store)).toMatchObject({ missing: [], corrupt: [] });

  const index = readFileSync(join(store, 'index.json'), 'utf8');
  await goTo(page, 'Prune');
  await page.getByRole('textbox', { name: 'Max used space' }).fill(`${Math.floor(totals.deduplicatedBytes / 2)}B`);
  await page.getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ }).click();
  await page.getByRole('region', { name: 'Apply' }).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => readFileSync(join(store, 'index.json'), 'utf8')).toBe(index);
  expect(cachewright('verify', store)).toMatchObject({ missing: [], corrupt: [] });
});

test('a damaged blob is put into quarantine, shows as missing, and is deleted with the trash @web', async ({
  window: page,
  host,
}, info) => {
  const source = await host.copyFixture('sample', 'site');
  const store = join(host.folder, 'store');
  cachewright('import', source, '--to', store);
  const [first] = readdirSync(join(store, 'blobs/sha256')).filter(
    (name) => !/^\s*\{/.test(readFileSync(join(store, 'blobs/sha256', name), 'utf8')),
  );
  flip(join(store, 'blobs/sha256', first ?? ''));
  await openSource(page, store);
  await command(page, 'Verify every blob');
  const damage = page.getByRole('region', { name: 'Damage' });
  await expect(damage.getByRole('row').last()).toContainText('nowhere known');
  await damage.getByRole('button', { name: 'Quarantine 1' }).click();
  await expect(damage).toContainText('1 missing');
  await expect(damage).toContainText('In quarantine');
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'quarantine', info.project.name);
  expect(run('verify', store).status).toBe(1);

  await goTo(page, 'Prune');
  await page.getByRole('button', { name: /^Trash/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Trash of store' });
  await expect(dialog).toContainText('1 damaged blob in quarantine');
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'trash-quarantine', info.project.name);
  await dialog.getByRole('textbox').fill('store');
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await expect(dialog.getByText('The trash is empty.')).toBeVisible();
  expect(cachewright('empty-trash', store)).toMatchObject({ blobs: 0 });
});

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

const cachewright = (...args: string[]) =>
  execFileSync(process.execPath, ['bin/cachewright.js', ...args, '--json'], { encoding: 'utf8' });

test('a cache is imported into a store, pruned, brought back whole, and exported @themes', async ({
  window: page,
  host,
}, info) => {
  const source = await host.copyFixture('sample', 'site');
  const store = join(host.folder, 'store');
  const before = JSON.parse(cachewright('import', source, '--to', store));
  expect(before.blobsCopied).toBe(14);
  const index = readFileSync(join(store, 'index.json'), 'utf8');

  await openSource(page, store);
  await goTo(page, 'Prune');
  await page.getByLabel('Max used space').first().fill('4KiB');
  await page.getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ }).waitFor();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'prune-plan', info.project.name);
  // A plan touches nothing.
  expect(readFileSync(join(store, 'index.json'), 'utf8')).toBe(index);

  await page.getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ }).click();
  await page.getByRole('region', { name: 'Apply' }).getByRole('button', { name: 'Undo' }).waitFor();
  await idle(page);
  expect(readFileSync(join(store, 'index.json'), 'utf8')).not.toBe(index);
  const pruned = JSON.parse(cachewright('inspect', store));
  expect(pruned.totals.deduplicatedBytes).toBeLessThanOrEqual(4096);
  expect(pruned.totals.missingBlobs).toBe(0);
  await expectAccessible(page);
  await shoot(page, 'prune-done', info.project.name);

  await page.getByRole('region', { name: 'Apply' }).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => readFileSync(join(store, 'index.json'), 'utf8')).toBe(index);
  expect(JSON.parse(cachewright('verify', store))).toMatchObject({ missing: [], corrupt: [] });

  await goTo(page, 'Transfer');
  await page
    .getByRole('radio', { name: 'Folder' })
    .or(page.getByRole('button', { name: 'Folder', exact: true }))
    .first()
    .click();
  await page.getByRole('region', { name: 'To' }).getByRole('textbox').first().fill(join(host.folder, 'out'));
  await idle(page);
  await page.getByRole('button', { name: /^Copy \d+ blobs$/ }).click();
  await expect(page.getByText(/sha256:|type=local/).first()).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'transfer-done', info.project.name);
  // The same cache: the same manifest, byte for byte.
  const digest = (folder: string) => JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).manifests[0].digest;
  expect(digest(join(host.folder, 'out'))).toBe(digest(source));
  expect(readdirSync(join(host.folder, 'out/blobs/sha256')).sort()).toEqual(
    readdirSync(join(source, 'blobs/sha256')).sort(),
  );
});

test('a cache that is no store is planned for, and offered an import instead of an apply @once', async ({
  window: page,
  host,
}) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Prune');
  await page.getByLabel('Max used space').first().fill('4KiB');
  await expect(page.getByRole('button', { name: /import/i }).first()).toBeVisible();
  await expect(page.getByRole('button', { name: /to trash$/ })).toHaveCount(0);
  await expectAccessible(page);
});

test('an empty store says so in every view, and takes in what is open', async ({ window: page, host }, info) => {
  const store = join(host.folder, 'store');
  await openSource(page, await host.copyFixture('sample', 'site'));
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').or(page.getByRole('searchbox')).fill('Create a store');
  await page.getByRole('option', { name: 'Create a store' }).first().click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Folder' }).fill(store);
  await page.keyboard.press('Enter');
  const empty = page.getByRole('heading', { name: 'This store is empty' });
  await expect(empty).toBeVisible();
  for (const view of ['Keys', 'Graph', 'Layers', 'Transfer', 'Overview']) {
    await goTo(page, view);
    await expect(empty).toBeVisible();
  }
  await goTo(page, 'Prune');
  await expect(page.getByRole('heading', { name: 'There is nothing to prune' })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'empty-store-prune', info.project.name);
  await goTo(page, 'Overview');
  await shoot(page, 'empty-store', info.project.name);
  await page.getByRole('button', { name: 'Import site' }).click();
  await expect(page.getByRole('button', { name: 'Copy 14 blobs' })).toBeVisible();
  await expect(page.getByRole('contentinfo')).toContainText(`--to ${store}`);
});

test('in a narrow window the inspector goes aside when another view comes @once', async ({ window: page, host }) => {
  await page.setViewportSize({ width: 1024, height: 800 });
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Keys');
  await page.getByRole('grid').getByRole('row').nth(3).click();
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector).toBeVisible();
  await inspector.getByRole('button', { name: 'Export…' }).click();
  await expect(page.getByRole('region', { name: 'To', exact: true })).toBeVisible();
  await expect(inspector).toBeHidden();
});

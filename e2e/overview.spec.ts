import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, expectAccessible, idle, openSource, shoot, test } from './harness.ts';

test('the treemap is walked by size, inspected and zoomed with the keyboard @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  const tiles = page.getByRole('listbox', { name: /Size by step/ }).getByRole('option');
  await expect(tiles).toHaveCount(14);
  await tiles.first().focus();
  await page.keyboard.press('Space');
  await idle(page);
  expect(page.url()).toContain('record=');
  await expect(tiles.first()).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('complementary', { name: 'Inspector' }).getByRole('tab').first()).toHaveText('Record');

  await page.keyboard.press('ArrowRight');
  await expect(tiles.nth(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await idle(page);
  expect(page.url()).toContain('zoom=stage');
  expect(await tiles.count()).toBeLessThan(14);
  await expect(page.getByRole('listbox').locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await idle(page);
  await expect(tiles).toHaveCount(14);
});

test('tiles regroup by kind and age, and the address keeps it', async ({ window: page, host }, info) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await page.getByRole('radio', { name: 'Kind' }).click();
  await idle(page);
  expect(page.url()).toContain('group=kind');
  await page.reload();
  await idle(page);
  await expect(page.getByRole('listbox', { name: /Size by kind, 14 tiles/ })).toBeVisible();
  await shoot(page, 'overview-kind', info.project.name);
});

test('a bin of the age chart leads to exactly its records @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  const bins = page.getByRole('group', { name: 'Bytes by creation time' }).getByRole('link');
  let records = 0;
  for (let at = 0; at < (await bins.count()); at += 1) {
    const said = /(\d+) records?/.exec((await bins.nth(at).getAttribute('aria-label')) ?? '');
    const count = Number(said?.[1]);
    records += count;
    if (at !== 1) continue;
    await bins.nth(at).click();
    await idle(page);
    expect(page.url()).toContain('filter=created:');
    await expect(page.getByText(`${count} of 24`)).toBeVisible();
    await page.goBack();
    await idle(page);
  }
  expect(records).toBe(14);
});

test('a source with a missing blob says so, names it, and the rest works', async ({ window: page, host }, info) => {
  const folder = await host.copyFixture('sample', 'broken');
  const blobs = join(folder, 'blobs/sha256');
  const sizes = await Promise.all(
    (await readdir(blobs)).map(async (name) => ({ name, size: (await stat(join(blobs, name))).size })),
  );
  // The layers of this fixture are its only blobs below a KiB.
  const gone = sizes.filter(({ size }) => size < 1000).sort((a, b) => b.size - a.size)[0]?.name ?? '';
  await rm(join(blobs, gone));
  await openSource(page, folder);
  const problems = page.getByRole('region', { name: 'Problems' });
  await expect(problems.first()).toContainText('1 problem in this source.');
  await page.getByRole('button', { name: 'Show 1' }).click();
  await expect(problems.first()).toContainText(`sha256:${gone}`);
  await expect(page.getByText('1 blob missing')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'problems', info.project.name);
});

test('largest records are walked with j and k and lead to the inspector @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  const rows = page.getByRole('region', { name: 'Largest records' }).getByRole('row').getByRole('button');
  await rows.first().focus();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await idle(page);
  expect(page.url()).toContain('record=');
  await expect(rows.nth(1)).toHaveAttribute('aria-current', 'true');
});

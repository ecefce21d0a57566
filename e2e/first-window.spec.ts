import { expect, expectAccessible, goTo, idle, openDialog, openSource, shoot, test } from './harness.ts';

test('the first window offers the sample, and the sample opens on its overview @desktop', async ({
  window: page,
}, info) => {
  await expect(page.getByRole('heading', { name: 'Open a build cache' })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'welcome', info.project.name);
  await page.getByRole('button', { name: 'Try the sample cache' }).click();
  await idle(page);
  await expect(page).toHaveURL(/\/sources\/[0-9a-f]{12}\/overview/);
  await expect(page.getByText('14 chains added up')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'overview', info.project.name);
});

test('every view of a real cache is reached by keyboard, has no grave finding, and looks as it should @themes', async ({
  window: page,
  host,
}, info) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  for (const [key, view] of [
    ['o', 'Overview'],
    ['k', 'Keys'],
    ['g', 'Graph'],
    ['l', 'Layers'],
    ['p', 'Prune'],
    ['t', 'Transfer'],
  ] as const) {
    // `g g` is the graph of the current record; without one the tab leads there.
    if (key === 'g') await goTo(page, 'Graph');
    else {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
    }
    await idle(page);
    await expect(page, view).toHaveURL(new RegExp(`/sources/[0-9a-f]{12}/${view.toLowerCase()}`));
    await expectAccessible(page);
    await shoot(page, view.toLowerCase(), info.project.name);
  }
  await page.setViewportSize({ width: 1920, height: 1080 });
  for (const view of ['Overview', 'Keys', 'Layers', 'Prune']) {
    await goTo(page, view);
    await shoot(page, view.toLowerCase(), info.project.name);
  }
});

test('what is no cache says what was looked for, and what cannot be read keeps its place in the list @once', async ({
  window: page,
  host,
}) => {
  const dialog = await openDialog(page);
  await dialog.getByRole('textbox', { name: 'Path of a cache' }).fill(host.folder);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('An OCI layout was looked for');
  await expectAccessible(page);
});

test('back, forward, reload and a copied link lead to the same screen @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Keys');
  await page.getByRole('searchbox').or(page.getByRole('combobox')).first().fill('size:>1KiB');
  await page.keyboard.press('Enter');
  await idle(page);
  const address = page.url();
  expect(address).toContain('filter=');
  await goTo(page, 'Layers');
  await page.goBack();
  await idle(page);
  expect(page.url()).toBe(address);
  await page.reload();
  await idle(page);
  expect(page.url()).toBe(address);
  await expect(page.getByText(/^\d+ of 24$/)).toBeVisible();
});

test('the palette finds a step by its digest @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await page.keyboard.press('Control+k');
  await page
    .getByRole('dialog')
    .getByRole('combobox')
    .or(page.getByRole('dialog').getByRole('searchbox'))
    .first()
    .fill('600195de');
  await idle(page);
  await page.getByRole('option').first().waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await idle(page);
  expect(page.url()).toContain('record=');
});

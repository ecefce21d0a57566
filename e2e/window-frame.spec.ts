import { expect, expectAccessible, idle, openSource, shoot, test } from './harness.ts';

test('the keyboard sheet, the settings and the jobs are reached by keyboard and have no grave finding @themes', async ({
  window: page,
  host,
}, info) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'keyboard-sheet', info.project.name);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Settings' }).click();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'settings', info.project.name);
  await page.keyboard.press('g');
  await page.keyboard.press('j');
  await idle(page);
  expect(page.url()).toMatch(/\/jobs$/);
  await expect(page.getByRole('listitem').filter({ hasText: 'Open' }).first()).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'jobs', info.project.name);
});

test('a verify shows in the drawer, and its details in the inspector @themes', async ({ window: page, host }, info) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('verify');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Jobs:/ }).click();
  const drawer = page.getByRole('region', { name: 'Jobs drawer' });
  await expect(drawer).toContainText('16 blobs');
  await expect(drawer).toContainText('all good');
  await drawer.getByRole('button', { name: /^Details of Verify/ }).click();
  await idle(page);
  expect(page.url()).toContain('job=');
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector).toContainText('all good');
  await inspector.getByRole('tab', { name: 'Log' }).click();
  await idle(page);
  await expect(inspector.getByRole('listitem').first()).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'jobs-drawer', info.project.name);
  await page.keyboard.press('Escape');
  await idle(page);
  expect(page.url()).not.toContain('job=');
});

test('single letters can be switched off, and the choice is kept @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  const overview = page.url();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('Shortcuts of single letters').click();
  await page.goto(overview);
  await idle(page);
  await page.keyboard.press('g');
  await page.keyboard.press('k');
  await page.keyboard.press('?');
  await idle(page);
  expect(page.url()).toBe(overview);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Search' })).toBeVisible();
});

test('the theme follows the system, and a choice stays after a reload @themes', async ({ window: page }, info) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const system = await ground();
  const other = info.project.name === 'dark' ? 'Light' : 'Dark';
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: other }).click();
  const chosen = await ground();
  expect(chosen).not.toBe(system);
  await page.reload();
  await idle(page);
  expect(await ground()).toBe(chosen);
});

test('a source that was closed comes back with undo @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  const link = page.getByRole('navigation', { name: 'Sources' }).getByRole('link', { name: /^site/ });
  await link.focus();
  await page.keyboard.press('Delete');
  await expect(link).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Open a build cache' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(link).toBeVisible();
  await idle(page);
  expect(page.url()).toContain('/overview');
});

for (const width of [1150, 1050, 800, 320]) {
  test(`at ${width} px nothing is cut off sideways and every pane can be reached`, async ({
    window: page,
    host,
  }, info) => {
    await openSource(page, await host.copyFixture('sample', 'site'));
    await page.setViewportSize({ width, height: 720 });
    await idle(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const view = page.locator('#view');
    expect(await view.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    await expectAccessible(page);
    await shoot(page, 'overview', info.project.name);
    if (width < 1024) {
      await page.getByRole('button', { name: 'Overview' }).click();
      await page.getByRole('menuitem', { name: 'Keys' }).click();
      await idle(page);
      expect(page.url()).toContain('/keys');
      await page.getByRole('button', { name: 'Sources pane' }).click();
      await expect(page.getByRole('complementary', { name: 'All sources' }).locator(':focus')).toHaveCount(1);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('complementary', { name: 'All sources' })).toHaveCount(0);
    }
    if (width < 1100) {
      await expect(page.getByRole('complementary', { name: 'Inspector' })).toHaveCount(0);
      await page.keyboard.press('i');
      await expect(page.getByRole('complementary', { name: 'Inspector' })).toBeVisible();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('complementary', { name: 'Inspector' })).toHaveCount(0);
    }
  });
}

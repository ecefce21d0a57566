import type { Page } from '@playwright/test';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

/** Where the focus is: a row by its number from 0, a header by its title, else its accessible name. */
const focus = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const row = element?.getAttribute('aria-rowindex');
    if (row) return `row ${Number(row) - 2}`;
    if (element?.getAttribute('role') === 'columnheader') return `header ${element.getAttribute('aria-label')}`;
    return element?.getAttribute('aria-label') ?? '';
  });

const titles = (page: Page) =>
  page.getByRole('columnheader').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));

test('the keys are walked, inspected, sorted and copied without a pointer', async ({ window: page, host }, info) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Keys');
  await page.keyboard.press('/');
  expect(await focus(page)).toBe('Filter keys');
  await page.keyboard.press('ArrowDown');
  expect(await focus(page)).toBe('row 0');
  // One tab stop: the next one lies behind the table.
  await page.keyboard.press('Tab');
  expect(await focus(page)).not.toMatch(/^row|^header/);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  expect(await focus(page)).toBe('row 1');

  await page.keyboard.press('y');
  // The page of the desktop may write to the clipboard, and not read it.
  const copied =
    info.project.name === 'electron' ? undefined : await page.evaluate(() => navigator.clipboard.readText());
  if (copied !== undefined) expect(copied).toMatch(/^sha256:[0-9a-f]{64}$/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/record=sha256:[0-9a-f]{64}/);
  const digest = new URL(page.url()).searchParams.get('record') ?? '';
  if (copied !== undefined) expect(digest).toBe(copied);
  // The inspector follows the keys, and stays on its tab.
  await page.getByRole('tab', { name: 'JSON' }).click();
  await page.getByRole('row').nth(2).focus();
  await page.keyboard.press('End');
  await expect(page).not.toHaveURL(new RegExp(`record=${digest}`));
  expect(page.url()).toContain('panel=record-json');
  expect(await focus(page)).toBe('row 23');

  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  expect(await focus(page)).toBe('header Digest');
  await page.keyboard.press('Enter');
  await idle(page);
  expect(page.url()).toContain('sort=digest');
  await expect(page.getByRole('columnheader', { name: 'Digest' })).toHaveAttribute('aria-sort', 'ascending');
  await page.keyboard.press('s');
  await expect(page.getByRole('columnheader', { name: 'Digest' })).toHaveAttribute('aria-sort', 'descending');
  expect(await focus(page)).toBe('header Digest');
  await expectAccessible(page);
  await shoot(page, 'keys-inspected', info.project.name);
});

test('columns are moved, widened and turned off, and stay so @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await page.setViewportSize({ width: 1920, height: 1080 });
  await goTo(page, 'Keys');
  const before = await titles(page);
  await page.getByRole('columnheader', { name: 'Users' }).focus();
  const width = async () => (await page.getByRole('columnheader', { name: 'Users' }).boundingBox())?.width ?? 0;
  const own = await width();
  await page.keyboard.press('Alt+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  expect(await focus(page)).toBe('header Users');
  const moved = await titles(page);
  expect(moved.indexOf('Users')).toBe(before.indexOf('Users') + 1);
  expect(await width()).toBe(own + 8);

  await page.getByRole('button', { name: /^Columns/ }).click();
  await expectAccessible(page);
  await page.getByRole('dialog').getByText('Layers', { exact: true }).click();
  await expect(page.getByRole('checkbox', { name: 'Layers' })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Last used' })).toBeDisabled();
  await expect(page.getByText('An OCI layout does not record it.').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await page.reload();
  await idle(page);
  const kept = await titles(page);
  expect(kept).toContain('Layers');
  expect(kept.indexOf('Users')).toBe(moved.indexOf('Users'));
  expect(await width()).toBe(own + 8);
});

test('a filter is chips and text, offers what may stand there, and says where it is wrong', async ({
  window: page,
  host,
}, info) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Keys');
  const field = page.getByRole('combobox', { name: 'Filter keys' });
  await page.keyboard.press('/');
  await page.keyboard.type('ki');
  await expect(page.getByRole('option').first()).toContainText('kind:');
  await page.keyboard.press('Tab');
  await page.keyboard.type('co');
  await expect(page.getByRole('option', { name: /copy/ })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'filter-offers', info.project.name);
  await page.keyboard.press('Tab');
  await expect(page).toHaveURL(/filter=kind:copy/);
  await expect(page.getByRole('button', { name: 'Remove kind:copy' })).toBeVisible();

  await page.keyboard.type('size:>1x');
  await expect(page.getByRole('alert')).toContainText('is not a value of “size”');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  for (let i = 0; i < 'size:>1x'.length; i += 1) await page.keyboard.press('Backspace');
  await expect(page.getByRole('alert')).toHaveCount(0);

  await page.getByRole('button', { name: 'Edit as text' }).click();
  await expect(field).toHaveValue('kind:copy');
  await page.getByRole('button', { name: 'Show as chips' }).click();
  // Backspace makes the last chip text again.
  await page.keyboard.press('Backspace');
  await expect(field).toHaveValue('kind:copy');
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect(page).not.toHaveURL(/filter=/);
  await page.keyboard.type('name:nothing-is-called-so');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  await expectAccessible(page);
});

test('what is selected is summed up and stays through a sort, and stages fold', async ({
  window: page,
  host,
}, info) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Keys');
  const totals = page.getByRole('region', { name: 'Totals' });
  await page.getByRole('row').nth(1).focus();
  await page.keyboard.press(' ');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(totals).toContainText('3 selected');
  await page.getByRole('columnheader', { name: 'Created' }).click();
  await idle(page);
  await expect(totals).toContainText('3 selected');
  await shoot(page, 'keys-selected', info.project.name);

  await page
    .getByRole('radio', { name: 'By step' })
    .or(page.getByRole('button', { name: 'By step' }))
    .click();
  await idle(page);
  const stages = page.locator('[role=row][aria-expanded]');
  await expect(stages.first()).toContainText('check');
  const steps = page.getByRole('row').filter({ hasText: 'check 1/1' });
  await expect(steps).toHaveCount(3);
  await stages.first().focus();
  await page.keyboard.press('h');
  await expect(stages.first()).toHaveAttribute('aria-expanded', 'false');
  await expect(steps).toHaveCount(0);
  await expectAccessible(page);
  await shoot(page, 'keys-by-step', info.project.name);
  await page.keyboard.press('Escape');
  await expect(totals).not.toContainText('selected');
});

test('a layer shows who uses it and the files in it', async ({ window: page, host }, info) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Layers');
  await page.getByRole('row').nth(1).click();
  await expect(page.getByRole('region', { name: 'Used by' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Files' }).click();
  await idle(page);
  const files = page.getByRole('grid', { name: 'Files' });
  await expect(files.getByRole('row').nth(1)).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'layer-files', info.project.name);
  await page.getByRole('textbox', { name: 'Filter files' }).fill('no-such-path');
  await expect(page.getByText('No path of this layer holds')).toBeVisible();
});

import type { Page } from '@playwright/test';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

const canvas = (page: Page) => page.getByRole('application', { name: /^Links around / });
/** What a screen reader is told of the card or fold with the ring. */
const said = (page: Page) => page.getByRole('status').filter({ hasText: /\./ });
const drawn = async (page: Page) => {
  const text = await page.getByText(/^\d+ of 24( records)?$/).textContent();
  return Number(text?.split(' ')[0]);
};

async function openGraph(page: Page, path: string): Promise<void> {
  await openSource(page, path);
  await goTo(page, 'Graph');
  await page.getByRole('heading', { name: /^Ends of the builds/ }).waitFor();
  await page.getByRole('link').filter({ hasText: 'input' }).first().click();
  await canvas(page).waitFor();
  await idle(page);
}

test('a graph is entered at the end of a build, walked by keys, and its address comes back @themes', async ({
  window: page,
  host,
}, info) => {
  await openGraph(page, await host.copyFixture('sample', 'site'));
  const first = page.url();
  await canvas(page).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  await expect(said(page)).toContainText('the focus');
  await page.keyboard.press('h');
  await expect(said(page)).toContainText(/, input \d/);
  await page.keyboard.press('l');
  await expect(said(page)).toContainText('the focus');

  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/[?&]record=/);
  await page.keyboard.press('w');
  await expect(page.getByRole('tab', { name: 'Why kept' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByText(/^Kept because/)).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'graph-why', info.project.name);

  await canvas(page).focus();
  await page.keyboard.press('c');
  await expect
    .poll(() => new URL(page.url()).searchParams.get('from'))
    .not.toBe(new URL(first).searchParams.get('from'));
  const second = page.url();
  await page.reload();
  await canvas(page).waitFor();
  expect(page.url()).toBe(second);
});

test('a fold opens in place, and the text twin shows the same with the same actions @desktop', async ({
  window: page,
  host,
}, info) => {
  await openGraph(page, await host.copyFixture('sample', 'site'));
  await page.getByRole('radio', { name: '1', exact: true }).click();
  await idle(page);
  const before = await drawn(page);

  await page.getByRole('button', { name: 'Text', exact: true }).click();
  const tree = page.getByRole('tree');
  await expect(tree.getByRole('treeitem').first()).toHaveAttribute('aria-expanded', 'true');
  const fold = tree.getByRole('treeitem').filter({ hasText: /^\+\d/ }).first();
  await expectAccessible(page);
  await shoot(page, 'graph-text', info.project.name);
  await fold.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => drawn(page)).toBeGreaterThan(before);
  const open = await drawn(page);

  await page.getByRole('button', { name: 'Drawing', exact: true }).click();
  await canvas(page).waitFor();
  expect(await drawn(page)).toBe(open);
  await page.getByRole('radio', { name: 'all', exact: true }).click();
  await idle(page);
  await expect.poll(() => drawn(page)).toBeGreaterThanOrEqual(open);
  await shoot(page, 'graph-all', info.project.name);
});

test('an unknown focus says so and offers another one @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await page.goto(page.url().replace(/\/[^/]*$/, '/graph?from=sha256:00'));
  await expect(page.getByRole('alert')).toContainText('NOT_FOUND');
  await page.getByRole('button', { name: 'Choose another record', exact: true }).click();
  await expect(page.getByRole('heading', { name: /^Ends of the builds/ })).toBeVisible();
});

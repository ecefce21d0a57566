import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

/** The long round opens a million records, the small one what a test machine makes in seconds. */
const RECORDS = process.env.CACHEWRIGHT_LONG ? 1_000_000 : 40_000;

test('a large cache opens, scrolls to its last row, and answers a sort and a filter meanwhile @once', async ({
  window: page,
  host,
}, info) => {
  test.setTimeout(15 * 60_000);
  const large = join(host.folder, 'large');
  const options = ['--records', String(RECORDS), '--seed', '7', '--blobs', 'none', '--out', large];
  execFileSync(process.execPath, ['scripts/generate-cache.ts', ...options]);

  await openSource(page, large);
  await page.getByText(/chains added up/).waitFor({ timeout: 10 * 60_000 });
  await idle(page);
  await shoot(page, 'large-overview', info.project.name);

  await goTo(page, 'Keys');
  const grid = page.getByRole('grid').first();
  await expect(grid).toHaveAttribute('aria-rowcount', String(RECORDS + 1));
  await grid.getByRole('row').nth(1).click();
  await page.keyboard.press('End');
  await idle(page);
  await expect(grid.locator(`[aria-rowindex="${RECORDS + 1}"]`)).toBeVisible();
  await shoot(page, 'large-keys-end', info.project.name);

  // A sort, and a filter before it is answered: the last word counts.
  await grid.getByRole('columnheader', { name: /created/i }).click();
  await page.keyboard.press('/');
  await page.keyboard.type('size:>100MiB');
  await page.keyboard.press('Enter');
  await idle(page);
  await expect(page).toHaveURL(/filter=/);
  const total = String(RECORDS).replace(/\B(?=(\d{3})+$)/g, '\\s?');
  const count =
    (await page
      .getByText(new RegExp(`^[\\d\\s]+ of ${total}$`))
      .first()
      .textContent()) ?? '';
  const [matching = '', all = ''] = count.split(' of ').map((part) => part.replace(/\D/g, ''));
  expect(Number(matching)).toBeGreaterThan(0);
  expect(Number(matching)).toBeLessThan(Number(all));
  await expectAccessible(page);

  await goTo(page, 'Overview');
  await shoot(page, 'large-overview', info.project.name);
});

test('opening can be cancelled, and leaves nothing in the list @once', async ({ window: page, host }) => {
  test.setTimeout(5 * 60_000);
  const large = join(host.folder, 'large');
  const options = ['--records', '200000', '--seed', '8', '--blobs', 'none', '--out', large];
  execFileSync(process.execPath, ['scripts/generate-cache.ts', ...options]);
  await page.keyboard.press('Control+o');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Path of a cache' }).fill(large);
  await page.keyboard.press('Enter');
  await page
    .getByRole('button', { name: /cancel/i })
    .first()
    .click();
  await expect(page.getByRole('navigation', { name: 'Sources' }).getByText('large')).toHaveCount(0);
});

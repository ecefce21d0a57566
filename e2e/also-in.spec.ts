import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

test('the inspector of a layer says where else it is, and leads there for as long as it is there @web', async ({
  window: page,
  host,
}, info) => {
  const sample = await host.copyFixture('sample', 'site');
  const copy = await host.copyFixture('sample', 'copy of the site');
  const store = join(host.folder, 'store');
  await openSource(page, copy);
  await openSource(page, sample);
  await goTo(page, 'Transfer');
  const to = page.getByRole('region', { name: 'To', exact: true });
  await to.getByRole('textbox', { name: 'Folder of the new store' }).fill(store);
  await page.getByRole('button', { name: /^Copy \d+ blobs/ }).click();
  await page.getByRole('button', { name: 'Open the target' }).waitFor();

  await goTo(page, 'Layers');
  await page.getByRole('grid').getByRole('row').nth(1).click();
  await idle(page);
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  const places = inspector.getByRole('region', { name: 'Also in' }).getByRole('listitem');
  await expect(places).toHaveCount(2);
  // Sources of the list come before what was only seen.
  await expect(places.first()).toContainText(copy);
  await expect(places.last()).toContainText(`store://${store}`);
  await expect(inspector.getByRole('button', { name: `Copy store://${store}` })).toBeVisible();
  await places.last().scrollIntoViewIfNeeded();
  await expectAccessible(page);
  await shoot(page, 'also-in', info.project.name);
  const layers = page.url();

  // A place that is not in the list is opened.
  await inspector.getByRole('button', { name: `Open store://${store}` }).click();
  await page.waitForURL(/\/overview/);
  await idle(page);
  await expect(page.getByRole('contentinfo')).toContainText('Can be pruned');
  await expect(page.getByRole('navigation', { name: 'Address' })).toContainText('store');

  // One that is gone says so, and is not offered again.
  const here = page.getByRole('complementary', { name: 'Sources' });
  await here.getByRole('link', { name: /copy of the site/ }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Take from the list' }).click();
  await rename(copy, join(host.folder, 'elsewhere'));
  await page.goto(layers);
  await idle(page);
  await inspector.getByRole('button', { name: `Open ${copy}` }).click();
  await expect(page.getByRole('alert')).toContainText(`${copy} was not opened`);
  await expect(places).toHaveCount(1);
});

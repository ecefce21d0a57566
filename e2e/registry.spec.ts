import { fileURLToPath } from 'node:url';
import { pushLayout } from '../src/main/adapters/registry/testing/push-layout.ts';
import { hasRegistryServer, startRegistryServer } from '../src/main/testing/registry-server.ts';
import { expect, expectAccessible, goTo, idle, openDialog, openSource, shoot, test } from './harness.ts';

const sample = fileURLToPath(new URL('../fixtures/sample', import.meta.url));

test.describe('a cache in a registry', () => {
  test.skip(!hasRegistryServer(), 'the package docker-registry is not installed');

  test('opens by its reference, and every view of it is that of the folder', async ({ window: page }, info) => {
    await using server = await startRegistryServer();
    const reference = `docker://${server.host}/team/site:cache`;
    await pushLayout(sample, reference);
    const dialog = await openDialog(page);
    await expect(dialog.getByRole('textbox', { name: 'Path of a cache, or a reference' })).toBeFocused();
    await expectAccessible(page);
    await shoot(page, 'open-dialog', info.project.name);
    // Escape closes it from the field too.
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();

    await openSource(page, reference);
    await expect(page.getByText('14 chains added up')).toBeVisible();
    await expect(page.getByRole('main')).toContainText('site:cache');
    await expect(page.getByText('registry', { exact: true }).first()).toBeVisible();
    await shoot(page, 'registry-overview', info.project.name);
    await goTo(page, 'Layers');
    await expectAccessible(page);
    await shoot(page, 'registry-layers', info.project.name);
  });

  test('what cannot be opened says why @once', async ({ window: page }) => {
    await using server = await startRegistryServer();
    const dialog = await openDialog(page);
    await dialog.getByRole('textbox', { name: 'Path of a cache' }).fill(`docker://${server.host}/none:cache`);
    await page.keyboard.press('Enter');
    // In the dialog, with what was typed, so that it can be mended.
    await expect(dialog.getByRole('alert')).toContainText('The registry has nothing under this reference');
    await expect(dialog.getByRole('textbox', { name: 'Path of a cache' })).toHaveValue(/none:cache$/);
    await expect(dialog.getByRole('button', { name: 'Open', exact: true })).toBeEnabled();
    await idle(page);
    await expectAccessible(page);
    expect(page.url()).not.toContain('/sources/');
  });
});

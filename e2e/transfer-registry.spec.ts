import { hasRegistryServer, startRegistryServer } from '../src/main/testing/registry-server.ts';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

test.skip(!hasRegistryServer(), 'the package docker-registry is not installed');

test('a cache is exported to a registry, and a second export copies nothing', async ({ window: page, host }, info) => {
  await using registry = await startRegistryServer();
  const reference = `docker://${registry.host}/site:cache`;
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Transfer');
  const to = page.getByRole('region', { name: 'To', exact: true });
  await to.getByRole('radio', { name: 'Registry' }).click();
  await to.getByRole('textbox', { name: 'Repository and tag' }).fill(`${registry.host}/site:cache`);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Copy 14 blobs/ }).click();
  const bar = page.getByRole('region', { name: 'Transfer', exact: true });
  await expect(bar.getByText(/^14 blobs, .* copied\.$/)).toBeVisible();
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result.getByText(`type=registry,ref=${registry.host}/site:cache`).first()).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'transfer-registry', info.project.name);
  const { manifests = [], layers = [] } = await (
    await fetch(`http://${registry.host}/v2/site/manifests/cache`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json' },
    })
  ).json();
  expect([...manifests, ...layers].length).toBeGreaterThanOrEqual(14);

  await page.getByRole('button', { name: 'Another transfer' }).click();
  await page.getByRole('button', { name: /^Write the references/ }).click();
  await expect(bar.getByText(/^0 blobs, 0 B, copied\. 14 blobs were there\.$/)).toBeVisible();

  // It is proposed the next time.
  await to.getByRole('radio', { name: 'Folder' }).click();
  await to.getByRole('radio', { name: 'Registry' }).click();
  await expect(to.getByRole('textbox', { name: 'Repository and tag' })).toHaveValue(reference);
});

test('a registry that wants an account says how to sign in @once', async ({ window: page, host }) => {
  await using registry = await startRegistryServer({ account: true });
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Transfer');
  const to = page.getByRole('region', { name: 'To', exact: true });
  await to.getByRole('radio', { name: 'Registry' }).click();
  await to.getByRole('textbox', { name: 'Repository and tag' }).fill(`${registry.host}/site:cache`);
  await page.keyboard.press('Enter');
  const refusal = page.getByRole('alert').filter({ hasText: 'This cannot be copied there' });
  await expect(refusal).toContainText('ACCESS_DENIED');
  await expect(refusal).toContainText(`docker login ${registry.host}`);
  await expectAccessible(page);
});

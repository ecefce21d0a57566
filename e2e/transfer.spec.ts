import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stepDigest, writeSmallCache } from '../src/main/hosts/cli/testing/small-cache.ts';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

test('a cache is exported to a folder as the options say, and what it takes to use it can be copied', async ({
  window: page,
  host,
}, info) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Transfer');
  const out = join(host.folder, 'out');
  const to = page.getByRole('region', { name: 'To', exact: true });
  await to.getByRole('radio', { name: 'Folder' }).click();
  await to.getByRole('textbox', { name: 'Folder' }).fill(out);
  const options = page.getByRole('region', { name: 'Options' });
  await options.getByRole('radio', { name: 'min', exact: true }).click();
  await options.getByRole('radio', { name: 'gzip', exact: true }).click();
  await options.getByRole('radio', { name: 'index', exact: true }).click();
  const start = page.getByRole('button', { name: /^Copy \d+ blobs/ });
  await start.waitFor();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'transfer-plan', info.project.name);
  expect(new URL(page.url()).searchParams.get('mode')).toBe('min');

  // The address keeps the choices: a reload shows the same.
  await page.reload();
  await idle(page);
  await expect(options.getByRole('radio', { name: 'gzip', exact: true })).toHaveAttribute('aria-checked', 'true');
  await expect(page.getByRole('contentinfo')).toContainText(`--to ${out} --mode min --format index --compression gzip`);

  await start.waitFor();
  await page.keyboard.press('Control+Enter');
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result.getByText(`docker buildx build --cache-from type=local,src=${out}`)).toBeVisible();
  await expect(result.getByRole('button', { name: /^Copy: buildctl build/ })).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  const index = JSON.parse(readFileSync(join(out, 'index.json'), 'utf8'));
  expect(index.manifests[0].mediaType).toContain('index');

  // Once more: everything is there.
  await page.getByRole('button', { name: 'Another transfer' }).click();
  await expect(page.getByRole('button', { name: /^Write the references/ })).toBeVisible();
});

test('one record is exported from where it is looked at, into a store @once', async ({ window: page, host }) => {
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Keys');
  await page.getByRole('grid').getByRole('row').nth(3).click();
  await page.getByRole('button', { name: 'Export…' }).click();
  await idle(page);
  expect(new URL(page.url()).searchParams.get('key')).not.toBeNull();
  const options = page.getByRole('region', { name: 'Options' });
  const chip = options.getByRole('button', { name: /^Remove only:/ });
  await expect(chip).toBeVisible();
  await expectAccessible(page);
  await chip.click();
  await expect(options.getByRole('button', { name: 'Everything' })).toBeVisible();
  const to = page.getByRole('region', { name: 'To', exact: true });
  await to.getByRole('textbox', { name: 'Folder of the new store' }).fill(join(host.folder, 'store'));
  await page.getByRole('button', { name: 'Copy 14 blobs' }).click();
  await page.getByRole('button', { name: 'Open the target' }).click();
  await page.waitForURL(/\/overview/);
  await idle(page);
  await expect(page.getByRole('contentinfo')).toContainText('Can be pruned');
});

test('what cannot be copied says so in its place, and what is typed is asked for once it is entered @once', async ({
  window: page,
  host,
}) => {
  const source = await host.copyFixture('sample', 'site');
  await openSource(page, source);
  await goTo(page, 'Transfer');
  const to = page.getByRole('region', { name: 'To', exact: true });
  await to.getByRole('radio', { name: 'Folder' }).click();
  await to.getByRole('textbox', { name: 'Folder' }).fill(source);
  const refusal = page.getByRole('alert').filter({ hasText: 'This cannot be copied there' });
  await expect(refusal).toContainText('This is the source itself.');
  await expect(refusal).toContainText('Choose another place.');
  await expectAccessible(page);

  await to.getByRole('radio', { name: 'Registry' }).click();
  await expect(page.getByText('Choose where it goes')).toBeVisible();
  const reference = to.getByRole('textbox', { name: 'Repository and tag' });
  await reference.fill('ada:secret@127.0.0.1:1/app');
  await expect(to.getByText('Leave name and password out')).toBeVisible();
  await reference.press('Enter');
  expect(page.url()).not.toContain('secret');
  await reference.fill('127.0.0.1:1/app:cache');
  await expect(page.getByRole('contentinfo')).not.toContainText('app:cache');
  await reference.press('Enter');
  await expect(page.getByRole('contentinfo')).toContainText('--to docker://127.0.0.1:1/app:cache');
  // Nobody listens there.
  await expect(refusal).toContainText('The registry 127.0.0.1:1 does not answer.');
  await expectAccessible(page);
});

test('caches of two sources become one, and another is added to it later', async ({ window: page, host }, info) => {
  const at = '2024-01-01T00:00:00Z';
  const folders = ['left', 'right', 'later'].map((name) => join(host.folder, name));
  for (const folder of folders) {
    await writeSmallCache(folder, [
      { name: 'base', at },
      { name: folder, at },
    ]);
  }
  const [left = '', right = '', later = ''] = folders;
  await openSource(page, right);
  await openSource(page, left);
  const out = join(host.folder, 'out');
  const to = page.getByRole('region', { name: 'To', exact: true });
  const toFolder = async () => {
    await goTo(page, 'Transfer');
    await to.getByRole('radio', { name: 'Folder' }).click();
    await to.getByRole('textbox', { name: 'Folder' }).fill(out);
  };
  await toFolder();
  const from = page.getByRole('region', { name: 'From', exact: true });
  await from.getByRole('button', { name: 'Join with…' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'right' }).click();
  await page.keyboard.press('Escape');
  await expect(from.getByRole('button', { name: 'with right' })).toBeVisible();
  await page.getByRole('button', { name: 'Copy 3 blobs' }).waitFor();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'transfer-joined', info.project.name);
  await expect(page.getByRole('contentinfo')).toContainText(`export ${left} ${right} --to ${out}`);
  await page.getByRole('button', { name: 'Copy 3 blobs' }).click();
  await page.getByRole('button', { name: 'Another transfer' }).waitFor();

  await openSource(page, later);
  await toFolder();
  const options = page.getByRole('region', { name: 'Options' });
  await options.getByRole('radio', { name: 'is added to' }).click();
  await page.getByRole('button', { name: 'Copy 1 blob' }).waitFor();
  await idle(page);
  await shoot(page, 'transfer-added-to', info.project.name);
  await page.getByRole('button', { name: 'Copy 1 blob' }).click();
  await page.getByRole('button', { name: 'Another transfer' }).waitFor();
  const written = readFileSync(join(out, 'index.json'), 'utf8');
  expect(JSON.parse(written).manifests).toHaveLength(1);
  const blob = (digest: string) => readFileSync(join(out, 'blobs', ...digest.split(':')), 'utf8');
  const manifest = JSON.parse(blob(JSON.parse(written).manifests[0].digest));
  const { records } = JSON.parse(blob(manifest.config.digest)) as { records: { digest: string }[] };
  expect(records.map(({ digest }) => digest).sort()).toEqual(['base', ...folders].map(stepDigest).sort());
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { dataSet } from '../src/main/testing/data-sets.ts';
import { expect, expectAccessible, idle, openSource, shoot, test } from './harness.ts';

const tiny = dataSet('tiny');
test.skip(tiny === undefined, 'CACHEWRIGHT_TEST_DATA is not set');

test('a state folder shows what BuildKit says of it, and its records by name', async ({ window: page, host }, info) => {
  const root = join(host.folder, 'buildkit');
  await cp(join(tiny ?? '', 'state'), root, { recursive: true });
  await openSource(page, root);
  const totals = page.getByRole('region', { name: 'Totals' });
  await expect(totals).toContainText('On disk, by BuildKit497 KiB18 records of du');
  await expect(page.getByRole('listbox', { name: /Size by step, 18 tiles/ })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'state-overview', info.project.name);

  await page.getByRole('link', { name: /^Keys/ }).first().click();
  await idle(page);
  const mount = page.getByRole('row', { name: /cached mount \/cache from exec/ });
  await page.getByRole('columnheader', { name: /Last used/ }).click();
  await idle(page);
  await expect(mount.first()).toBeVisible();
  await mount.first().click();
  await idle(page);
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector).toContainText('vsxs5eu5ufif4hg3nchnbi5vh');
  await expect(inspector).toContainText('exec.cachemount');
  await expectAccessible(page);
  await shoot(page, 'state-keys', info.project.name);
});

test('a daemon that runs is told of, and what was read can be looked at', async ({ window: page, host }, info) => {
  const root = join(host.folder, 'buildkit');
  await cp(join(tiny ?? '', 'state'), root, { recursive: true });
  const daemon = spawn('flock', ['-x', join(root, 'cache.db'), 'sh', '-c', 'echo held; cat']);
  try {
    await once(daemon.stdout, 'data');
    await openSource(page, root);
    const problems = page.getByRole('region', { name: 'Problems' }).first();
    await expect(problems).toContainText('1 problem in this source.');
    await problems.getByRole('button', { name: 'Show 1' }).click();
    await expect(problems).toContainText('A snapshot in motion: a daemon has this folder open.');
    await shoot(page, 'state-in-motion', info.project.name);
  } finally {
    daemon.stdin.end();
  }
});

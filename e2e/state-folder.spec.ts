import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { dataSet } from '../src/main/testing/data-sets.ts';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

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

  // No plan is offered that the engine would refuse: the daemon's own command, and the way to a store.
  await goTo(page, 'Prune');
  await expect(page.getByRole('heading', { name: 'A daemon prunes its own records' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Max used space' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Copy buildctl prune' })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'state-prune', info.project.name);
  await page.getByRole('button', { name: 'Import into a store' }).click();
  await expect(page.getByRole('button', { name: 'Copy 14 blobs' })).toBeVisible();
});

test('a listing of du says what it does not tell of @once', async ({ window: page }) => {
  await openSource(page, join(tiny ?? '', 'du.json'));
  await expect(page.getByRole('region', { name: 'Totals' })).toContainText('As blobs–not listed');
  for (const [view, says] of [
    ['Graph', 'A listing has no links, so there is no graph'],
    ['Layers', 'A listing names no layers'],
    ['Prune', 'A daemon prunes its own records'],
    ['Transfer', 'A listing holds nothing to copy'],
  ] as const) {
    await goTo(page, view);
    await expect(page.getByRole('heading', { name: says })).toBeVisible();
    await expectAccessible(page);
  }
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

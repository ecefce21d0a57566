import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { treeOf } from '../../adapters/file/testing/store-folder.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

/** Every folder that a store is made of. */
const FOLDERS = [
  '.cachewright',
  '.cachewright/locks',
  '.cachewright/leases',
  '.cachewright/plans',
  '.cachewright/journal',
  '.cachewright/trash',
  '.cachewright/quarantine',
  'ingest',
  'blobs',
  'blobs/sha256',
  'blobs/sha512',
] as const;

/** Every command that opens a store, to read it or to change it. */
const COMMANDS: Readonly<Record<string, (store: string, work: Workspace) => readonly string[]>> = {
  inspect: (store) => ['inspect', store],
  keys: (store) => ['keys', store],
  verify: (store) => ['verify', store],
  'dry run': (store) => ['prune', store, '--all'],
  'prune --yes': (store) => ['prune', store, '--all', '--yes'],
  undo: (store) => ['undo', store],
  'empty-trash': (store) => ['empty-trash', store],
  'import into it': (store) => ['import', fixture('next'), '--to', store],
  'import from it': (store, work) => ['import', store, '--to', work.path('other')],
  'export into it': (store) => ['export', fixture('next'), '--to', store],
  'export from it': (store, work) => ['export', store, '--to', work.path('other')],
};

/** All of them with CACHEWRIGHT_LONG=1; else all for the trash, and for the others some, so that each is tried somewhere. */
function commandsFor(folder: (typeof FOLDERS)[number]): [string, (typeof COMMANDS)[string]][] {
  const all = Object.entries(COMMANDS);
  if (process.env.CACHEWRIGHT_LONG === '1' || folder === '.cachewright/trash') return all;
  return all.filter((_, at) => (at + FOLDERS.indexOf(folder)) % 4 === 0);
}

const DAYS_AGO = Date.now() / 1000 - 3 * 86_400;

let work: Workspace;
let store: string;
beforeEach(async () => {
  work = await createWorkspace();
  store = work.path('store');
  expect((await work.run('import', fixture('sample'), '--to', store)).code).toBe(0);
});
afterEach(() => work.remove());

/** Puts a link in place of a folder of the store. What it leads to holds what clearing up would like to delete. */
async function leadElsewhere(folder: string): Promise<string> {
  const victim = work.path('victim');
  if (existsSync(join(store, folder))) await rename(join(store, folder), victim);
  else await mkdir(victim);
  for (const path of ['holiday/photo', 'p-all-abcdef/sha256/photo', 'q-0123456789ab/photo', 'sha256/photo']) {
    await mkdir(join(victim, dirname(path)), { recursive: true });
    await writeFile(join(victim, path), 'dear');
  }
  for (const name of ['p-all-abcdef.json', 'letter.json', 'letter']) {
    await writeFile(join(victim, name), '{"dear":"all"}');
    await utimes(join(victim, name), DAYS_AGO, DAYS_AGO);
  }
  await symlink(victim, join(store, folder));
  return victim;
}

describe.each(FOLDERS)('%s that is a link', (folder) => {
  test('is refused by every command, and nothing behind it changes', async () => {
    const victim = await leadElsewhere(folder);
    const before = await treeOf(victim);
    for (const [name, command] of commandsFor(folder)) {
      const { code, err } = await work.run(...command(store, work));
      expect([name, code]).toEqual([name, expect.toBeOneOf([3, 4])]);
      expect(err, name).toContain('CORRUPT');
      expect(err, name).toContain(folder.replace(/^blobs\/.*/, 'blobs'));
      expect(await treeOf(victim), name).toEqual(before);
    }
  });
});

test.each(['file', 'link to nothing'])('the trash as a %s is refused too', async (what) => {
  await rm(join(store, '.cachewright/trash'), { recursive: true });
  if (what === 'file') await writeFile(join(store, '.cachewright/trash'), '');
  else await symlink(work.path('nothing'), join(store, '.cachewright/trash'));
  const { code, err } = await work.run('prune', store, '--all');
  expect(code).toBe(3);
  expect(err).toContain('.cachewright/trash');
  expect(existsSync(work.path('nothing'))).toBe(false);
});

test.each(['ingest', 'blobs', 'blobs/sha256'])(
  'an export into a plain layout whose %s is a link writes nothing',
  async (folder) => {
    const layout = await work.copy('next', 'layout');
    const victim = work.path('victim');
    if (existsSync(join(layout, folder))) await rename(join(layout, folder), victim);
    else await mkdir(victim);
    await symlink(victim, join(layout, folder));
    const before = await treeOf(victim);
    const { code, err } = await work.run('export', fixture('sample'), '--to', layout);
    expect(code).not.toBe(0);
    expect(err).toContain('CORRUPT');
    expect(await treeOf(victim)).toEqual(before);
  },
);

describe('what does not come from this program', () => {
  test('stays in the trash, the quarantine and among the plans', async () => {
    const kept = {
      'trash/holiday/photo': 'a folder of another name',
      'trash/p-all-abcdef/sha256/photo': 'a batch of ours, as it seems, with something else in it',
      'trash/p-all-abcdef/letter': 'and beside it',
      'quarantine/q-0123456789ab/letter': 'the same',
      'plans/letter.json': '{"dear":"all"}',
      'plans/p-all-abcdef.json': '{"plan":{"plan":"p-other-abcdef"}}',
      'plans/letter': 'not even named like a plan',
      'journal/letter': 'no journal entry',
    };
    const own = join(store, '.cachewright');
    for (const [path, text] of Object.entries(kept)) {
      await mkdir(join(own, dirname(path)), { recursive: true });
      await writeFile(join(own, path), text);
      await utimes(join(own, path), DAYS_AGO, DAYS_AGO);
    }
    const before = await treeOf(own);
    for (const command of [
      ['inspect', store],
      ['verify', store],
      ['prune', store, '--all'],
      ['empty-trash', store],
    ]) {
      expect((await work.run(...command)).code, command.join(' ')).toBe(0);
    }
    expect(await treeOf(own)).toEqual(before);
    expect((await work.run('prune', store, '--all', '--yes')).code).toBe(0);
    expect((await work.run('undo', store)).code).toBe(0);
    expect(await treeOf(own)).toEqual(before);
  });

  test('looking at a store deletes nothing, whatever a crash has left', async () => {
    const half = join(store, '.cachewright/trash/p-all-abcdef/sha256');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'ab'.repeat(32)), 'half deleted');
    await mkdir(join(store, 'ingest'), { recursive: true });
    const before = await treeOf(store);
    for (const command of ['inspect', 'keys', 'layers', 'verify'])
      expect((await work.run(command, store)).code).toBe(0);
    expect((await work.run('prune', store, '--all')).code).toBe(0);
    expect(await treeOf(store)).toEqual(before);
    // Whoever changes it finishes what was begun.
    expect((await work.run('empty-trash', store)).code).toBe(0);
    expect(existsSync(dirname(half))).toBe(false);
  });
});

test('a batch that somebody added to is left whole by empty-trash, and named', async () => {
  const { plan } = await work.json<{ plan: string }>('prune', store, '--all', '--yes');
  const batch = join(store, '.cachewright/trash', plan);
  await cp(fixture('next'), join(batch, 'mine'), { recursive: true });
  const before = await treeOf(batch);
  const { code, err } = await work.run('empty-trash', store);
  expect(code).toBe(0);
  expect(err).toContain(plan);
  expect(await treeOf(batch)).toEqual(before);
  await rm(join(batch, 'mine'), { recursive: true });
  expect((await work.run('undo', store)).code).toBe(0);
});

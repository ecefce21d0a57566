import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolderLister } from './index.ts';

describe('folders of this machine', () => {
  const lister = createFolderLister();
  let folder: string;
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'folders-')));
    for (const name of ['v10', 'v9', '.hidden', 'v10/inner']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'notes.txt'), '');
    await writeFile(join(folder, 'image.tar'), '');
    await symlink(join(folder, 'v9'), join(folder, 'link'));
    await symlink(join(folder, 'nowhere'), join(folder, 'broken'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('lists folders and tar files by name, and no hidden ones', async () => {
    const { path, parent, entries } = await lister.list(folder);
    expect({ path, parent }).toEqual({ path: folder, parent: join(folder, '..') });
    expect(entries.map(({ name, isFolder }) => [name, isFolder])).toEqual([
      ['image.tar', false],
      ['link', true],
      ['v9', true],
      ['v10', true],
    ]);
    expect(entries.at(-1)?.path).toBe(join(folder, 'v10'));
  });

  it('starts at home, and knows its short form', async () => {
    const home = await realpath(homedir());
    expect((await lister.list(undefined)).path).toBe(home);
    expect((await lister.list('~')).path).toBe(home);
  });

  it('has no parent at the root', async () => {
    expect((await lister.list('/')).parent).toBeUndefined();
  });

  it.each([
    ['nowhere', 'NOT_FOUND'],
    ['notes.txt', 'INVALID_INPUT'],
  ])('says what is wrong with %s', async (name, code) => {
    await expect(lister.list(join(folder, name))).rejects.toMatchObject({ code, subject: join(folder, name) });
  });
});

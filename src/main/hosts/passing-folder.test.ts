import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPassingFolder } from './passing-folder.ts';

let parent: string;
beforeAll(async () => {
  parent = join(await mkdtemp(join(tmpdir(), 'passing-')), 'made');
});
afterAll(() => rm(join(parent, '..'), { recursive: true }));

it('goes with its process, and takes those of dead processes along', async () => {
  const mine = await createPassingFolder(parent);
  await writeFile(join(mine.path, 'file'), 'x');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await mkdir(join(parent, `${pid}-dead`));
  await mkdir(join(parent, `${process.ppid}-living`));
  await mkdir(join(parent, 'somebody-elses'));

  const other = await createPassingFolder(parent);
  const names = [basename(mine.path), basename(other.path), `${process.ppid}-living`, 'somebody-elses'];
  expect((await readdir(parent)).sort()).toEqual(names.sort());

  await mine[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  expect((await readdir(parent)).sort()).toEqual([`${process.ppid}-living`, 'somebody-elses'].sort());
});

import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isOlderThanSources } from './freshness.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-fresh-'));
  await mkdir(join(folder, 'src/deep'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

async function put(path: string, seconds: number): Promise<string> {
  const file = join(folder, path);
  await writeFile(file, '');
  await utimes(file, seconds, seconds);
  return file;
}

it('builds again only when something below the sources is newer', async () => {
  const built = join(folder, 'built');
  const check = (): Promise<boolean> => isOlderThanSources(built, [join(folder, 'src'), join(folder, 'lock')]);
  await put('src/deep/a.ts', 100);
  await put('lock', 100);
  expect(await check()).toBe(true);
  await put('built', 200);
  expect(await check()).toBe(false);
  await put('src/deep/a.ts', 300);
  expect(await check()).toBe(true);
  await put('built', 400);
  await put('src/deep/a.test.ts', 500);
  expect(await check()).toBe(false);
  await put('lock', 500);
  expect(await check()).toBe(true);
});

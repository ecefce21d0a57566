import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDiskUse } from './disk-use.ts';
import { createTestFolder, startOn, type TestFolder } from './testing/store-folder.ts';

/** Runs just before a folder is listed: what another process does in this moment, or what the system answers. */
let beforeListing: (path: string) => void = () => {};
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  const readdir = async (path: string, ...rest: []) => {
    beforeListing(path);
    return real.readdir(path, ...rest);
  };
  return { ...real, readdir };
});

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(async () => {
  beforeListing = () => {};
  await folder[Symbol.asyncDispose]();
});

test('a folder that goes while a store is measured counts nothing; one that cannot be listed is an error', async () => {
  await startOn(folder.at('store'));
  const extra = folder.at('store/extra');
  mkdirSync(extra);
  writeFileSync(folder.at('store/file'), 'four');
  const whole = await createDiskUse().use(folder.at('store'));
  beforeListing = (path) => {
    if (path === extra) rmdirSync(path);
  };
  expect(await createDiskUse().use(folder.at('store'))).toEqual(whole);
  mkdirSync(extra);
  beforeListing = (path) => {
    if (path === extra) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
  };
  await expect(createDiskUse().use(folder.at('store'))).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});

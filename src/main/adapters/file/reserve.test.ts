import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layoutOf, type StoreLayout } from './layout.ts';
import { giveUpReserve, keepReserve } from './reserve.ts';
import { type Loss, recordDisk } from './testing/recording-disk.ts';
import { createTestFolder, type TestFolder } from './testing/store-folder.ts';

const RESERVE = '.cachewright/reserve';
const BYTES = 262_144;

let folder: TestFolder;
let layout: StoreLayout;
beforeEach(async () => {
  folder = await createTestFolder();
  layout = layoutOf(folder.at('store'));
  for (const path of [layout.own, layout.ingest]) await mkdir(path, { recursive: true });
});
afterEach(() => folder[Symbol.asyncDispose]());

const thousand = async () => 1000;

const LOSSES: readonly Loss[] = ['names and bytes', 'bytes', 'all but removals'];

test.each(LOSSES)('outlasts a loss of power (%s), and is there whole or not at all', async (loss) => {
  const { disk, moments, now } = await recordDisk(layout.root, loss);
  await keepReserve(layout, disk, thousand);
  for (const moment of moments) expect([undefined, BYTES]).toContain(moment.get(RESERVE)?.length);
  expect(now().get(RESERVE)).toEqual(await readFile(layout.reserve));
  expect(await readdir(layout.ingest)).toEqual([]);
});

test('holds bytes that a disk cannot make smaller', async () => {
  const { disk } = await recordDisk(layout.root, 'bytes');
  await keepReserve(layout, disk, thousand);
  const bytes = await readFile(layout.reserve);
  const small = gzipSync(bytes);
  expect(gunzipSync(small)).toEqual(bytes);
  expect(small.length).toBeGreaterThanOrEqual(BYTES);
});

test('is left as it is where it is there', async () => {
  await writeFile(layout.reserve, Buffer.alloc(BYTES, 'mine'));
  const { disk, moments } = await recordDisk(layout.root, 'bytes');
  await keepReserve(layout, disk, thousand);
  expect(moments).toEqual([]);
  expect((await readFile(layout.reserve, 'utf8')).slice(0, 8)).toBe('minemine');
});

test.each([
  // there, needed, then there
  [undefined, 0, BYTES],
  [undefined, BYTES, BYTES],
  [undefined, BYTES + 1, BYTES * 2],
  [BYTES, BYTES * 5, BYTES * 8],
  [BYTES * 2, BYTES, BYTES * 2],
  [BYTES * 4, BYTES, BYTES],
  [BYTES * 4, BYTES * 2, BYTES * 4],
  [10, 10, BYTES],
])('of %o bytes, where a prune needs %i, is one of %i', async (there, needed, then) => {
  if (there !== undefined) await writeFile(layout.reserve, Buffer.alloc(there));
  const { disk } = await recordDisk(layout.root, 'bytes');
  await keepReserve(layout, disk, async () => needed);
  expect((await stat(layout.reserve)).size).toBe(then);
  expect(await readdir(layout.ingest)).toEqual([]);
});

test('is never larger than 256 MiB, and the smallest one where nobody can tell what is needed', async () => {
  const { disk } = await recordDisk(layout.root, 'bytes');
  let written = 0;
  const counting = {
    ...disk,
    write: async (_: number, chunk: Uint8Array) => {
      written += chunk.byteLength;
    },
  };
  await keepReserve(layout, counting, async () => 2 ** 40);
  expect(written).toBe(256 * 1024 * 1024);
  await giveUpReserve(layout, disk);
  await keepReserve(layout, disk, () => Promise.reject(new Error('no index')));
  expect((await stat(layout.reserve)).size).toBe(BYTES);
});

test('leaves nothing where the disk refuses it, and throws nothing', async () => {
  const { disk } = await recordDisk(layout.root, 'bytes');
  const refused = async () => {
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };
  for (const step of ['create', 'write', 'sync', 'rename'] as const) {
    await keepReserve(layout, { ...disk, [step]: refused }, thousand);
    expect(await readdir(layout.ingest), step).toEqual([]);
    expect(await readdir(layout.own), step).toEqual([]);
  }
  // What cannot even be taken away again is no failure either.
  await keepReserve(layout, { ...disk, rename: refused, remove: refused }, thousand);
});

test('is given up for good: its space is free when that is said', async () => {
  const { disk } = await recordDisk(layout.root, 'bytes');
  await keepReserve(layout, disk, thousand);
  const later = await recordDisk(layout.root, 'names and bytes');
  expect(await giveUpReserve(layout, later.disk)).toBe(true);
  expect(later.now().has(RESERVE)).toBe(false);
  expect(await readdir(layout.own)).toEqual([]);
  expect(await giveUpReserve(layout, later.disk)).toBe(false);
});

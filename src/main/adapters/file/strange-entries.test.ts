import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../engine/ports/mote-cache.suite.ts';
import { CommitCopy } from '../../engine/ports/mote-cache.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { openLayoutFolder } from '../oci-layout/index.ts';
import { BottleFileCache } from './bottle-file-cache.ts';
import { createDisk, type Disk } from './disk.ts';
import { createDiskUse } from './disk-use.ts';
import { canonicalPath, layoutOf } from './layout.ts';
import { exists } from './layout-folder.ts';
import { guardFolders } from './real-folders.ts';
import { storeAdapter } from './store-adapter.ts';
import { createStoreFiles } from './store-files.ts';
import { createTestFolder, startOn, type TestFolder } from './testing/store-folder.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

test('a path through a file is an error, and not one where nothing is', async () => {
  const through = join(folder.at('file'), 'below');
  await writeFile(folder.at('file'), '');
  expect([await exists(folder.at('file')), await exists(folder.at('absent'))]).toEqual([true, false]);
  await expect(exists(through)).rejects.toMatchObject({ subject: through });
  await expect(canonicalPath(through)).rejects.toMatchObject({ subject: through });
  expect(await canonicalPath(folder.at('absent/below'))).toBe(join(await canonicalPath(folder.path), 'absent/below'));
});

test('a file with two names takes its bytes once, and nothing is measured where nothing is', async () => {
  const store = await startOn(folder.at('store'));
  const use = createDiskUse();
  const before = await use.use(store.location, undefined);
  await writeFile(join(store.location, 'ingest/one'), Buffer.alloc(1000));
  await link(join(store.location, 'ingest/one'), join(store.location, 'ingest/two'));
  const after = await use.use(store.location, undefined);
  const more = (after?.totalBytes ?? 0) - (before?.totalBytes ?? 0);
  expect([more >= 1000, more < 2000]).toEqual([true, true]);
  // Neither a folder that went nor one that never was is a fault.
  expect(await use.use(folder.at('absent'), undefined)).toBeUndefined();
});

test('nothing is renamed out of a folder that is a link, or into one', async () => {
  await mkdir(folder.at('root/real'), { recursive: true });
  await mkdir(folder.at('elsewhere'));
  await symlink(folder.at('elsewhere'), folder.at('root/link'));
  await writeFile(folder.at('elsewhere/file'), '');
  await writeFile(folder.at('root/real/file'), '');
  const disk = guardFolders(createDisk(), folder.at('root'));
  const out = disk.rename(folder.at('root/link/file'), folder.at('root/real/taken'));
  await expect(out).rejects.toMatchObject({ code: 'CORRUPT' });
  const into = disk.rename(folder.at('root/real/file'), folder.at('root/link/put'));
  await expect(into).rejects.toMatchObject({ code: 'CORRUPT' });
  expect([await exists(folder.at('elsewhere/file')), await exists(folder.at('root/real/file'))]).toEqual([true, true]);
});

test('only folders with names of ours are batches', async () => {
  const layout = layoutOf((await startOn(folder.at('store'))).location);
  await mkdir(join(layout.trash, 'p-all-000001'));
  await mkdir(join(layout.trash, 'not ours'));
  await writeFile(join(layout.trash, 'p-all-000002'), '');
  const files = createStoreFiles(layout, createDisk(), Date.now);
  expect(await files.batches('trash')).toEqual([{ kind: 'trash', name: 'p-all-000001', state: 'open' }]);
});

test('a layout that is no store is not opened as one', async () => {
  const adapter = storeAdapter(openLayoutFolder);
  expect(await adapter.open(join(FIXTURES, 'sample'), { isMeant: true })).toBeUndefined();
  expect(await adapter.open((await startOn(folder.at('store'))).location, { isMeant: true })).toMatchObject({
    kind: 'store',
  });
});

test('asking for a blob that is not there does not mean that the file system has no links', async () => {
  const warnings: string[] = [];
  const cache = new BottleFileCache(folder.at('cache'), { onWarning: (message) => warnings.push(message) });
  await cache.initialize();
  const missing = cache.moteReader(digestOf(Buffer.from('missing')));
  await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(warnings).toEqual([]);
});

test('a device that cannot share blocks is asked once, and never for an empty file', async () => {
  let asked = 0;
  const disk: Disk = {
    ...createDisk(),
    clone: () => {
      asked += 1;
      return Promise.reject(Object.assign(new Error('not here'), { code: 'EOPNOTSUPP' }));
    },
  };
  const cache = new BottleFileCache(folder.at('cache'), { disk });
  await cache.initialize();
  for (const [at, text] of ['', 'one', 'two'].entries()) {
    const bytes = Buffer.from(text);
    await writeFile(folder.at(text || 'empty'), bytes);
    const mote = { digest: digestOf(bytes), mediaType: '', dataSize: bytes.byteLength };
    await cache.commitMote(folder.at(text || 'empty'), mote, CommitCopy);
    expect(asked).toBe(Math.min(at, 1));
    expect(await cache.moteExists(mote.digest)).toBe(true);
  }
});

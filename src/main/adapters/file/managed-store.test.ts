import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeManagedStore } from '../../engine/ports/managed-store.suite.ts';
import { layoutOf } from './layout.ts';
import { createTestFolder, startOn, type TestFolder } from './testing/store-folder.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

describeManagedStore('a folder', async () => {
  const store = await startOn(folder.at('store'));
  const layout = layoutOf(store.location);
  return { store, open: () => startOn(store.location), put: (digest, bytes) => writeFile(layout.blob(digest), bytes) };
});

test('an index that is none is CORRUPT for who reads, changes or prunes the store, and names the file', async () => {
  const store = await startOn(folder.at('store'));
  const index = join(store.location, 'index.json');
  await writeFile(index, '{"schemaVersion":2');
  const corrupt = { code: 'CORRUPT', subject: index };
  await expect(store.readIndex()).rejects.toMatchObject(corrupt);
  await expect(store.changeIndex(({ document }) => document)).rejects.toMatchObject(corrupt);
  await expect(store.exclusive(async () => 'done')).rejects.toMatchObject(corrupt);
});

import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach } from 'vitest';
import { describeStoreFiles } from '../../engine/ports/store-files.suite.ts';
import { createDisk } from './disk.ts';
import { layoutOf } from './layout.ts';
import { guardFolders } from './real-folders.ts';
import { createStoreFiles } from './store-files.ts';
import { createTestFolder, startOn, type TestFolder } from './testing/store-folder.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

describeStoreFiles('a folder', async () => {
  const layout = layoutOf((await startOn(folder.at('store'))).location);
  const files = createStoreFiles(layout, guardFolders(createDisk(), layout.root), Date.now);
  return { files, put: (digest, bytes) => writeFile(layout.blob(digest), bytes) };
});

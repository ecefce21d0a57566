import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { describeCacheSource } from '../../engine/ports/cache-source.suite.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { openLayoutFolder } from '../oci-layout/index.ts';
import { storeAdapter } from './store-adapter.ts';
import { createTestFolder, importFrom, startOn, type TestFolder } from './testing/store-folder.ts';

let folder: TestFolder;
beforeAll(async () => {
  folder = await createTestFolder();
  await importFrom(join(FIXTURES, 'sample'), await startOn(folder.at('store')));
});
afterAll(() => folder[Symbol.asyncDispose]());

describeCacheSource('a managed store', { adapter: storeAdapter(openLayoutFolder), location: () => folder.at('store') });

import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createTestFolder,
  importFrom,
  sourceOf,
  startOn,
  type TestFolder,
} from '../../adapters/file/testing/store-folder.ts';
import { FIXTURES } from '../testing/real-caches.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

test('one layer that lies damaged in a store goes to quarantine, is copied anew, and is told of', async () => {
  const sample = join(FIXTURES, 'sample');
  const store = await startOn(folder.at('store'));
  const first = await importFrom(sample, store);
  expect(first.warnings).toEqual([]);
  const [cache] = (await sourceOf(store).read()).caches;
  const { digest, size } = cache?.descriptors[0] ?? expect.fail('no layer');
  const layer = join(folder.at('store'), 'blobs', ...digest.split(':'));
  truncateSync(layer, size - 1);
  const again = await importFrom(sample, store);
  expect(again.warnings).toEqual(['1 blob lay damaged in the store and is in quarantine now.']);
  expect(again).toMatchObject({ blobsCopied: 1, bytesCopied: size, blobsSkipped: first.blobsCopied - 1 });
  expect(statSync(layer).size).toBe(size);
});

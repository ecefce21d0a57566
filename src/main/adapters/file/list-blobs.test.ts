import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../engine/testing/memory-blobs.ts';
import { layoutOf } from './layout.ts';
import { blobsInUse } from './list-blobs.ts';
import { createTestFolder, type TestFolder } from './testing/store-folder.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

test('a blob that goes after it was listed is passed over; one that cannot be looked at is an error', async () => {
  const layout = layoutOf(folder.path);
  const [kept, moved] = [digestOf(Buffer.from('kept')), digestOf(Buffer.from('moved'))];
  mkdirSync(dirname(layout.blob(kept)), { recursive: true });
  for (const digest of [kept, moved]) writeFileSync(layout.blob(digest), 'four');
  const found = async (path: string) => {
    const looks = { ...layout, blob: (digest: typeof kept) => (digest === moved ? path : layout.blob(digest)) };
    return (await blobsInUse(looks)).map(({ digest }) => digest);
  };
  expect(await found(folder.at('gone'))).toEqual([kept]);
  // A path through a plain file.
  await expect(found(`${layout.blob(kept)}/x`)).rejects.toMatchObject({ name: 'CacheError', subject: moved });
});

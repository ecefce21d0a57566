import { expect, test } from 'vitest';
import { openSession } from './store-session.ts';
import { createMemoryStoreFiles, digestOf } from './testing/memory-store-files.ts';

test('a blob that is leased while it goes to the trash comes back, and is named as left alone', async () => {
  const [one, two] = [Buffer.from('one'), Buffer.from('two')];
  const files = createMemoryStoreFiles((step) => {
    // An import looks for it in the moment in which it moves.
    if (step === 'move') files.lease([digestOf(two)]);
  });
  for (const bytes of [one, two]) await files.put(digestOf(bytes), bytes);
  const session = await openSession(files);
  const removed = await session.remove({
    plan: 'p-orphans-0123ab',
    at: 0,
    records: 0,
    blobs: [one, two].map((bytes) => ({ digest: digestOf(bytes), size: bytes.byteLength })),
    documents: [],
    written: [],
    write: async () => {},
  });
  expect(removed).toEqual({ blobs: 1, bytes: 3, skipped: [{ digest: digestOf(two), reason: 'needed' }] });
  expect(await files.list('blobs')).toEqual([digestOf(two)]);
});

import { expect, test } from 'vitest';
import { describeStoreFiles } from '../ports/store-files.suite.ts';
import { createMemoryStoreFiles, digestOf } from './testing/memory-store-files.ts';

describeStoreFiles('memory', async () => {
  const files = createMemoryStoreFiles();
  return { files, put: files.put };
});

test('a fault in the middle of a move leaves each blob in one place, and the move can be repeated', async () => {
  const blobs = ['a', 'b', 'c', 'd'].map((name) => Buffer.from(name));
  const digests = blobs.map((bytes) => digestOf(bytes));
  for (let stop = 1; stop <= digests.length; stop += 1) {
    let left = stop;
    const files = createMemoryStoreFiles(() => {
      left -= 1;
      if (left === 0) throw new Error('fault');
    });
    for (const bytes of blobs) await files.put(digestOf(bytes), bytes);
    const batch = { kind: 'trash', name: 'p-all-000001' } as const;
    await expect(files.move(digests, 'blobs', batch)).rejects.toThrow('fault');
    expect(await files.list(batch)).toEqual(digests.slice(0, stop - 1));
    expect(await files.list('blobs')).toEqual(digests.slice(stop - 1));
    await files.move(digests, 'blobs', batch);
    expect(await files.list(batch)).toEqual(digests);
  }
});

import { describe, expect, test } from 'vitest';
import {
  nextSequence,
  quarantineNotes,
  recount,
  type TrashNote,
  trashBatch,
  trashBatches,
  trashNotes,
  writeTrashNote,
} from './batches.ts';
import { deleteBatch, emptyTrash } from './empty-trash.ts';
import { beginEntry, type RemovalEntry } from './journal.ts';
import { needsRecovery, recoverStore } from './recover.ts';
import { createMemoryStoreFiles, digestOf } from './testing/memory-store-files.ts';

const note = (plan: string, more: Partial<TrashNote> = {}): TrashNote => ({
  plan,
  cause: 'prune',
  sequence: 0,
  at: 0,
  records: 1,
  documents: [],
  written: [],
  blobs: 0,
  bytes: 0,
  ...more,
});
const entry = (plan: string, sequence: number): RemovalEntry => {
  const { blobs: _, bytes: __, ...removal } = note(plan, { sequence });
  return { ...removal, kind: 'remove', blobs: [] };
};
const bytesOf = (text: string) => Buffer.from(text);

/** Files with blobs in a batch of the trash. */
async function withBatch(plan: string, texts: readonly string[], more: Partial<TrashNote> = {}) {
  const files = createMemoryStoreFiles();
  const digests = texts.map((text) => digestOf(bytesOf(text)));
  for (const text of texts) await files.put(digestOf(bytesOf(text)), bytesOf(text));
  await files.move(digests, 'blobs', trashBatch(plan));
  await writeTrashNote(files, note(plan, more));
  return { files, digests };
}

describe('batches of the trash', () => {
  test('are listed by their sequence, then by their time, then by their name; the latest first', async () => {
    const files = createMemoryStoreFiles();
    const order = ['p-5', 'p-4', 'p-3', 'p-2', 'p-1'];
    const notes = [
      note('p-2', { sequence: 1, at: 1 }),
      note('p-5', { sequence: 3, at: 1 }),
      note('p-1', { sequence: 0, at: 99 }),
      note('p-4', { sequence: 2, at: 5 }),
      note('p-3', { sequence: 1, at: 2 }),
    ];
    for (const one of notes) await writeTrashNote(files, one);
    expect((await trashNotes(files)).map(({ plan }) => plan)).toEqual(order);
    expect((await trashBatches(files)).map(({ plan }) => plan)).toEqual(order);
    const same = createMemoryStoreFiles();
    for (const plan of ['p-b', 'p-c', 'p-a']) await writeTrashNote(same, note(plan));
    expect((await trashNotes(same)).map(({ plan }) => plan)).toEqual(['p-c', 'p-b', 'p-a']);
  });

  test('say what a person wants to know', async () => {
    const files = createMemoryStoreFiles();
    await writeTrashNote(files, note('p-1', { cause: 'import', at: 7, records: 2, blobs: 3, bytes: 4 }));
    expect(await trashBatches(files)).toEqual([
      { plan: 'p-1', cause: 'import', at: 7, records: 2, blobs: 3, bytes: 4 },
    ]);
  });

  test('without a note that can be read, or with that of another, are none', async () => {
    const files = createMemoryStoreFiles();
    await files.placeNote(trashBatch('p-1'), 'no note');
    await files.placeNote(trashBatch('p-2'), JSON.stringify(note('p-1')));
    await files.placeNote(trashBatch('p-3'), JSON.stringify({ ...note('p-3'), blobs: -1 }));
    await files.move([], 'blobs', trashBatch('p-4'));
    expect(await trashNotes(files)).toEqual([]);
    const refusing = { ...files, readNote: () => Promise.reject(new Error('damaged')) };
    expect(await trashNotes(refusing)).toEqual([]);
  });

  test('are numbered behind all that are there or on their way', async () => {
    const files = createMemoryStoreFiles();
    expect(await nextSequence(files)).toBe(1);
    await writeTrashNote(files, note('p-1', { sequence: 4 }));
    expect(await nextSequence(files)).toBe(5);
    await beginEntry(files, entry('p-2', 9));
    await beginEntry(files, { kind: 'restore', plan: 'p-1', taken: [], written: [] });
    expect(await nextSequence(files)).toBe(10);
  });

  test('are counted anew without their documents', async () => {
    const { files, digests } = await withBatch('p-1', ['one', 'three', 'document']);
    await recount(files, note('p-1', { documents: digests.slice(2), blobs: 99, bytes: 99 }));
    expect(await trashBatches(files)).toMatchObject([{ blobs: 2, bytes: 8 }]);
  });
});

test('batches of the quarantine are listed, the latest first', async () => {
  const files = createMemoryStoreFiles();
  const times = [
    ['q-b', 2],
    ['q-a', 3],
    ['q-d', 1],
    ['q-c', 2],
  ] as const;
  for (const [plan, at] of times) {
    await files.placeNote({ kind: 'quarantine', name: plan }, JSON.stringify({ plan, at, blobs: [] }));
  }
  expect((await quarantineNotes(files)).map(({ plan }) => plan)).toEqual(['q-a', 'q-c', 'q-b', 'q-d']);
});

describe('an emptied trash', () => {
  test('counts what it deletes, the oldest first, and says how far it is', async () => {
    const { files } = await withBatch('p-9', ['one', 'three'], { sequence: 1, blobs: 2, bytes: 8 });
    const later = digestOf(bytesOf('later'));
    await files.put(later, bytesOf('later'));
    await files.move([later], 'blobs', trashBatch('p-1'));
    await writeTrashNote(files, note('p-1', { sequence: 2, blobs: 1, bytes: 5 }));
    const bad = digestOf(bytesOf('good'));
    await files.put(bad, bytesOf('bad'));
    await files.move([bad], 'blobs', { kind: 'quarantine', name: 'q-1' });
    const blobs = [{ digest: bad, size: 3, problem: 'It is damaged.' }];
    await files.placeNote({ kind: 'quarantine', name: 'q-1' }, JSON.stringify({ plan: 'q-1', at: 0, blobs }));
    const progress: [number, number][] = [];
    const emptied = await emptyTrash(files, { onProgress: (done, total) => progress.push([done, total]) });
    expect(emptied).toEqual({ blobs: 4, bytes: 16, leftAlone: [] });
    expect(progress).toEqual([
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    expect([...(await files.batches('trash')), ...(await files.batches('quarantine'))]).toEqual([]);
    expect(await files.list('blobs')).toEqual([]);
  });

  test('leaves a batch alone that holds something else, says where it lies, and counts nothing of it', async () => {
    const { files, digests } = await withBatch('p-1', ['one'], { blobs: 1, bytes: 3 });
    const shared = { ...files, holdsOnlyBlobs: async () => false };
    const progress: number[] = [];
    expect(await emptyTrash(shared, { onProgress: (done) => progress.push(done) })).toEqual({
      blobs: 0,
      bytes: 0,
      leftAlone: [files.folderOf(trashBatch('p-1'))],
    });
    expect(progress).toEqual([]);
    expect(await files.list(trashBatch('p-1'))).toEqual(digests);
    expect(await deleteBatch(shared, trashBatch('p-1'))).toBe(false);
    expect(await deleteBatch(files, trashBatch('p-1'))).toBe(true);
  });

  test('stops before the next batch when it is cancelled', async () => {
    const { files } = await withBatch('p-1', ['one']);
    await expect(emptyTrash(files, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await trashNotes(files)).toHaveLength(1);
  });

  test('marks a batch before its first blob goes: the next one who comes goes on there', async () => {
    let steps = Number.POSITIVE_INFINITY;
    const files = createMemoryStoreFiles(() => {
      steps -= 1;
      if (steps < 0) throw new Error('cut off');
    });
    for (const text of ['one', 'three']) await files.put(digestOf(bytesOf(text)), bytesOf(text));
    await files.move(await files.list('blobs'), 'blobs', trashBatch('p-1'));
    await writeTrashNote(files, note('p-1'));
    expect(await needsRecovery(files)).toBe(false);
    steps = 2;
    await expect(emptyTrash(files, {})).rejects.toThrow('cut off');
    expect(await files.batches('trash')).toMatchObject([{ state: 'condemned' }]);
    steps = Number.POSITIVE_INFINITY;
    expect(await needsRecovery(files)).toBe(true);
    await recoverStore(files);
    expect(await files.batches('trash')).toEqual([]);
    expect(await needsRecovery(files)).toBe(false);
  });
});

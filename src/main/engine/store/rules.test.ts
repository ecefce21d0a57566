import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { type LayoutIndexDocument, printLayoutIndex, withReference } from '../../../shared/oci/layout-index.ts';
import { createMemoryMotes, MemoryMoteCache } from '../../adapters/memory/testing/memory-mote-cache.ts';
import type { StoreFiles } from '../ports/store-files.ts';
import { createMemoryBlobs } from '../testing/memory-blobs.ts';
import { type TrashNote, trashBatch, trashNotes, writeTrashNote } from './batches.ts';
import { bringBack } from './bring-back.ts';
import { beginEntry, type JournalEntry, openEntries } from './journal.ts';
import { createMoteLayerStore } from './mote-layer-store.ts';
import { dropUnneeded } from './needed-blobs.ts';
import { needsRecovery, recoverStore } from './recover.ts';
import { changeIndex, replaceReferences } from './replace-references.ts';
import { restoreBatch } from './restore.ts';
import { quarantinedBlobs, setAside } from './set-aside.ts';
import { openSession } from './store-session.ts';
import { createMemoryStoreFiles, digestOf } from './testing/memory-store-files.ts';
import { madeRoom, withReserve } from './with-reserve.ts';
import { describeDocument } from './write-document.ts';

const bytes = (text: string) => Buffer.from(text);
const digest = (text: string) => digestOf(bytes(text));
const batch = trashBatch('p-1');
const NOTE: TrashNote = {
  plan: 'p-1',
  cause: 'prune',
  sequence: 1,
  at: 0,
  records: 1,
  documents: [],
  written: [],
  blobs: 1,
  bytes: 3,
};

async function filesWith(...texts: readonly string[]) {
  const files = createMemoryStoreFiles();
  for (const text of texts) await files.put(digest(text), bytes(text));
  return files;
}

/** Files whose index others write over: the next so many changes are refused. */
function refusing(files: StoreFiles, times: number, code: 'CONFLICT' | 'NO_SPACE' = 'CONFLICT') {
  let left = times;
  let asked = 0;
  const replaceIndex: StoreFiles['replaceIndex'] = async (from, text) => {
    asked += 1;
    left -= 1;
    if (left >= 0) throw new CacheError(code, 'It has changed.');
    return files.replaceIndex(from, text);
  };
  return { files: { ...files, replaceIndex }, asked: () => asked };
}

describe('blobs that come back', () => {
  test('take the place of what stands there only where their bytes are right', async () => {
    const files = await filesWith('two');
    await files.put(digest('one'), bytes('bad'));
    await files.move([digest('one'), digest('two')], 'blobs', batch);
    // Somebody brought one again, whole; of the other one, whole in the batch, a damaged copy stands there.
    await files.put(digest('one'), bytes('one'));
    await files.put(digest('two'), bytes('bad'));
    await bringBack(files, batch);
    expect(await files.list(batch)).toEqual([]);
    expect(await files.isWhole('blobs', digest('one'))).toBe(true);
    expect(await files.isWhole('blobs', digest('two'))).toBe(true);
  });

  test('put what is no plain file into quarantine', async () => {
    const files = await filesWith('one');
    await files.move([digest('one')], 'blobs', batch);
    await files.put(digest('one'), bytes(''));
    const looks: StoreFiles = {
      ...files,
      look: async (place, one) => {
        const look = await files.look(place, one);
        return look && place === 'blobs' && look.size === 0 ? { isFile: false, size: 0 } : look;
      },
    };
    await bringBack(looks, batch);
    expect(await files.isWhole('blobs', digest('one'))).toBe(true);
    expect(await quarantinedBlobs(files)).toMatchObject([{ digest: digest('one'), problem: 'It is no plain file.' }]);
  });

  test('are those that are asked for', async () => {
    const files = await filesWith('one', 'two');
    await files.move([digest('one'), digest('two')], 'blobs', batch);
    await bringBack(files, batch, new Set([digest('two')]));
    expect(await files.list('blobs')).toEqual([digest('two')]);
    expect(await files.list(batch)).toEqual([digest('one')]);
  });
});

describe('the journal', () => {
  test('passes over an entry that is gone by the time it is read', async () => {
    const files = createMemoryStoreFiles();
    await beginEntry(files, { kind: 'restore', plan: 'p-1', taken: [], written: [] });
    expect(await openEntries(files)).toHaveLength(1);
    expect(await openEntries({ ...files, readNote: async () => undefined })).toEqual([]);
  });

  test.each([
    ['no JSON', '{'],
    ['another plan', JSON.stringify({ kind: 'restore', plan: 'p-2', taken: [], written: [] })],
    ['another kind', JSON.stringify({ kind: 'delete', plan: 'p-1', taken: [], written: [] })],
  ])('with %s in an entry stops everything', async (_, text) => {
    const files = createMemoryStoreFiles();
    await files.placeNote({ kind: 'journal', name: 'p-1' }, text);
    await expect(recoverStore(files)).rejects.toMatchObject({ code: 'CORRUPT', subject: 'journal/p-1' });
    expect(await needsRecovery(files)).toBe(true);
  });

  test('of a restore and of a quarantine is finished by the next one', async () => {
    const files = await filesWith('one', 'two');
    await files.move([digest('one')], 'blobs', batch);
    await writeTrashNote(files, NOTE);
    await beginEntry(files, { kind: 'restore', plan: 'p-1', taken: [], written: [] });
    const blobs = [{ digest: digest('two'), size: 3, problem: 'It is damaged.' }];
    await beginEntry(files, { kind: 'quarantine', plan: 'q-1', at: 0, blobs });
    await recoverStore(files);
    expect(await needsRecovery(files)).toBe(false);
    // The second had not gone when the process ended: by now it may be whole.
    expect((await files.list('blobs')).toSorted()).toEqual([digest('one'), digest('two')].toSorted());
    expect(await trashNotes(files)).toEqual([]);
    expect(await quarantinedBlobs(files)).toEqual([]);
  });
});

describe('what nothing leads to', () => {
  test('is dropped, also where it is one blob', async () => {
    const files = await filesWith('one', 'two');
    await dropUnneeded(files, [digest('one')]);
    expect(await files.list('blobs')).toEqual([digest('two')]);
    files.lease([digest('two')]);
    await dropUnneeded(files, [digest('two')]);
    expect(await files.list('blobs')).toEqual([digest('two')]);
  });

  test('is not asked about where nothing is to be dropped', async () => {
    const files = createMemoryStoreFiles();
    const readIndex = () => Promise.reject(new Error('read'));
    await dropUnneeded({ ...files, readIndex }, []);
  });

  test('is dropped by nobody while a manifest cannot be read', async () => {
    const files = await filesWith('one', '{"config":');
    const entry = { mediaType: 'm', digest: digest('{"config":'), size: 10 };
    await changeIndex(files, ({ document }) => withReference(document, 'latest', entry));
    await dropUnneeded(files, [digest('one')]);
    expect(await files.list('blobs')).toHaveLength(2);
    await expect(
      dropUnneeded({ ...files, read: () => Promise.reject(new Error('no')) }, [digest('one')]),
    ).rejects.toThrow();
  });
});

describe('an index that others write too', () => {
  const add = ({ document }: { readonly document: LayoutIndexDocument }) =>
    withReference(document, 'latest', { mediaType: 'm', digest: digest('x'), size: 1 });

  test.each([
    [2, 3],
    [3, 3],
  ])('is worked out anew %i times, and three times at most', async (times, asked) => {
    for (const change of [changeIndex, (files: StoreFiles, one: typeof add) => replaceReferences(files, one, {})]) {
      const busy = refusing(createMemoryStoreFiles(), times);
      const done = change(busy.files, add);
      if (times < 3) expect((await done).document.manifests).toHaveLength(1);
      else await expect(done).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(busy.asked()).toBe(asked);
    }
  });

  test('is not tried again after another failure, nor after a cancel', async () => {
    const full = refusing(createMemoryStoreFiles(), 1, 'NO_SPACE');
    await expect(changeIndex(full.files, add)).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(full.asked()).toBe(1);
    const idle = refusing(createMemoryStoreFiles(), 0);
    const cancelled = replaceReferences(idle.files, add, { signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(idle.asked()).toBe(0);
  });

  test('is tried three times by an undo', async () => {
    for (const [times, tries] of [
      [2, 3],
      [3, 3],
    ] as const) {
      const files = await filesWith('one');
      const before = printLayoutIndex(add({ document: (await files.readIndex()).document }));
      const after = (await files.readIndex()).text;
      await files.move([digest('one')], 'blobs', batch);
      await writeTrashNote(files, { ...NOTE, index: { before, after } });
      const busy = refusing(files, times);
      const undone = restoreBatch(busy.files, 'p-1');
      if (times < 3) expect(await undone).toMatchObject({ plan: 'p-1', records: 1, blobs: 1, references: ['latest'] });
      else await expect(undone).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(busy.asked()).toBe(tries);
    }
  });
});

describe('an undo', () => {
  test('of blobs alone leads nothing anywhere', async () => {
    const files = await filesWith('one');
    await files.move([digest('one')], 'blobs', batch);
    await writeTrashNote(files, NOTE);
    expect(await restoreBatch(files, 'p-1')).toEqual({
      plan: 'p-1',
      cause: 'prune',
      records: 1,
      blobs: 1,
      references: [],
      beside: [],
    });
    expect(await files.batches('trash')).toEqual([]);
    expect(await openEntries(files)).toEqual([]);
  });

  test.each([
    ['p-2', 'NOT_FOUND'],
    ['../p-1', 'INVALID_INPUT'],
  ])('of %s: %s', async (plan, code) => {
    const files = await filesWith('one');
    await expect(restoreBatch(files, plan)).rejects.toMatchObject({ code, subject: plan });
  });

  test('of a cache with a damaged manifest brings it back as it went, and nothing else is hidden', async () => {
    const files = await filesWith('{"config":');
    const entry = { mediaType: 'm', digest: digest('{"config":'), size: 10 };
    const after = (await files.readIndex()).text;
    const before = printLayoutIndex(withReference((await files.readIndex()).document, 'latest', entry));
    await files.move([digest('{"config":')], 'blobs', batch);
    await writeTrashNote(files, { ...NOTE, index: { before, after } });
    const failing: StoreFiles = { ...files, read: () => Promise.reject(new CacheError('ACCESS_DENIED', 'no')) };
    await expect(restoreBatch(failing, 'p-1')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(await restoreBatch(files, 'p-1')).toMatchObject({ references: ['latest'] });
    expect(await files.list('blobs')).toHaveLength(1);
  });
});

test('a prune of one reference is undone whatever a later one made of another', async () => {
  const files = createMemoryStoreFiles();
  const entry = (text: string) => ({ mediaType: 'm', digest: digest(text), size: text.length });
  const put = async (ref: string, text: string) => {
    await files.put(digest(text), bytes(text));
    await replaceReferences(files, ({ document }) => withReference(document, ref, entry(text)), {});
  };
  for (const ref of ['a', 'b']) await put(ref, `{"of":"${ref}"}`);
  const prune = async (plan: string, ref: string, next: string) => {
    const { index, remove } = await openSession(files);
    await remove({
      plan,
      at: 0,
      records: 1,
      nextIndex: withReference(index.document, ref, entry(next)),
      blobs: [],
      documents: [],
      written: [digest(next)],
      write: () => files.put(digest(next), bytes(next)),
    });
  };
  await prune('p-1', 'a', '{"less":"a"}');
  await prune('p-2', 'b', '{"less":"b"}');
  expect(await restoreBatch(files, 'p-1')).toMatchObject({ references: ['a'], beside: [] });
  await prune('p-3', 'b', '{"least":"b"}');
  const refused = restoreBatch(files, 'p-2');
  await expect(refused).rejects.toMatchObject({ code: 'CONFLICT', subject: 'p-2', hint: 'Undo p-3 first.' });
});

test('what an import replaces is written down without what the next cache keeps', async () => {
  const files = await filesWith('shared', 'own');
  const link = (text: string) => ({ mediaType: 'l', digest: digest(text), size: text.length });
  const put = async (...layers: string[]) => {
    const text = JSON.stringify({ config: link('shared'), layers: layers.map(link) });
    await files.put(digest(text), bytes(text));
    const next = { mediaType: 'm', digest: digest(text), size: text.length };
    const entries: JournalEntry[] = [];
    const watched: StoreFiles = {
      ...files,
      placeNote: async (note, written) => {
        if (note.kind === 'journal') entries.push(JSON.parse(written) as JournalEntry);
        await files.placeNote(note, written);
      },
    };
    await replaceReferences(watched, ({ document }) => withReference(document, 'latest', next), {});
    return { entries, manifest: digest(text) };
  };
  const first = await put('own', 'shared');
  const { entries } = await put('shared');
  expect(entries).toMatchObject([
    { kind: 'remove', cause: 'import', blobs: [{ digest: digest('own'), size: 3 }], documents: [first.manifest] },
  ]);
  expect(await files.list('blobs')).toContain(digest('shared'));
});

test('a blob that is gone by then is named as left alone', async () => {
  const files = await filesWith('one');
  const session = await openSession(files);
  const removal = { plan: 'p-1', at: 0, records: 0, documents: [], written: [], write: async () => {} };
  const blobs = ['one', 'gone'].map((text) => ({ digest: digest(text), size: 3 }));
  expect(await session.remove({ ...removal, blobs })).toEqual({
    blobs: 1,
    bytes: 3,
    skipped: [{ digest: digest('gone'), reason: 'gone' }],
  });
});

test('layers are pushed once, and those of another size again', async () => {
  const store = createMoteLayerStore(new MemoryMoteCache(createMemoryMotes()));
  const layer = { mediaType: 'l', digest: digest('layer'), size: 5 };
  let opened = 0;
  const source = createMemoryBlobs([bytes('layer')]);
  const provider = {
    openBlob: (one: Parameters<typeof source.openBlob>[0]) => {
      opened += 1;
      return source.openBlob(one);
    },
  };
  expect([await store.pushLayer(layer, provider), await store.pushLayer(layer, provider)]).toEqual(['copied', 'there']);
  expect(opened).toBe(1);
});

describe('a removal that fails', () => {
  const removal = (write: () => Promise<void>) => ({
    plan: 'p-1',
    at: 0,
    records: 0,
    blobs: [{ digest: digest('one'), size: 3 }],
    documents: [],
    written: [digest('new')],
    write,
  });

  test('leaves nothing behind: no journal, no batch, no document', async () => {
    const files = await filesWith('one');
    const session = await openSession(files);
    const write = async () => {
      await files.put(digest('new'), bytes('new'));
      throw new Error('no');
    };
    await expect(session.remove(removal(write))).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await files.list('blobs')).toEqual([digest('one')]);
    expect(await openEntries(files)).toEqual([]);
    expect(await files.batches('trash')).toEqual([]);
  });

  test('is tried once more with the space of the reserve', async () => {
    const files = await filesWith('one');
    const session = await openSession(files);
    let tries = 0;
    const full = async () => {
      tries += 1;
      if (tries === 1) throw new CacheError('NO_SPACE', 'full');
    };
    expect(await session.remove(removal(full))).toEqual({ blobs: 1, bytes: 3, skipped: [] });
    expect(tries).toBe(2);
    expect(await files.giveUpReserve()).toBe(false);
  });
});

test('the reserve is given up for a full disk only, and once', async () => {
  const files = createMemoryStoreFiles();
  expect(await madeRoom(files, new Error('other'))).toBe(false);
  let tries = 0;
  const full = async () => {
    tries += 1;
    throw new CacheError('NO_SPACE', 'full');
  };
  await expect(withReserve(files, full)).rejects.toMatchObject({ code: 'NO_SPACE' });
  expect(tries).toBe(2);
  await expect(withReserve(files, full)).rejects.toMatchObject({ code: 'NO_SPACE' });
  expect(tries).toBe(3);
});

describe('what is set aside', () => {
  test('and cannot be moved: the error names the first of it', async () => {
    const files = await filesWith('one', 'three');
    const broken: StoreFiles = { ...files, move: () => Promise.reject(new Error('broken')) };
    const both = ['one', 'three'].map((text) => ({ digest: digest(text), problem: 'no' }));
    await expect(setAside(broken, both)).rejects.toMatchObject({ code: 'INTERNAL', subject: digest('one') });
  });

  const damaged = (text: string) => ({ digest: digest(text), problem: `${text} is damaged.` });

  test('is what is there, with its size and its problem, the latest first', async () => {
    const files = await filesWith('one', 'three');
    expect(await setAside(files, [damaged('gone')])).toEqual([]);
    expect(await files.batches('quarantine')).toEqual([]);
    const [one] = await setAside(files, [damaged('one'), damaged('gone')]);
    expect(one).toMatchObject({ digest: digest('one'), size: 3, problem: 'one is damaged.', at: 0 });
    expect(await quarantinedBlobs(files)).toEqual([one]);
    expect(await files.list('blobs')).toEqual([digest('three')]);
    expect(await openEntries(files)).toEqual([]);
  });

  test('is written down as far as it went when a move fails, or by the next one when the process ends', async () => {
    for (const mode of ['fails', 'ends'] as const) {
      let moves = 0;
      let isOver = false;
      const files = createMemoryStoreFiles((step) => {
        if (step === 'move') moves += 1;
        if (isOver || moves === 2) {
          isOver = mode === 'ends';
          moves = 3;
          throw new CacheError('UNAVAILABLE', 'cut off');
        }
      });
      for (const text of ['one', 'three']) await files.put(digest(text), bytes(text));
      await expect(setAside(files, [damaged('one'), damaged('three')])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      isOver = false;
      expect(await needsRecovery(files)).toBe(mode === 'ends');
      await recoverStore(files);
      expect(await quarantinedBlobs(files)).toMatchObject([{ digest: digest('one') }]);
      expect(await files.list('blobs')).toEqual([digest('three')]);
    }
  });
});

test('a document is described by all of its pieces', async () => {
  const document = { mediaType: 'm', pieces: () => [bytes('on'), bytes('e')] };
  expect(await describeDocument(document)).toEqual({ mediaType: 'm', digest: digest('one'), size: 3 });
  await expect(describeDocument(document, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
});

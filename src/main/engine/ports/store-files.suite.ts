import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { Batch, StoreFiles } from './store-files.ts';

/** The files of a fresh store, and the way a blob gets there without them. */
export interface OpenedStoreFiles {
  readonly files: StoreFiles;
  put(digest: Digest, bytes: Uint8Array): Promise<void>;
}

const bytesOf = (name: string) => Buffer.from(`blob ${name}`);
const digestOf = (name: string) => parseDigest(`sha256:${createHash('sha256').update(bytesOf(name)).digest('hex')}`);
const TRASH: Batch = { kind: 'trash', name: 'p-all-000001' };
const QUARANTINE: Batch = { kind: 'quarantine', name: 'q-000000000001' };

/** What the files of every store promise. `open` makes an empty one. */
export function describeStoreFiles(name: string, open: () => Promise<OpenedStoreFiles>): void {
  describe(`files of a store: ${name}`, () => {
    let files: StoreFiles;
    let put: (name: string) => Promise<Digest>;
    beforeEach(async () => {
      const opened = await open();
      files = opened.files;
      put = async (blob) => {
        await opened.put(digestOf(blob), bytesOf(blob));
        return digestOf(blob);
      };
    });

    it('replaces the index that was read, and no other', async () => {
      const first = await files.readIndex();
      expect(first.document.manifests).toEqual([]);
      const text = '{"schemaVersion":2,"manifests":[]}';
      const second = await files.replaceIndex(first, text);
      expect(second.text).toBe(text);
      expect((await files.readIndex()).version).toBe(second.version);
      expect(second.version).not.toBe(first.version);
      await expect(files.replaceIndex(first, first.text)).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(files.replaceIndex(second, 'no index')).rejects.toMatchObject({ code: 'CORRUPT' });
      expect((await files.readIndex()).text).toBe(text);
    });

    it('places, replaces, lists and deletes documents; what is absent is no error', async () => {
      const note = { kind: 'journal', name: 'p-all-000001' } as const;
      expect(await files.readNote(note)).toBeUndefined();
      await files.deleteNote(note);
      await files.placeNote(note, 'first');
      await files.placeNote(note, 'second, ünï');
      await files.placeNote({ kind: 'plan', name: 'p-all-000002' }, 'a plan');
      expect(await files.readNote(note)).toBe('second, ünï');
      expect((await files.listNotes('journal')).map((one) => one.name)).toEqual([note.name]);
      expect((await files.listNotes('plan')).map((one) => one.name)).toEqual(['p-all-000002']);
      await files.deleteNote(note);
      expect(await files.readNote(note)).toBeUndefined();
      expect(await files.listNotes('journal')).toEqual([]);
    });

    it.each(['', '..', '../plans', 'a/b', `x${'y'.repeat(64)}`])('refuses %j as a name', async (bad) => {
      const outcome = (async () => files.placeNote({ kind: 'plan', name: bad }, ''))();
      await expect(outcome).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect((async () => files.list({ kind: 'trash', name: bad }))()).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    });

    it.each([TRASH, QUARANTINE])(
      'moves blobs into a batch of the $kind and back, and says what is not there',
      async (batch) => {
        const [a, b] = [await put('a'), await put('b')];
        const progress: number[] = [];
        const absent = await files.move([a, digestOf('none'), b], 'blobs', batch, (done) => progress.push(done));
        expect([...absent]).toEqual([digestOf('none')]);
        expect(progress.at(-1)).toBe(3);
        expect([...(await files.list(batch))].sort()).toEqual([a, b].sort());
        expect(await files.list('blobs')).toEqual([]);
        expect(await files.look('blobs', a)).toBeUndefined();
        expect(await files.look(batch, a)).toEqual({ isFile: true, size: bytesOf('a').byteLength });
        expect(Buffer.from((await files.read(batch, a)) ?? []).toString()).toBe('blob a');
        // Again: what is there already stays there.
        expect([...(await files.move([a], 'blobs', batch))]).toEqual([a]);
        expect(await files.isWhole(batch, a)).toBe(true);
        await files.move([a, b], batch, 'blobs');
        expect([...(await files.list('blobs'))].sort()).toEqual([a, b].sort());
        expect(await files.list(batch)).toEqual([]);
      },
    );

    it('moves over what lies there', async () => {
      const a = await put('a');
      await files.move([a], 'blobs', TRASH);
      await put('a');
      expect((await files.move([a], TRASH, 'blobs')).size).toBe(0);
      expect(await files.list(TRASH)).toEqual([]);
      expect(await files.isWhole('blobs', a)).toBe(true);
    });

    it('tells a batch that is open, noted, condemned, and ends it when it is empty', async () => {
      const a = await put('a');
      const states = async () => (await files.batches('trash')).map(({ name: batch, state }) => [batch, state]);
      expect(await states()).toEqual([]);
      await files.condemn(TRASH);
      await files.move([a], 'blobs', TRASH);
      expect(await states()).toEqual([[TRASH.name, 'open']]);
      await files.placeNote({ kind: 'trash', name: TRASH.name }, '{}');
      expect(await states()).toEqual([[TRASH.name, 'noted']]);
      expect(await files.holdsOnlyBlobs(TRASH)).toBe(true);
      await files.condemn(TRASH);
      await files.condemn(TRASH);
      expect(await states()).toEqual([[TRASH.name, 'condemned']]);
      expect(await files.readNote({ kind: 'trash', name: TRASH.name })).toBeUndefined();
      await files.delete(TRASH, [a, digestOf('none')]);
      await files.endBatch(TRASH);
      await files.endBatch(TRASH);
      expect(await states()).toEqual([]);
    });

    it('knows whole bytes from others', async () => {
      const a = await put('a');
      expect(await files.isWhole('blobs', a)).toBe(true);
      expect(await files.isWhole('blobs', digestOf('none'))).toBe(false);
      expect(await files.read('blobs', digestOf('none'))).toBeUndefined();
      await files.delete('blobs', [a, a]);
      expect(await files.look('blobs', a)).toBeUndefined();
    });

    it('gives up its reserve once', async () => {
      expect(await files.giveUpReserve()).toBe(true);
      expect(await files.giveUpReserve()).toBe(false);
    });
  });
}

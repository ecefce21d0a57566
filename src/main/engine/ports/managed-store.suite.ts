import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { EMPTY_INDEX, type LayoutIndexDocument, withReference } from '../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { ManagedStore, Removal } from './managed-store.ts';

/** An empty store, and the same one as a program that has just started opens it. */
export interface OpenedStore {
  readonly store: ManagedStore;
  open(): Promise<ManagedStore>;
  /** Puts bytes where a blob belongs, without asking the store: damage. */
  put(digest: Digest, bytes: Uint8Array): Promise<void>;
}

const bytesOf = (name: string) => Buffer.from(`blob ${name}`);
const digestOf = (bytes: Uint8Array) => parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
const blob = (name: string) => digestOf(bytesOf(name));
const sized = (name: string) => ({ digest: blob(name), size: bytesOf(name).byteLength });

/** What every managed store promises, and which error tells that something cannot be had. `open` makes an empty one. */
export function describeManagedStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`a managed store: ${name}`, () => {
    let opened: OpenedStore;
    let store: ManagedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });

    async function write(bytes: Uint8Array): Promise<Digest> {
      const digest = digestOf(bytes);
      if (await store.blobs.moteExists(digest)) return digest;
      await store.blobs.createMote(digest, '', bytes.byteLength);
      await using writer = await store.blobs.moteWriter(digest);
      await writer.write(bytes);
      await writer.close();
      return digest;
    }

    /** Writes a manifest of these layers; its bytes as an index names them. */
    async function manifest(...layers: readonly string[]) {
      const links = [];
      for (const layer of layers) {
        links.push({ mediaType: 'l', digest: await write(bytesOf(layer)), size: bytesOf(layer).byteLength });
      }
      const bytes = Buffer.from(JSON.stringify({ mediaType: MEDIA_TYPES.ociManifest, layers: links }));
      return { mediaType: MEDIA_TYPES.ociManifest, digest: await write(bytes), size: bytes.byteLength };
    }

    async function refer(ref: string, ...layers: readonly string[]): Promise<Digest> {
      const entry = await manifest(...layers);
      await store.changeIndex(({ document }) => withReference(document, ref, entry));
      return parseDigest(entry.digest);
    }

    const removal = (plan: string, blobs: readonly string[], more: Partial<Removal> = {}): Removal => ({
      plan,
      at: 1_700_000_000_000,
      records: blobs.length,
      blobs: blobs.map(sized),
      documents: [],
      written: [],
      write: async () => {},
      ...more,
    });
    const remove = (plan: string, blobs: readonly string[], more: Partial<Removal> = {}) =>
      store.exclusive((session) => session.remove(removal(plan, blobs, more)));
    const restore = (plan: string) => store.exclusive((session) => session.restore(plan));
    const present = async () => [...(await store.listBlobs())].sort();

    it('says what and where it is, and starts with nothing', async () => {
      expect(store.managed).toBe(true);
      expect((await opened.open()).location).toBe(store.location);
      expect((await store.readIndex()).document).toEqual(EMPTY_INDEX);
      expect([await present(), await store.trash(), await store.quarantined()]).toEqual([[], [], []]);
      expect((await store.knownDamage()).size).toBe(0);
    });

    it('switches the index to what a change answers; a change that throws leaves it as it was', async () => {
      const before = await store.readIndex();
      const entry = await manifest('a');
      const after = await store.changeIndex(({ document }) => withReference(document, 'latest', entry));
      expect(after.version).not.toBe(before.version);
      expect(await (await opened.open()).readIndex()).toEqual(after);
      const failing = store.changeIndex(() => Promise.reject(new RangeError('no')));
      await expect(failing).rejects.toThrow('no');
      expect(await store.readIndex()).toEqual(after);
      expect(await store.trash()).toEqual([]);
    });

    it('moves a reference that is replaced to the trash with what only it kept, and brings it back under another name', async () => {
      const first = await refer('latest', 'shared', 'old');
      const second = await refer('latest', 'shared', 'new');
      const [batch] = await store.trash();
      expect(batch).toMatchObject({ cause: 'import', blobs: 1, bytes: sized('old').size });
      expect(await present()).toEqual([blob('shared'), blob('new'), second].sort());
      const restored = await restore(batch?.plan ?? '');
      expect(restored).toMatchObject({ cause: 'import', beside: [{ ref: 'latest' }] });
      expect(await present()).toEqual([blob('shared'), blob('new'), blob('old'), first, second].sort());
      expect(await store.trash()).toEqual([]);
    });

    it('removes what nothing leads to, and brings it back byte for byte', async () => {
      await refer('latest', 'kept');
      await write(bytesOf('orphan'));
      const before = [await present(), await store.readIndex()];
      const removed = await remove('p-all-000001', ['orphan', 'kept', 'gone']);
      expect(removed).toEqual({
        blobs: 1,
        bytes: sized('orphan').size,
        skipped: [
          { digest: blob('kept'), reason: 'needed' },
          { digest: blob('gone'), reason: 'gone' },
        ],
      });
      expect(await present()).not.toContain(blob('orphan'));
      expect(await (await opened.open()).trash()).toMatchObject([{ plan: 'p-all-000001', cause: 'prune', blobs: 1 }]);
      expect(await restore('p-all-000001')).toMatchObject({
        plan: 'p-all-000001',
        blobs: 1,
        references: [],
        beside: [],
      });
      expect([await present(), await store.readIndex()]).toEqual(before);
    });

    it('leaves alone what is leased, until the lease is released', async () => {
      await write(bytesOf('a'));
      await write(bytesOf('b'));
      const lease = await (await opened.open()).lease([blob('a')]);
      await lease.add([blob('b')]);
      expect(await remove('p-all-000001', ['a', 'b'])).toMatchObject({ blobs: 0, skipped: [{}, {}] });
      await store.discard([blob('a'), blob('b')]);
      expect(await present()).toHaveLength(2);
      await lease[Symbol.asyncDispose]();
      await store.discard([blob('a')]);
      expect(await remove('p-all-000002', ['a', 'b'])).toMatchObject({ blobs: 1, skipped: [{ reason: 'gone' }] });
    });

    it('discards for good what nothing leads to, and nothing else', async () => {
      const kept = await refer('latest', 'kept');
      await write(bytesOf('orphan'));
      await store.discard([blob('orphan'), blob('kept'), blob('absent'), kept]);
      expect(await present()).toEqual([blob('kept'), kept].sort());
      expect(await store.trash()).toEqual([]);
    });

    it('takes a removal back that fails or is cancelled before the index is switched', async () => {
      await refer('latest', 'kept');
      await write(bytesOf('orphan'));
      const before = [await present(), await store.readIndex()];
      const nextIndex: LayoutIndexDocument = EMPTY_INDEX;
      const failing = () => Promise.reject(new TypeError('a bug'));
      await expect(remove('p-all-000001', ['orphan'], { nextIndex, write: failing })).rejects.toMatchObject({
        code: 'INTERNAL',
      });
      const abort = new AbortController();
      const cancelled = store.exclusive((session) =>
        session.remove(removal('p-all-000002', ['orphan'], { nextIndex, write: async () => abort.abort() }), {
          signal: abort.signal,
        }),
      );
      await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
      expect([await present(), await store.readIndex()]).toEqual(before);
      expect(await store.trash()).toEqual([]);
    });

    it('refuses to undo what is not there, what is no name, and what a later prune went on from', async () => {
      await expect(restore('p-all-ffffff')).rejects.toMatchObject({ code: 'NOT_FOUND', subject: 'p-all-ffffff' });
      await expect(restore('../batch')).rejects.toMatchObject({ code: 'INVALID_INPUT', subject: '../batch' });
      await refer('latest', 'a', 'b', 'c');
      for (const [plan, layers] of [
        ['p-all-000001', ['a', 'b']],
        ['p-all-000002', ['a']],
      ] as const) {
        const entry = await manifest(...layers);
        await store.exclusive((session) =>
          session.remove(
            removal(plan, [], { nextIndex: withReference(session.index.document, 'latest', entry), written: [] }),
          ),
        );
      }
      const early = restore('p-all-000001');
      await expect(early).rejects.toMatchObject({ code: 'CONFLICT', hint: expect.stringContaining('p-all-000002') });
      for (const plan of ['p-all-000002', 'p-all-000001']) {
        expect(await restore(plan)).toMatchObject({ references: ['latest'], beside: [] });
      }
    });

    it('sets damaged blobs aside, lists them, and deletes them with the trash alone', async () => {
      await refer('latest', 'kept');
      await opened.put(blob('bad'), Buffer.from('other bytes'));
      const damaged = [
        { digest: blob('bad'), problem: 'It has other bytes.' },
        { digest: blob('absent'), problem: 'no' },
      ];
      const moved = await store.exclusive((session) => session.quarantine(damaged));
      expect(moved).toMatchObject([{ digest: blob('bad'), size: 11, problem: 'It has other bytes.' }]);
      expect(await (await opened.open()).quarantined()).toEqual(moved);
      expect(await store.blobs.moteExists(blob('bad'))).toBe(false);
      await write(bytesOf('orphan'));
      await remove('p-all-000001', ['orphan']);
      const steps: [number, number][] = [];
      const emptied = await store.exclusive((session) =>
        session.emptyTrash({ onProgress: (done, total) => steps.push([done, total]) }),
      );
      expect(emptied).toEqual({ blobs: 2, bytes: 11 + sized('orphan').size, leftAlone: [] });
      expect(steps.at(-1)).toEqual([2, 2]);
      expect([await store.trash(), await store.quarantined()]).toEqual([[], []]);
      expect(await present()).toContain(blob('kept'));
      await expect(restore('p-all-000001')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('stops emptying between two batches when it is cancelled', async () => {
      for (const [at, word] of ['a', 'b', 'c'].entries()) {
        await write(bytesOf(word));
        await remove(`p-all-00000${at}`, [word]);
      }
      const abort = new AbortController();
      const emptying = store.exclusive((session) =>
        session.emptyTrash({ signal: abort.signal, onProgress: () => abort.abort() }),
      );
      await expect(emptying).rejects.toMatchObject({ code: 'CANCELLED' });
      const left = (await store.trash()).length;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(3);
      await store.exclusive((session) => session.emptyTrash());
      expect(await store.trash()).toEqual([]);
    });

    it('lets one in at a time; who waits can be cancelled, and an error lets the next one in', async () => {
      const gate = Promise.withResolvers<void>();
      const inside = Promise.withResolvers<void>();
      const order: string[] = [];
      const first = store.exclusive(async () => {
        inside.resolve();
        await gate.promise;
        order.push('first');
        throw new RangeError('of the body');
      });
      await inside.promise;
      const abort = new AbortController();
      const waiting = [store.exclusive, store.changeIndex].map((ask) =>
        ask.call(store, async () => expect.fail('it was let in') as never, { signal: abort.signal }),
      );
      const second = (await opened.open()).exclusive(async () => order.push('second'));
      abort.abort();
      for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'CANCELLED' });
      gate.resolve();
      await expect(first).rejects.toThrow('of the body');
      await second;
      expect(order).toEqual(['first', 'second']);
    });

    it('keeps plans by their name, and refuses what is none', async () => {
      expect(await store.plans.get('p-all-000001')).toBeUndefined();
      await store.plans.put('p-all-000001', 'one');
      await store.plans.put('p-all-000001', 'another, ünï');
      expect(await (await opened.open()).plans.get('p-all-000001')).toBe('another, ünï');
      await expect(store.plans.put('../plan', '')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(store.plans.get('../plan')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('remembers what a check found damaged until the next one finds something else', async () => {
      await opened.put(blob('bad'), Buffer.from('other bytes'));
      await store.noteDamage([{ digest: blob('bad'), message: 'It has other bytes.' }]);
      const known = await (await opened.open()).knownDamage();
      expect([...known.values()]).toMatchObject([{ digest: blob('bad'), message: 'It has other bytes.' }]);
      await store.noteDamage([]);
      expect((await store.knownDamage()).size).toBe(0);
    });
  });
}

import { createHash } from 'node:crypto';
import { isCacheError } from '../../../../shared/base/errors.ts';
import { type Digest, parseDigest } from '../../../../shared/oci/digest.ts';
import {
  type LayoutIndexEntry,
  parseLayoutIndex,
  referenceOf,
  withReference,
} from '../../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../../shared/oci/media-types.ts';
import type { StoreFiles } from '../../ports/store-files.ts';
import { trashNotes } from '../batches.ts';
import { asOwn } from '../prune-mark.ts';
import { reachableBlobs } from '../reachable-blobs.ts';
import { recoverStore } from '../recover.ts';
import { replaceReferences } from '../replace-references.ts';
import { openSession } from '../store-session.ts';
import { takenAway } from '../undone-index.ts';
import { digestOf } from './memory-store-files.ts';

/** Files that a test may write blobs into, and whose leases it says. */
export interface ModelFiles extends StoreFiles {
  put(digest: Digest, bytes: Uint8Array): Promise<void>;
  lease(digests: Iterable<Digest>): void;
}

/** A sequence of numbers below a bound that a seed decides. */
export function sequence(seed: number): (bound: number) => number {
  let count = 0;
  return (bound) => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32BE() % bound;
  };
}

/** A cache as a model has it: the digest of its manifest, and every blob it leads to. */
interface ModelCache {
  readonly manifest: Digest;
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
}

const REFS = ['latest', 'main', 'next'];
const LAYERS = 9;
/** Caches that may come in. */
const CACHES = 8;

function isWithin(some: readonly number[], all: readonly number[]): boolean {
  return some.length < all.length && some.every((one) => all.includes(one));
}

/** A fault that ends a step. */
export class Crash extends Error {}

/**
 * What is known of a store without looking into it, beside the store itself: which caches came in and were never deleted
 * for good. Every action leaves references that lead to whole caches; `undoAll` must bring every cache back.
 */
export function createStoreModel(files: ModelFiles, pick: (bound: number) => number) {
  const held = new Map<Digest, ModelCache>();

  const makeCache = (id: number, layers: readonly number[]): { readonly cache: ModelCache; readonly size: number } => {
    const bytes = layers.map((n) => Buffer.from(`layer ${n} `.repeat(n + 1)));
    const config = Buffer.from(JSON.stringify({ id, layers }));
    const link = (mediaType: string, content: Uint8Array) => ({
      mediaType,
      digest: digestOf(content),
      size: content.byteLength,
    });
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.ociManifest,
        config: link(MEDIA_TYPES.cacheConfig, config),
        layers: bytes.map((layer) => link('application/vnd.oci.image.layer.v1.tar', layer)),
      }),
    );
    const blobs = new Map([manifest, config, ...bytes].map((content) => [digestOf(content), content as Uint8Array]));
    return { cache: { manifest: digestOf(manifest), blobs }, size: manifest.byteLength };
  };
  const layersOf = async (manifest: string): Promise<number[]> => {
    const bytes = await files.read('blobs', parseDigest(manifest));
    const { config } = JSON.parse(Buffer.from(bytes ?? '{}').toString()) as { config: { digest: string } };
    const text = await files.read('blobs', parseDigest(config.digest));
    return (JSON.parse(Buffer.from(text ?? '{}').toString()) as { layers: number[] }).layers;
  };
  const write = async ({ blobs }: ModelCache) => {
    for (const [digest, bytes] of blobs) if (!(await files.look('blobs', digest))) await files.put(digest, bytes);
  };
  const referenced = async () => new Set((await files.readIndex()).document.manifests.map(({ digest }) => digest));

  const pickFrom = <T>(all: readonly T[]): T => all[pick(all.length)] as T;
  /** Layers of a cache that comes in. Each of the second half holds some of one of the first. */
  const layersIn = (id: number): number[] => {
    if (id >= CACHES / 2) return layersIn(id - CACHES / 2).filter((n) => n % 2 === 0);
    return Array.from({ length: LAYERS }, (_, n) => n).filter((n) => (id + n) % 3 !== 0 && (n * id) % 5 !== 1);
  };

  const importCache = async () => {
    // Some come twice, under one name or another; some are what stands there already.
    const { manifests } = (await files.readIndex()).document;
    const all = Array.from({ length: CACHES }, (_, id) => makeCache(id, layersIn(id)));
    const standing = manifests[pick(manifests.length + 1)];
    const again = pick(3) === 0 ? all.find(({ cache }) => cache.manifest === standing?.digest) : undefined;
    const { cache, size } = again ?? pickFrom(all);
    const ref = again && standing ? referenceOf(standing) : pickFrom(REFS);
    await write(cache);
    await replaceReferences(
      files,
      ({ document }) =>
        withReference(document, ref, { mediaType: MEDIA_TYPES.ociManifest, digest: cache.manifest, size }),
      {},
    );
    held.set(cache.manifest, cache);
  };

  const prune = async () => {
    const session = await openSession(files);
    const { document } = session.index;
    let next = document;
    const written: Digest[] = [];
    const made: ModelCache[] = [];
    for (const entry of document.manifests) {
      if (pick(2) === 0) continue;
      const layers = await layersOf(entry.digest);
      // Now and then what is left is a cache that comes in as well, or one that another prune made.
      const twins = Array.from({ length: CACHES }, (_, id) => id).filter((id) => isWithin(layersIn(id), layers));
      const twin = pick(2) === 0 ? twins[pick(twins.length + 1)] : undefined;
      const stays = twin === undefined ? layers.filter(() => pick(3) > 0) : layersIn(twin);
      const manifests = next.manifests.filter((one) => one !== entry);
      next = { ...next, manifests };
      if (stays.length === 0) continue;
      const { cache, size } = makeCache(twin ?? CACHES + pick(4), stays);
      next = { ...next, manifests: [...manifests, { ...entry, digest: cache.manifest, size }] };
      for (const digest of cache.blobs.keys()) {
        if (!(await files.look('blobs', digest)) && !written.includes(digest)) written.push(digest);
      }
      made.push(cache);
    }
    const before = await reachableBlobs(document, (digest) => files.read('blobs', digest));
    await session.remove({
      plan: `p-all-${pick(2 ** 24)
        .toString(16)
        .padStart(6, '0')}`,
      at: files.now(),
      records: 1,
      nextIndex: next,
      blobs: [...before].map((digest) => ({ digest, size: 1 })),
      documents: [],
      written,
      write: async () => {
        for (const cache of made) await write(cache);
      },
    });
  };

  const pruneOrphans = async () => {
    const session = await openSession(files);
    await session.remove({
      plan: `p-orphans-${pick(2 ** 24)
        .toString(16)
        .padStart(6, '0')}`,
      at: files.now(),
      records: 0,
      blobs: (await files.list('blobs')).map((digest) => ({ digest, size: 1 })),
      documents: [],
      written: [],
      write: async () => {},
    });
  };

  /** Undoes a batch; where another has to come first, that one, which must be there. */
  const undo = async (plan: string): Promise<void> => {
    const session = await openSession(files);
    try {
      await session.restore(plan);
    } catch (error) {
      if (!isCacheError(error, 'CONFLICT')) throw error;
      const first = /^Undo (\S+) first\.$/.exec(error.hint ?? '')?.[1];
      if (!(await trashNotes(files)).some((note) => note.plan === first)) throw error;
      await undo(first ?? '');
    }
  };
  const undoAny = async () => {
    const notes = await trashNotes(files);
    const note = notes[pick(Math.max(1, notes.length))];
    if (note) await undo(note.plan);
  };

  /** Forgets what neither a reference nor a batch leads to any more. To be called after something was deleted on purpose. */
  const forgetDeleted = async () => {
    // What a prune left there goes with the undo of that prune: it is no cache that came in.
    const isOwn = (entry: LayoutIndexEntry) => asOwn(entry) === entry;
    const led = new Set((await files.readIndex()).document.manifests.filter(isOwn).map(({ digest }) => digest));
    for (const { index } of await trashNotes(files)) {
      if (!index) continue;
      const [before, after] = [parseLayoutIndex(index.before, ''), parseLayoutIndex(index.after, '')];
      for (const entry of takenAway(before, after)) if (isOwn(entry)) led.add(entry.digest);
    }
    for (const digest of held.keys()) if (!led.has(digest)) held.delete(digest);
  };
  const empty = async () => {
    const cut = new AbortController();
    const stopAt = pick(4);
    let deleted = 0;
    const onProgress = () => {
      deleted += 1;
      if (deleted === stopAt) cut.abort();
    };
    const session = await openSession(files);
    await session.emptyTrash({ signal: cut.signal, onProgress }).catch((error: unknown) => {
      if (!isCacheError(error, 'CANCELLED')) throw error;
    });
  };

  return {
    /**
     * One action, whichever comes next; a crash in it is recovered from as a new process would.
     * @param restart is called when the action is over, so that recovery itself does not crash
     */
    async act(restart: () => void = () => {}): Promise<void> {
      const all = [importCache, importCache, prune, prune, pruneOrphans, undoAny, undoAny];
      const action = pick(20) === 0 ? empty : (all[pick(all.length)] ?? prune);
      const leased = pick(4) === 0 ? (await files.list('blobs')).filter(() => pick(5) === 0) : [];
      files.lease(leased);
      try {
        await action();
        for (const digest of leased) {
          if (!(await files.look('blobs', digest))) throw new Error(`${digest} is leased and was taken`);
        }
      } catch (error) {
        if (!(error instanceof Crash) && !(error instanceof Error && error.cause instanceof Crash)) throw error;
      }
      restart();
      files.lease([]);
      await recoverStore(files);
      if (action === empty) await forgetDeleted();
    },
    /** @throws when a reference leads to something that is not there */
    async checkReferences(): Promise<void> {
      const { document } = await files.readIndex();
      for (const digest of await reachableBlobs(document, (one) => files.read('blobs', one))) {
        if (!(await files.isWhole('blobs', digest))) throw new Error(`${digest} is led to and not there`);
      }
    },
    /** Undoes everything, in an order of its own. */
    async undoAll(): Promise<void> {
      for (let notes = await trashNotes(files); notes.length > 0; notes = await trashNotes(files)) {
        await undo(notes[pick(notes.length)]?.plan ?? '');
        await this.checkReferences();
      }
    },
    /** @throws when a cache that came in and was never deleted is not there, byte for byte, with a reference to it */
    async checkAllIsThere(): Promise<number> {
      const led = await referenced();
      for (const { manifest, blobs } of held.values()) {
        if (!led.has(manifest)) throw new Error(`nothing leads to ${manifest}`);
        for (const [digest, bytes] of blobs) {
          const there = await files.read('blobs', digest);
          if (!there || Buffer.compare(there, bytes) !== 0) throw new Error(`${digest} of ${manifest} is lost`);
        }
      }
      for (const kind of ['trash', 'quarantine'] as const) {
        const left = await files.batches(kind);
        if (left.length > 0) throw new Error(`left behind: ${left.map(({ name }) => name).join(', ')}`);
      }
      return held.size;
    },
  };
}

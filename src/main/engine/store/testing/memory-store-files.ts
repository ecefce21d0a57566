import { createHash } from 'node:crypto';
import { CacheError } from '../../../../shared/base/errors.ts';
import { type Digest, parseDigest, splitDigest } from '../../../../shared/oci/digest.ts';
import { EMPTY_INDEX, parseLayoutIndex, printLayoutIndex } from '../../../../shared/oci/layout-index.ts';
import type { LayoutIndex } from '../../ports/managed-store.ts';
import type { Batch, BlobPlace, FoundBatch, StoreFiles, StoreNote } from '../../ports/store-files.ts';

/** The files of a store in memory, with what a test needs to fill them. */
export interface MemoryStoreFiles extends StoreFiles {
  /** Puts bytes among the blobs, under a digest that may be wrong. */
  put(digest: Digest, bytes: Uint8Array): Promise<void>;
  /** What leases hold from now on. */
  lease(digests: Iterable<Digest>): void;
}

/** A fault that a test makes happen: called before every step that changes something, with what it is. */
export type BeforeStep = (step: string) => void;

/**
 * The files of a store in memory. Every change of one blob or one document is a step of its own, so that a fault in the
 * middle of a call leaves what a crash would leave on a disk.
 */
export function createMemoryStoreFiles(beforeStep: BeforeStep = () => {}, now = () => 0): MemoryStoreFiles {
  const blobs = new Map<string, Map<Digest, Uint8Array>>([['blobs', new Map()]]);
  const notes = new Map<string, { text: string; changedAt: number }>();
  const condemned = new Set<string>();
  const disk = { hasReserve: true };
  let index = printLayoutIndex(EMPTY_INDEX);
  let leased = new Set<Digest>();
  const keyOf = (place: BlobPlace | StoreNote) => (place === 'blobs' ? place : `${place.kind}/${checked(place.name)}`);
  const folder = (place: BlobPlace) => blobs.get(keyOf(place));
  const read = (): LayoutIndex => ({
    version: digestOf(Buffer.from(index)),
    text: index,
    document: parseLayoutIndex(index, 'index.json'),
  });
  return {
    location: 'memory',
    now,
    put: async (digest, bytes) => {
      blobs.get('blobs')?.set(digest, bytes);
    },
    lease: (digests) => {
      leased = new Set(digests);
    },
    readIndex: async () => read(),
    replaceIndex: async (from, text) => {
      if (read().version !== from.version) throw new CacheError('CONFLICT', 'It has changed.');
      parseLayoutIndex(text, 'index.json');
      beforeStep('replace index');
      index = text;
      return read();
    },
    readNote: async (note) => notes.get(keyOf(note))?.text,
    placeNote: async (note, text) => {
      const key = keyOf(note);
      beforeStep(`place ${note.kind}`);
      if (note.kind === 'trash' || note.kind === 'quarantine') blobs.set(key, blobs.get(key) ?? new Map());
      notes.set(key, { text, changedAt: now() });
    },
    deleteNote: async (note) => {
      beforeStep(`delete ${note.kind}`);
      notes.delete(keyOf(note));
    },
    listNotes: async (kind) =>
      [...notes]
        .filter(([key]) => key.startsWith(`${kind}/`))
        .map(([key, { changedAt }]) => ({ name: key.slice(kind.length + 1), changedAt })),
    pathOf: keyOf,
    folderOf: keyOf,
    batches: async (kind) =>
      [...blobs.keys()]
        .filter((key) => key.startsWith(`${kind}/`))
        .map((key): FoundBatch => {
          const state = condemned.has(key) ? 'condemned' : notes.has(key) ? 'noted' : 'open';
          return { kind, name: key.slice(kind.length + 1), state };
        }),
    holdsOnlyBlobs: async () => true,
    condemn: async (batch: Batch) => {
      if (!notes.has(keyOf(batch))) return;
      beforeStep('condemn');
      notes.delete(keyOf(batch));
      condemned.add(keyOf(batch));
    },
    endBatch: async (batch) => {
      beforeStep('end batch');
      const key = keyOf(batch);
      condemned.delete(key);
      if (blobs.get(key)?.size === 0 && !notes.has(key)) blobs.delete(key);
    },
    list: async (place) => [...(folder(place)?.keys() ?? [])],
    look: async (place, digest) => {
      const bytes = folder(place)?.get(digest);
      return bytes && { isFile: true, size: bytes.byteLength };
    },
    read: async (place, digest) => folder(place)?.get(digest),
    isWhole: async (place, digest) => {
      const bytes = folder(place)?.get(digest);
      return bytes !== undefined && digestOf(bytes) === digest;
    },
    move: async (digests, from, to, onProgress) => {
      const source = folder(from);
      const target = folder(to) ?? new Map();
      blobs.set(keyOf(to), target);
      const absent = new Set<Digest>();
      for (const [at, digest] of digests.entries()) {
        beforeStep('move');
        const bytes = source?.get(digest);
        if (!bytes) absent.add(digest);
        else target.set(digest, bytes);
        source?.delete(digest);
        onProgress?.(at + 1, digests.length);
      }
      return absent;
    },
    delete: async (place, digests) => {
      for (const digest of digests) {
        beforeStep('delete');
        folder(place)?.delete(digest);
      }
    },
    giveUpReserve: async () => {
      const { hasReserve } = disk;
      disk.hasReserve = false;
      return hasReserve;
    },
    leased: async () => leased,
  };
}

function checked(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(name)) return name;
  throw new CacheError('INVALID_INPUT', 'This is not the name of a plan.', { subject: name });
}

/** The digest of some bytes, by the algorithm of another digest. */
export function digestOf(bytes: Uint8Array, like?: Digest): Digest {
  const algorithm = like ? splitDigest(like).algorithm : 'sha256';
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
}

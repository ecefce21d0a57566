import { createHash } from 'node:crypto';
import { type Digest, splitDigest } from '../../../shared/oci/digest.ts';
import type { MoteCache, MoteWriter } from '../ports/mote-cache.ts';
import type { OpenDocument } from './cache-reader.ts';

/** Configs of larger caches are read from afar each time: a kept one is hashed whole before it is handed on. */
const MAX_DOCUMENT_BYTES = 64 * 2 ** 20;

/** Bytes kept in all; the documents used last stay. */
const MAX_KEPT_BYTES = 256 * 2 ** 20;

/** Documents that were read from afar, by digest. */
export interface KeptDocuments {
  /** Gives the bytes kept here instead of those from afar, or keeps these while they are read. Never throws itself. */
  through(digest: Digest, document: OpenDocument): Promise<OpenDocument>;
}

/**
 * Keeps documents of registries in a cache of motes, so that a source read again, or by another tag, sends for nothing that
 * it has. Kept bytes are hashed before they count. A cache that cannot be read or written to is only no help; one that is
 * switched off (`NilCache`) keeps nothing.
 */
export function createKeptDocuments(motes: MoteCache): KeptDocuments {
  let opened: Promise<void> | undefined;
  /** Opened with the first document, and cut back to what it may hold. */
  const open = (): Promise<void> => {
    opened ??= motes.initialize().then(async () => {
      await motes.prune(MAX_KEPT_BYTES);
    });
    return opened;
  };

  return {
    async through(digest, document) {
      if (document.size > MAX_DOCUMENT_BYTES) return document;
      try {
        await open();
        const bytes = await readWhole(motes, digest, document.size);
        if (bytes) return { size: bytes.length, chunks: () => [bytes] };
      } catch {
        return document;
      }
      return { size: document.size, chunks: () => keeping(motes, digest, document) };
    },
  };
}

/** Reads what is kept under a digest; undefined where that is nothing, or not what the digest says: then it goes. */
async function readWhole(motes: MoteCache, digest: Digest, size: number): Promise<Uint8Array | undefined> {
  if (!(await motes.moteExists(digest))) return undefined;
  const { algorithm, hex } = splitDigest(digest);
  const hash = createHash(algorithm);
  const chunks: Uint8Array[] = [];
  await using reader = await motes.moteReader(digest);
  if (reader.size === size) {
    for await (const chunk of reader) {
      hash.update(chunk);
      chunks.push(chunk.slice());
    }
    if (hash.digest('hex') === hex) return Buffer.concat(chunks);
  }
  await motes.removeMote(digest);
  return undefined;
}

/** The bytes of a document, written into the cache on their way. */
async function* keeping(motes: MoteCache, digest: Digest, document: OpenDocument): AsyncGenerator<Uint8Array> {
  let writer = await declared(motes, digest, document.size);
  try {
    for await (const chunk of document.chunks()) {
      await writer?.write(chunk).catch(async () => {
        await writer?.abort();
        writer = undefined;
      });
      yield chunk;
    }
    await writer?.close().catch(() => undefined);
  } finally {
    await writer?.abort();
  }
}

function declared(motes: MoteCache, digest: Digest, size: number): Promise<MoteWriter | undefined> {
  return motes.createMote(digest, '', size).then(
    () => motes.moteWriter(digest),
    () => undefined,
  );
}

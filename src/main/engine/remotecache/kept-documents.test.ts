import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { BottleFileCache } from '../../adapters/file/bottle-file-cache.ts';
import { NilCache } from '../../adapters/memory/nil-cache.ts';
import type { OpenDocument } from './cache-reader.ts';
import { createKeptDocuments } from './kept-documents.ts';

const BYTES = Buffer.from('{"layers":[],"records":[]}');
const HEX = createHash('sha256').update(BYTES).digest('hex');
const DIGEST = parseDigest(`sha256:${HEX}`);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-documents-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A document that counts how often it is sent for. */
function fromAfar(bytes = BYTES, size = bytes.length) {
  const trips = { count: 0 };
  const document: OpenDocument = {
    size,
    async *chunks() {
      trips.count += 1;
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
  };
  return { trips, document };
}

async function read(document: OpenDocument): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of document.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a document from afar', () => {
  test('is sent for once: the next reader has it from the disk', async () => {
    const { trips, document } = fromAfar();
    for (let reader = 0; reader < 3; reader += 1) {
      const kept = createKeptDocuments(new BottleFileCache(folder));
      expect(await read(await kept.through(DIGEST, document))).toBe(BYTES.toString());
    }
    expect(trips.count).toBe(1);
    expect(await readFile(join(folder, 'blobs/sha256', HEX))).toEqual(BYTES);
  });

  test('is sent for each time where caching is off, and nothing is kept', async () => {
    const { trips, document } = fromAfar();
    const kept = createKeptDocuments(new NilCache());
    for (let reader = 0; reader < 3; reader += 1) {
      expect(await read(await kept.through(DIGEST, document))).toBe(BYTES.toString());
    }
    expect(trips.count).toBe(3);
  });

  test('that was damaged here is sent for again, and replaced', async () => {
    const { trips, document } = fromAfar();
    const kept = createKeptDocuments(new BottleFileCache(folder));
    await read(await kept.through(DIGEST, document));
    const path = join(folder, 'blobs/sha256', HEX);
    await writeFile(path, BYTES.toString().replace('layers', 'LAYERS'));
    expect(await read(await kept.through(DIGEST, document))).toBe(BYTES.toString());
    expect(trips.count).toBe(2);
    expect(await readFile(path)).toEqual(BYTES);
  });

  test('that is not what its digest says goes to the reader as it is, and is not kept', async () => {
    const { document } = fromAfar(Buffer.from('other bytes'));
    const kept = createKeptDocuments(new BottleFileCache(folder));
    expect(await read(await kept.through(DIGEST, document))).toBe('other bytes');
    expect(await readdir(join(folder, 'blobs/sha256'))).toEqual([]);
  });

  test('half read leaves nothing behind', async () => {
    const { document } = fromAfar();
    const kept = createKeptDocuments(new BottleFileCache(folder));
    for await (const _ of (await kept.through(DIGEST, document)).chunks()) break;
    expect(await readdir(join(folder, 'blobs/sha256'))).toEqual([]);
    expect(await readdir(join(folder, 'ingest'))).toEqual([]);
  });

  test('comes from afar where nothing can be kept', async () => {
    const file = join(folder, 'a file');
    await writeFile(file, '');
    const { trips, document } = fromAfar();
    const kept = createKeptDocuments(new BottleFileCache(file));
    expect(await read(await kept.through(DIGEST, document))).toBe(BYTES.toString());
    expect(trips.count).toBe(1);
  });
});

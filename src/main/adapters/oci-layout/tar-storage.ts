import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { packTexts } from '../../engine/remotecache/packed-texts.ts';
import { digestOfName, INDEX_FILE } from './layout.ts';
import { OPEN_FLAGS } from './plain-file.ts';
import { BLOB_FLAW, type LayoutStorage, type Listing } from './storage.ts';
import { type TarEntry, tarEntries } from './tar-entries.ts';

const CHUNK_BYTES = 1 << 20;
/** Read around a header, so that a run of small entries costs one read. */
const HEADER_WINDOW_BYTES = 4 << 10;
const PROGRESS_STEP = 1000;

/** An OCI layout in an uncompressed tar, read in place. The layout may lie in a folder of the tar. */
export function createTarStorage(path: string): LayoutStorage {
  const file = openSync(path, OPEN_FLAGS);
  let known: { readonly state: string; readonly entries: ReadonlyMap<string, TarEntry> } | undefined;
  /** The headers, walked once for each state of the file. */
  const entriesNow = (onProgress: (blobs: number) => void) => {
    const { size, mtimeMs } = fstatSync(file);
    const state = `${size} ${mtimeMs}`;
    if (known?.state !== state) known = { state, entries: layoutEntries(file, path, onProgress) };
    return known.entries;
  };
  return {
    name: path,
    list: (onProgress) => listingOf(entriesNow(onProgress), fstatSync(file).size),
    open: (name) => {
      const entry = entriesNow(() => {}).get(name);
      if (entry === undefined) throw notInTar(name);
      if (entry.type !== 'plain') {
        throw new CacheError('CORRUPT', 'There is a link or a folder where a plain file was expected.', {
          subject: name,
          hint: 'Make the tar with the files themselves: tar --dereference.',
        });
      }
      return { size: entry.size, chunks: () => readChunks(file, name, entry) };
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** Every entry by its name below the root of the layout, which is where the topmost `index.json` lies. */
function layoutEntries(file: number, path: string, onProgress: (blobs: number) => void): Map<string, TarEntry> {
  const all = new Map<string, TarEntry>();
  for (const entry of tarEntries(windowed(file, path))) {
    // As with unpacking, the later of two entries of one name is the one that counts.
    all.set(entry.name, entry);
    if (all.size % PROGRESS_STEP === 0) onProgress(all.size);
  }
  const depth = (name: string) => name.split('/').length;
  const [index] = [...all.keys()]
    .filter((name) => name === INDEX_FILE || name.endsWith(`/${INDEX_FILE}`))
    .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  if (index === undefined) {
    throw new CacheError('UNSUPPORTED_FORMAT', 'This tar holds no OCI layout.', {
      subject: path,
      hint: `An ${INDEX_FILE} was looked for among its ${all.size} entries.`,
    });
  }
  const root = index.slice(0, -INDEX_FILE.length);
  if (root === '') return all;
  return new Map([...all].filter(([name]) => name.startsWith(root)).map(([name, e]) => [name.slice(root.length), e]));
}

function listingOf(entries: ReadonlyMap<string, TarEntry>, tarBytes: number): Listing {
  const blobs: [Digest, TarEntry][] = [];
  for (const [name, entry] of entries) {
    const digest = digestOfName(name);
    if (digest !== undefined) blobs.push([digest, entry]);
  }
  blobs.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    digests: packTexts(blobs.map(([digest]) => digest)),
    sizes: Float64Array.from(blobs, ([, entry]) => entry.size),
    mtimesMs: Float64Array.from(blobs, ([, entry]) => entry.mtimeMs),
    offsets: Float64Array.from(blobs, ([, entry]) => entry.offset),
    isPlain: false,
    flaws: Uint8Array.from(blobs, ([, { type, offset, size }]) =>
      type !== 'plain' ? BLOB_FLAW.notAFile : offset + size > tarBytes ? BLOB_FLAW.cutOff : BLOB_FLAW.none,
    ),
  };
}

function windowed(file: number, path: string): (offset: number, length: number) => Uint8Array {
  const buffer = Buffer.allocUnsafe(HEADER_WINDOW_BYTES);
  let start = 0;
  let end = 0;
  return (offset, length) => {
    try {
      if (length > buffer.length) {
        const large = Buffer.allocUnsafe(length);
        return large.subarray(0, readSync(file, large, 0, length, offset));
      }
      if (offset < start || offset + length > end) {
        start = offset;
        end = offset + readSync(file, buffer, 0, buffer.length, offset);
      }
      return buffer.subarray(offset - start, Math.min(end - start, offset - start + length));
    } catch (error) {
      throw toCacheError(error, path);
    }
  };
}

function* readChunks(file: number, name: string, entry: TarEntry): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(entry.size, 1)));
  for (let at = 0; at < entry.size; ) {
    let bytes: number;
    try {
      bytes = readSync(file, buffer, 0, Math.min(buffer.length, entry.size - at), entry.offset + at);
    } catch (error) {
      throw toCacheError(error, name);
    }
    if (bytes === 0) {
      throw new CacheError('CORRUPT', 'The tar ends in the middle of this file.', {
        subject: name,
        hint: 'The tar was cut short. Make it anew.',
      });
    }
    yield buffer.subarray(0, bytes);
    at += bytes;
  }
}

function notInTar(name: string): CacheError {
  return new CacheError('NOT_FOUND', 'The tar has no such file.', { subject: name, hint: 'Export the cache again.' });
}

import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import { DIGEST_ALGORITHMS as HEX } from '../../../shared/oci/digest.ts';
import { TextPacker } from '../../engine/remotecache/packed-texts.ts';
import { ALGORITHMS, BLOBS_FOLDER } from './layout.ts';
import { notAPlainFile, OPEN_FLAGS, outside } from './plain-file.ts';
import { BLOB_FLAW, type LayoutStorage, type Listing, type OpenDocument } from './storage.ts';

const CHUNK_BYTES = 1 << 20;
const PROGRESS_STEP = 1000;
const MAX_DIGEST_BYTES = 256;

/** An OCI layout in a folder. Symbolic links are never followed out of it. */
export function createFolderStorage(root: string): LayoutStorage {
  const open = new Set<number>();
  const close = (file: number) => {
    if (open.delete(file)) closeSync(file);
  };
  return {
    name: root,
    list: (onProgress) => listFolder(root, onProgress),
    open: (name) => {
      const file = openPlainFile(root, name);
      open.add(file);
      return { size: fstatSync(file).size, chunks: () => readChunks(file, name, close) } satisfies OpenDocument;
    },
    [Symbol.dispose]: () => {
      for (const file of open) close(file);
    },
  };
}

function listFolder(root: string, onProgress: (blobs: number) => void): Listing {
  const folders = ALGORITHMS.map((algorithm) => {
    const names = namesIn(root, join(BLOBS_FOLDER, algorithm));
    const blobs = names.filter((name) => name.length === HEX[algorithm] && /^[0-9a-f]+$/.test(name)).sort();
    return { algorithm, names: blobs, hasOthers: blobs.length < names.length };
  });
  let isPlain = !folders.some(({ hasOthers }) => hasOthers);
  const most = folders.reduce((sum, { names }) => sum + names.length, 0);
  const digests = new TextPacker();
  const buffer = Buffer.alloc(MAX_DIGEST_BYTES);
  const sizes = new Float64Array(most);
  const mtimesMs = new Float64Array(most);
  const flaws = new Uint8Array(most);
  for (const { algorithm, names } of folders) {
    const folder = join(root, BLOBS_FOLDER, algorithm);
    const prefixBytes = buffer.write(`${algorithm}:`, 'latin1');
    for (const name of names) {
      const path = `${folder}${sep}${name}`;
      const stat = lstatSync(path, { throwIfNoEntry: false });
      // Gone since the folder was listed: it is as missing as if it had never been there.
      if (stat === undefined) continue;
      const at = digests.add(buffer, 0, prefixBytes + buffer.write(name, prefixBytes, 'latin1'));
      isPlain &&= stat.isFile() && stat.nlink === 1;
      const readable = stat.isFile() && isReadable(path, stat.mode);
      sizes[at] = stat.isFile() ? stat.size : 0;
      mtimesMs[at] = stat.mtimeMs;
      flaws[at] = readable ? BLOB_FLAW.none : stat.isFile() ? BLOB_FLAW.notReadable : BLOB_FLAW.notAFile;
      if (at % PROGRESS_STEP === 0) onProgress(at);
    }
  }
  const count = digests.size;
  return {
    digests: digests.finish(),
    sizes: sizes.slice(0, count),
    mtimesMs: mtimesMs.slice(0, count),
    flaws: flaws.slice(0, count),
    isPlain,
  };
}

/** A file that everybody may read is not asked about: there may be a million. */
function isReadable(path: string, mode: number): boolean {
  if ((mode & 0o444) === 0o444) return true;
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Names in a folder of the source; none where it is not there. @throws `CORRUPT` when it lies outside */
function namesIn(root: string, folder: string): string[] {
  try {
    const path = realpathSync(join(root, folder));
    if (path !== join(realpathSync(root), folder) && !path.startsWith(realpathSync(root) + sep)) throw outside(folder);
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw new CacheError('CORRUPT', 'A file stands where a folder was expected.', {
        subject: folder,
        hint: 'An OCI layout has its blobs in blobs/<algorithm>/<hex>.',
      });
    }
    throw toCacheError(error, folder);
  }
}

function openPlainFile(root: string, name: string): number {
  let file: number;
  try {
    file = openSync(join(root, name), OPEN_FLAGS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw notAPlainFile(name, 'a symbolic link');
    throw toCacheError(error, name);
  }
  const stat = fstatSync(file);
  if (stat.isFile()) return file;
  closeSync(file);
  throw notAPlainFile(name, stat.isDirectory() ? 'a folder' : 'a special file');
}

function* readChunks(file: number, name: string, close: (file: number) => void): Generator<Uint8Array> {
  // One buffer for all: whoever reads it copies what it keeps.
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    for (;;) {
      const bytes = readSync(file, buffer);
      if (bytes === 0) return;
      yield buffer.subarray(0, bytes);
    }
  } catch (error) {
    throw toCacheError(error, name);
  } finally {
    close(file);
  }
}

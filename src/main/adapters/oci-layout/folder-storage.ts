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
import { type Digest, isDigest } from '../../../shared/oci/digest.ts';
import { ALGORITHMS, BLOBS_FOLDER } from './layout.ts';
import { notAPlainFile, OPEN_FLAGS, outside } from './plain-file.ts';
import { BLOB_FLAW, type LayoutStorage, type Listing, type OpenDocument } from './storage.ts';

const CHUNK_BYTES = 1 << 20;
const PROGRESS_STEP = 1000;

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
  const digests: Digest[] = [];
  for (const algorithm of ALGORITHMS) {
    for (const name of namesIn(root, join(BLOBS_FOLDER, algorithm))) {
      const digest = `${algorithm}:${name}`;
      if (isDigest(digest)) digests.push(digest);
    }
  }
  digests.sort();
  const sizes = new Float64Array(digests.length);
  const mtimesMs = new Float64Array(digests.length);
  const flaws = new Uint8Array(digests.length);
  let kept = 0;
  for (const digest of digests) {
    const path = join(root, BLOBS_FOLDER, ...digest.split(':'));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    // Gone since the folder was listed: it is as missing as if it had never been there.
    if (stat === undefined) continue;
    digests[kept] = digest;
    sizes[kept] = stat.isFile() ? stat.size : 0;
    mtimesMs[kept] = stat.mtimeMs;
    flaws[kept] = stat.isFile()
      ? isReadable(path, stat.mode)
        ? BLOB_FLAW.none
        : BLOB_FLAW.notReadable
      : BLOB_FLAW.notAFile;
    kept++;
    if (kept % PROGRESS_STEP === 0) onProgress(kept);
  }
  digests.length = kept;
  return {
    digests,
    sizes: sizes.slice(0, kept),
    mtimesMs: mtimesMs.slice(0, kept),
    flaws: flaws.slice(0, kept),
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

import { fstatSync, type Stats } from 'node:fs';
import { CacheError, isCacheError, toCacheError } from '../../../shared/base/errors.ts';
import { type CommitMode, CommitMove, type Mote, type MoteWorkOptions } from '../../engine/ports/mote-cache.ts';
import { errSizeMismatch } from '../../engine/ports/mote-errors.ts';
import { checkFile } from './check-file.ts';
import { copyByKernel, copyInPieces } from './copy-by-kernel.ts';
import { close, type Descriptor, openForReading, setOwnMode } from './descriptors.ts';
import { ownedName } from './owner.ts';
import { type BlobWriting, commitError, createPendingBlob } from './pending-blob.ts';
import { readChunks } from './read-chunks.ts';

/**
 * Takes a file into the store. A copy is made by the system, sharing blocks with the original where the file system can
 * do that; a move is a rename where both lie on one file system; anything else is copied through a writer. The digest is
 * checked in every case.
 */
export async function commitFile(
  writing: BlobWriting,
  path: string,
  mote: Mote,
  mode: CommitMode,
  options: MoteWorkOptions,
): Promise<void> {
  // A symbolic link is refused: a move would take the link and not what it leads to.
  const file = open(path);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new CacheError('INVALID_INPUT', 'This is not a plain file.', { subject: path });
    if (stat.size !== mote.dataSize) throw errSizeMismatch(mote.digest, mote.dataSize, stat.size);
    if (mode === CommitMove) await moveIn(writing, path, file, mote, options);
    else await copyIn(writing, path, file, mote, stat, options);
  } finally {
    close(file);
  }
}

function open(path: string): Descriptor {
  try {
    return openForReading(path);
  } catch (error) {
    throw toCacheError(error, path);
  }
}

async function moveIn(
  writing: BlobWriting,
  path: string,
  file: Descriptor,
  mote: Mote,
  options: MoteWorkOptions,
): Promise<void> {
  await checkFile(writing.hasher, { path, file }, mote, options);
  const to = writing.layout.blob(mote.digest);
  try {
    // Of its own handle, since the commit closes it.
    await writing.commits.commit(open(path), path, to);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw commitError(error, mote.digest);
  }
  await streamIn(writing, file, mote, { signal: options.signal });
  await writing.disk.remove(path);
}

/** Devices whose files could not be cloned into a store, so that it is tried once and not for every blob. */
const withoutClone = new Map<string, Set<number>>();

async function copyIn(
  writing: BlobWriting,
  path: string,
  file: Descriptor,
  mote: Mote,
  { dev: device, mode }: Pick<Stats, 'dev' | 'mode'>,
  options: MoteWorkOptions,
): Promise<void> {
  if (await copyByKernel(writing, file, mode, mote, options)) return;
  const known = withoutClone.get(writing.layout.root);
  if (mote.dataSize > 0 && !known?.has(device)) {
    if (await cloneIn(writing, path, mote, options)) return;
    withoutClone.set(writing.layout.root, (known ?? new Set()).add(device));
  }
  if (await copyInPieces(writing, file, mote, options)) return;
  await streamIn(writing, file, mote, options);
}

/** False where the file system cannot clone. */
async function cloneIn(writing: BlobWriting, path: string, mote: Mote, options: MoteWorkOptions): Promise<boolean> {
  const pending = writing.layout.ingestEntry(ownedName('blob'));
  try {
    await writing.disk.clone(path, pending);
  } catch (error) {
    await writing.disk.remove(pending);
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw toCacheError(error, mote.digest);
    return false;
  }
  const copy = open(pending);
  try {
    setOwnMode(copy);
    await checkFile(writing.hasher, { path: pending, file: copy }, mote, options);
  } catch (error) {
    close(copy);
    await writing.disk.remove(pending);
    throw error;
  }
  try {
    await writing.commits.commit(copy, pending, writing.layout.blob(mote.digest));
  } catch (error) {
    await writing.disk.remove(pending);
    throw commitError(error, mote.digest);
  }
  return true;
}

async function streamIn(writing: BlobWriting, file: Descriptor, mote: Mote, options: MoteWorkOptions): Promise<void> {
  const writer = await createPendingBlob(writing, mote, options, () => {});
  try {
    for await (const chunk of readChunks(file, mote.dataSize)) await writer.write(chunk);
  } catch (error) {
    await writer.abort();
    throw isCacheError(error) ? error : toCacheError(error, mote.digest);
  }
  await writer.close();
}

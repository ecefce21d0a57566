import { throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { Mote, MoteWorkOptions } from '../../engine/ports/mote-cache.ts';
import { createSlots } from '../../engine/streams/slots.ts';
import { checkFile } from './check-file.ts';
import { close, type Descriptor } from './descriptors.ts';
import { ownedName } from './owner.ts';
import { type BlobWriting, commitError } from './pending-blob.ts';
import { readChunks } from './read-chunks.ts';

/** Up to here, writing a file piece by piece is sooner done than handing it over twice. */
const SMALL_BYTES = 64 * 1024;
/** Beyond this, a copy that cannot be stopped would let a cancelled job wait for too long. */
const LARGE_BYTES = 512 * 1024 * 1024;
/** set-user-ID, set-group-ID and sticky: a copy would have them until its mode is set. */
const SPECIAL_BITS = 0o7000;

/** Copies at once. More would leave no thread for the syncs beside them, and the memory is no faster. */
const copies = createSlots(2);

/**
 * Lets the system copy an open file into the store, and checks what it wrote: size, then digest, on all cores.
 * @returns false where that is not to be had; then nothing is left of it, and reading and writing tells who fails
 * @throws `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `NO_SPACE`, `CANCELLED`: nothing is left of it either
 */
export async function copyByKernel(
  writing: BlobWriting,
  original: Descriptor,
  mode: number,
  mote: Mote,
  options: MoteWorkOptions,
): Promise<boolean> {
  const { disk, hasher } = writing;
  if (!hasher || process.platform !== 'linux' || (mode & SPECIAL_BITS) !== 0) return false;
  if (mote.dataSize <= SMALL_BYTES || mote.dataSize > LARGE_BYTES) return false;
  return copyThenCheck(writing, mote, options, async (copy) => {
    using _ = await copies.take(options.signal);
    try {
      await disk.copy(original, copy);
      return true;
    } catch (error) {
      const failure = toCacheError(error, mote.digest);
      if (failure.code === 'NO_SPACE') throw failure;
      return false;
    }
  });
}

/**
 * Copies an open file into the store piece by piece, and then lets the pool check what was written, so that this thread
 * hashes nothing of a large file. `onBytes` counts what was copied.
 * @returns false for a small file, or without a pool
 * @throws as `copyByKernel`
 */
export async function copyInPieces(
  writing: BlobWriting,
  original: Descriptor,
  mote: Mote,
  { signal, onBytes }: MoteWorkOptions,
): Promise<boolean> {
  if (!writing.hasher || mote.dataSize <= SMALL_BYTES) return false;
  return copyThenCheck(writing, mote, { signal }, async (copy) => {
    let left = mote.dataSize;
    for await (const chunk of readChunks(original, left)) {
      throwIfAborted(signal);
      await writing.disk.write(copy, chunk);
      left -= chunk.byteLength;
      // A file that grows while it is read is found by the check, before it fills the disk.
      if (left < 0) break;
      onBytes?.(chunk.byteLength);
    }
    return true;
  });
}

/** What was written is checked, not what it was copied from: that may have changed meanwhile. */
async function copyThenCheck(
  writing: BlobWriting,
  mote: Mote,
  options: MoteWorkOptions,
  fill: (copy: Descriptor) => Promise<boolean>,
): Promise<boolean> {
  const { disk, layout } = writing;
  const path = layout.ingestEntry(ownedName('blob'));
  const file = await disk.create(path).catch((error: unknown) => {
    throw toCacheError(error, path);
  });
  const discard = async () => {
    close(file);
    await disk.remove(path);
  };
  try {
    if (!(await fill(file))) {
      await discard();
      return false;
    }
    await checkFile(writing.hasher, { path, file }, mote, options);
  } catch (error) {
    await discard();
    throw toCacheError(error, mote.digest);
  }
  try {
    await writing.commits.commit(file, path, layout.blob(mote.digest));
  } catch (error) {
    await disk.remove(path);
    throw commitError(error, mote.digest);
  }
  return true;
}

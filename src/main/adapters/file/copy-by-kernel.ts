import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import { splitDigest } from '../../../shared/oci/digest.ts';
import type { BlobHash, BlobHasher } from '../../engine/ports/blob-hasher.ts';
import type { Mote, MoteWorkOptions } from '../../engine/ports/mote-cache.ts';
import { errDigestMismatch, errSizeMismatch } from '../../engine/ports/mote-errors.ts';
import { createSlots } from '../../engine/streams/slots.ts';
import { close, type Descriptor } from './descriptors.ts';
import { ownedName } from './owner.ts';
import { type BlobWriting, commitError } from './pending-blob.ts';

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
  const { disk, layout, hasher } = writing;
  if (!hasher || process.platform !== 'linux' || (mode & SPECIAL_BITS) !== 0) return false;
  if (mote.dataSize <= SMALL_BYTES || mote.dataSize > LARGE_BYTES) return false;
  using turn = await copies.take(options.signal);
  const pending = layout.ingestEntry(ownedName('blob'));
  const copy = await disk.create(pending).catch((error: unknown) => {
    throw toCacheError(error, pending);
  });
  const discard = async () => {
    close(copy);
    await disk.remove(pending);
  };
  try {
    await disk.copy(original, copy);
  } catch (error) {
    await discard();
    const failure = toCacheError(error, mote.digest);
    if (failure.code === 'NO_SPACE') throw failure;
    return false;
  }
  turn[Symbol.dispose]();
  try {
    await checkCopy(hasher, pending, mote, options);
  } catch (error) {
    await discard();
    throw error;
  }
  try {
    await writing.commits.commit(copy, pending, layout.blob(mote.digest));
  } catch (error) {
    await disk.remove(pending);
    throw commitError(error, mote.digest);
  }
  return true;
}

/** What was written is read, not what it was copied from: that may have changed meanwhile. */
async function checkCopy(
  hasher: BlobHasher,
  path: string,
  { digest, dataSize }: Mote,
  { signal, onBytes }: MoteWorkOptions,
): Promise<void> {
  const { algorithm } = splitDigest(digest);
  let answer: BlobHash | undefined;
  await hasher.hashAll([{ id: 0, algorithm, path, offset: 0, expectedBytes: dataSize }], {
    ...(signal ? { signal } : {}),
    ...(onBytes ? { onBytes } : {}),
    onHashed: (hashes) => {
      answer = hashes[0];
    },
  });
  if (!answer) throw new CacheError('INTERNAL', 'a blob that was not hashed');
  if (answer.error) throw CacheError.fromData(answer.error);
  if (answer.bytes !== dataSize) throw errSizeMismatch(digest, dataSize, answer.bytes);
  const actual = `${algorithm}:${answer.hex}`;
  if (actual !== digest) throw errDigestMismatch(digest, actual);
}

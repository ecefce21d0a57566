import { createHash } from 'node:crypto';
import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import { splitDigest } from '../../../shared/oci/digest.ts';
import type { BlobHash, BlobHasher } from '../../engine/ports/blob-hasher.ts';
import type { Mote, MoteWorkOptions } from '../../engine/ports/mote-cache.ts';
import { errDigestMismatch, errSizeMismatch } from '../../engine/ports/mote-errors.ts';
import type { Descriptor } from './descriptors.ts';
import { readChunks } from './read-chunks.ts';

/** A file to be checked, open and by its path. */
export interface FileToCheck {
  readonly path: string;
  readonly file: Descriptor;
}

/**
 * Checks that a file has the size and the digest of a blob: in a thread of the pool, or here where there is none.
 * `onBytes` counts what was hashed.
 * @throws `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `CANCELLED`
 */
export async function checkFile(
  hasher: BlobHasher | undefined,
  { path, file }: FileToCheck,
  mote: Mote,
  options: MoteWorkOptions,
): Promise<void> {
  const { digest, dataSize } = mote;
  const { algorithm } = splitDigest(digest);
  const { hex, bytes } = hasher ? await hashInPool(hasher, path, mote, options) : await hashHere(file, mote, options);
  if (bytes !== dataSize) throw errSizeMismatch(digest, dataSize, bytes);
  const actual = `${algorithm}:${hex}`;
  if (actual !== digest) throw errDigestMismatch(digest, actual);
}

interface Hashed {
  readonly hex: string;
  readonly bytes: number;
}

async function hashInPool(
  hasher: BlobHasher,
  path: string,
  { digest, dataSize }: Mote,
  { signal, onBytes }: MoteWorkOptions,
): Promise<Hashed> {
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
  return answer;
}

async function hashHere(file: Descriptor, mote: Mote, { signal, onBytes }: MoteWorkOptions): Promise<Hashed> {
  const hash = createHash(splitDigest(mote.digest).algorithm);
  let bytes = 0;
  for await (const chunk of readChunks(file, mote.dataSize)) {
    throwIfAborted(signal);
    hash.update(chunk);
    bytes += chunk.byteLength;
    onBytes?.(chunk.byteLength);
  }
  return { hex: hash.digest('hex'), bytes };
}

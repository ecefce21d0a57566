import { createHash } from 'node:crypto';
import { formatBytes } from '../../../shared/base/bytes.ts';
import { CacheError, isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import { type Digest, splitDigest } from '../../../shared/oci/digest.ts';
import type { BlobStore, LockOptions, ManagedStore, QuarantinedBlob } from '../ports/managed-store.ts';

/** What came of blobs that somebody holds to be damaged. */
export interface QuarantineOutcome {
  readonly moved: readonly QuarantinedBlob[];
  /** Their bytes are right after all: left alone. */
  readonly whole: readonly Digest[];
  /** Not there any more, or never were. */
  readonly absent: readonly Digest[];
}

/**
 * Reads each of these blobs once more and takes those that are damaged out of the store. What was mended meanwhile, by
 * whomever, is never moved. `onBytes`: how many more were read.
 * @throws `CANCELLED` before anything is moved
 */
export async function quarantineDamaged(
  store: ManagedStore,
  digests: Iterable<Digest>,
  options: LockOptions & { readonly onBytes?: (bytes: number, digest: Digest) => void } = {},
): Promise<QuarantineOutcome> {
  const { signal, onWait, onBytes = () => {} } = options;
  const damaged: { digest: Digest; problem: string }[] = [];
  const whole: Digest[] = [];
  const absent: Digest[] = [];
  for (const digest of new Set(digests)) {
    const found = await damageOf(store.blobs, digest, { signal, onBytes: (bytes) => onBytes(bytes, digest) });
    if (found === 'absent') absent.push(digest);
    else if (found === 'whole') whole.push(digest);
    else damaged.push({ digest, problem: found.problem });
  }
  throwIfAborted(signal);
  const moved =
    damaged.length === 0 ? [] : await store.exclusive((session) => session.quarantine(damaged), { signal, onWait });
  return { moved, whole, absent };
}

/** Hashes one blob of a store. @throws `CANCELLED`, `ACCESS_DENIED` */
async function damageOf(
  blobs: BlobStore,
  digest: Digest,
  { signal, onBytes }: { readonly signal?: AbortSignal | undefined; readonly onBytes: (bytes: number) => void },
): Promise<'whole' | 'absent' | { readonly problem: string }> {
  const { algorithm, hex } = splitDigest(digest);
  try {
    await using reader = await blobs.moteReader(digest);
    const hash = createHash(algorithm);
    let bytes = 0;
    for await (const chunk of reader) {
      throwIfAborted(signal);
      hash.update(chunk);
      bytes += chunk.byteLength;
      onBytes(chunk.byteLength);
    }
    const actual = hash.digest('hex');
    if (actual === hex) return 'whole';
    return { problem: `${formatBytes(bytes)} with the digest ${algorithm}:${actual}` };
  } catch (error) {
    if (isCacheError(error, 'NOT_FOUND')) return 'absent';
    if (error instanceof CacheError && error.code === 'CORRUPT') return { problem: error.message };
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import { type Digest, splitDigest } from '../../../shared/oci/digest.ts';
import type { BlobHash } from '../ports/blob-hasher.ts';
import type { CacheSource } from '../ports/cache-source.ts';

/**
 * Hashes a blob that does not lie in a local file, through its source. Unreadable is an answer.
 * @throws `CANCELLED`, `UNAVAILABLE` when the source as a whole cannot be reached: that says nothing of the blob
 */
export async function hashStream(
  source: Pick<CacheSource, 'openBlob'>,
  digest: Digest,
  options: { readonly id: number; readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<BlobHash> {
  const { id, signal, onBytes } = options;
  try {
    await using reader = await source.openBlob(digest);
    const hash = createHash(splitDigest(digest).algorithm);
    let bytes = 0;
    for await (const chunk of reader.stream({ signal })) {
      throwIfAborted(signal);
      hash.update(chunk);
      bytes += chunk.length;
      onBytes(chunk.length);
    }
    return { id, hex: hash.digest('hex'), bytes };
  } catch (thrown) {
    throwIfAborted(signal);
    const error = toCacheError(thrown, digest);
    if (error.code === 'CANCELLED' || error.code === 'UNAVAILABLE' || error.code === 'INTERNAL') throw error;
    return { id, error: error.toJSON() };
  }
}

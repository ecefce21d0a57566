import { CacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { BlobReader } from '../../engine/ports/cache-source.ts';
import type { Bucket } from './bucket.ts';
import { readObject } from './read-object.ts';
import { S3ReaderAt } from './reader-at.ts';

/** Reads the blob that lies under a key. Its bytes are not checked. `size` is what the bucket said, in bytes. */
export function createObjectReader(bucket: Bucket, key: string, digest: Digest, size: number): BlobReader {
  const anywhere = new S3ReaderAt({ bucket, key, size, subject: digest });
  return {
    size,
    read: (buffer, offset) => anywhere.readAt(buffer, offset),
    stream: async function* ({ start = 0, signal } = {}) {
      if (start >= size) return;
      let left = size - start;
      for await (const chunk of readObject(bucket, key, { start, subject: digest, signal })) {
        left -= chunk.length;
        if (left < 0) throw tooMuch(digest, size);
        yield chunk;
      }
    },
    [Symbol.asyncDispose]: () => anywhere.close(),
  };
}

/** Whoever keeps the bytes in memory relies on the size. */
function tooMuch(digest: Digest, size: number): CacheError {
  return new CacheError('SIZE_MISMATCH', `The bucket said ${size} bytes, and sends more.`, {
    subject: digest,
    hint: 'The blob was replaced there. Export the cache again.',
  });
}

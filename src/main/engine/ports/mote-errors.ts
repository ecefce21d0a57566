import { CacheError } from '../../../shared/base/errors.ts';

/** `ErrNotFound` of the Go system: the mote is not in the cache, or was not declared before it was written. */
export function errNotFound(digest: string): CacheError {
  return new CacheError('NOT_FOUND', 'There is no such blob in the cache.', {
    subject: digest,
    hint: 'Import it again from a source that has it.',
  });
}

/** `ErrSizeMismatch`: a write ended with fewer or more bytes than declared. */
export function errSizeMismatch(digest: string, expectedBytes: number, actualBytes: number): CacheError {
  return new CacheError('SIZE_MISMATCH', `The blob has ${actualBytes} bytes where ${expectedBytes} were declared.`, {
    subject: digest,
    hint: 'The source is cut off or was changed: verify it.',
  });
}

/** The bytes that were written have another digest than the one they were written under. */
export function errDigestMismatch(digest: string, actual: string): CacheError {
  return new CacheError('DIGEST_MISMATCH', `The bytes of the blob have the digest ${actual}.`, {
    subject: digest,
    hint: 'The source is damaged: verify it.',
  });
}

/** Something that is not a plain file stands where a blob should be. */
export function errNotABlob(digest: string, what: string): CacheError {
  return new CacheError('CORRUPT', `${what} stands where the blob should be.`, {
    subject: digest,
    hint: 'Remove it and import the blob again.',
  });
}

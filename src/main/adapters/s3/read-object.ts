import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Bucket, OpenObject } from './bucket.ts';
import { isS3Changed, s3Error } from './errors.ts';

/** Connections that may break in a row without a byte in between. */
const BREAKS = 3;

/** Options of `readObject`. */
export interface ReadOptions {
  readonly start?: number;
  readonly signal?: AbortSignal | undefined;
  /** What errors are told of. */
  readonly subject: string;
  /** True where it must be the same object to its end. A blob's bytes are known by its digest: it may be touched meanwhile. */
  readonly isFixed?: boolean;
  /** Told once, with what is said of the object. */
  readonly onOpen?: (object: OpenObject) => void;
}

/**
 * Reads an object from a byte on, as one stream. A connection that breaks is opened again where it broke.
 * @throws `NOT_FOUND`, `CONFLICT` for an object that has become another one, `UNAVAILABLE`, `ACCESS_DENIED`, `CANCELLED`
 */
export async function* readObject(
  bucket: Bucket,
  key: string,
  { start = 0, signal, subject, isFixed = false, onOpen }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  let offset = start;
  let size = Number.POSITIVE_INFINITY;
  let etag: string | undefined;
  for (let breaks = 0; ; breaks += 1) {
    throwIfAborted(signal);
    const before = offset;
    try {
      const object = await bucket.get(key, { start: offset, signal, ...(isFixed && etag ? { etag } : {}) });
      if (!object) throw gone(subject);
      if (etag === undefined) onOpen?.(object);
      ({ size, etag } = object);
      for await (const chunk of object.body) {
        offset += chunk.length;
        yield chunk;
      }
      if (offset >= size) return;
    } catch (error) {
      throwIfAborted(signal);
      if (isPastEnd(error)) return;
      if (isS3Changed(error)) throw changed(subject, error);
      const told = s3Error(error, subject, signal);
      // Before the head of an answer the SDK has tried often enough.
      if (told.code !== 'UNAVAILABLE' || etag === undefined) throw told;
      if (offset > before) breaks = 0;
      if (breaks >= BREAKS) throw broken(subject, error);
      continue;
    }
    if (offset > before) breaks = 0;
    if (breaks >= BREAKS) throw broken(subject);
  }
}

/** There is no byte behind the last one, or in an empty object. */
function isPastEnd(error: unknown): boolean {
  return error instanceof Error && (error.name === 'InvalidRange' || hasStatus(error, 416));
}

function hasStatus(error: Error, status: number): boolean {
  return '$metadata' in error && (error.$metadata as { httpStatusCode?: number }).httpStatusCode === status;
}

function gone(subject: string): CacheError {
  return new CacheError('NOT_FOUND', 'The bucket does not have this.', {
    subject,
    hint: 'It was removed there, by a lifecycle rule or a person, or never written. Export the cache again.',
  });
}

function changed(subject: string, cause: unknown): CacheError {
  return new CacheError('CONFLICT', 'The object was replaced while it was read.', { subject, cause });
}

function broken(subject: string, cause?: unknown): CacheError {
  return new CacheError('UNAVAILABLE', 'The connection broke again and again.', {
    subject,
    hint: 'Check the network, and try again.',
    cause,
  });
}

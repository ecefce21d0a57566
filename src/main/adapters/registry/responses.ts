import { CacheError, toCacheError } from '../../../shared/base/errors.ts';

/** The media type an answer declares, without parameters; "" for none. */
export function mediaTypeOf(response: Response): string {
  return response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
}

/** What `Content-Length` says; undefined where it does not. */
export function lengthOf(response: Response): number | undefined {
  const length = response.headers.get('content-length');
  return length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
}

/** Where an upload goes on. @throws `UNAVAILABLE` where the registry does not say */
export function locationOf(response: Response, subject: string): string {
  const location = response.headers.get('location');
  if (location) return location;
  throw new CacheError('UNAVAILABLE', 'The registry does not say where to upload to.', { subject });
}

/**
 * The whole body of a manifest or another short answer.
 * @throws `INVALID_INPUT` above the limit in bytes, the rest unread; `UNAVAILABLE` when the connection breaks
 */
export async function readAll(response: Response, limit: number, subject: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > limit) {
        throw new CacheError('INVALID_INPUT', `The answer is larger than ${limit / 2 ** 20} MiB.`, {
          subject,
          hint: 'The rest was not read. Is this a registry?',
        });
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof CacheError || isAbort(cause)) throw toCacheError(cause, subject);
    throw new CacheError('UNAVAILABLE', 'The connection broke in the middle of an answer.', {
      subject,
      hint: 'Try it again.',
      cause,
    });
  }
  return Buffer.concat(chunks);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Lets the expected statuses pass. @throws what `unexpected` makes of any other, its body let go of */
export async function expectStatus(response: Response, expected: readonly number[], subject: string): Promise<void> {
  if (expected.includes(response.status)) return;
  await response.body?.cancel();
  throw unexpected(response, subject);
}

/** The error of an answer that nobody expected here. */
export function unexpected(response: Response, subject: string): CacheError {
  if (response.status === 404) {
    return new CacheError('NOT_FOUND', 'The registry does not have this.', {
      subject,
      hint: 'Check repository and tag; a registry may also answer so to who is not signed in.',
    });
  }
  return new CacheError('UNAVAILABLE', `The registry answers with status ${response.status}.`, { subject });
}

/** The error of bytes with another digest. */
export function mismatch(expected: string, found: string): CacheError {
  return new CacheError('DIGEST_MISMATCH', `The bytes are not those of the digest: ${found}.`, { subject: expected });
}

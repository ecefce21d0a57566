import { CacheError, type CacheErrorCode, isCacheError } from '../../shared/base/errors.ts';

/** The error of a call made while there is no connection. */
export function notConnected(): CacheError {
  return new CacheError('UNAVAILABLE', 'The engine does not answer.', {
    hint: 'The window connects again by itself; what you asked for can be repeated then.',
  });
}

/** Codes after which the same read may succeed a moment later. */
const PASSING: ReadonlySet<CacheErrorCode> = new Set(['UNAVAILABLE']);

/** True where asking again is worth it. */
export function isPassing(error: unknown): boolean {
  return isCacheError(error) && PASSING.has(error.code);
}

import { constants } from 'node:fs';
import { CacheError } from '../../../shared/base/errors.ts';

/** Read-only, without following a symbolic link, and without waiting for the other end of a pipe. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Something else stands where a file of the source was expected. */
export function notAPlainFile(subject: string, what: string): CacheError {
  return new CacheError('CORRUPT', `There is ${what} where a plain file was expected.`, {
    subject,
    hint: 'Links are not followed, so that a source cannot lead out of itself. Copy the cache with its files.',
  });
}

/** A folder of the source that is a link to somewhere else. */
export function outside(subject: string): CacheError {
  return new CacheError('CORRUPT', 'This folder lies outside of the source.', {
    subject,
    hint: 'Links out of a source are not followed. Open the place that it leads to.',
  });
}

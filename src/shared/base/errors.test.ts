import { expect, test } from 'vitest';
import { toCacheError } from './errors.ts';

test.each([
  ['EIO', 'UNAVAILABLE'],
  ['EMFILE', 'UNAVAILABLE'],
  ['ENFILE', 'UNAVAILABLE'],
  ['ERR_WORKER_INIT_FAILED', 'UNAVAILABLE'],
  ['ENOENT', 'NOT_FOUND'],
  ['EACCES', 'ACCESS_DENIED'],
  ['EISDIR', 'CORRUPT'],
  ['ENOSPC', 'NO_SPACE'],
  ['EUNHEARDOF', 'INTERNAL'],
])('the system says %s: %s', (code, expected) => {
  const error = toCacheError(Object.assign(new Error('from the system'), { code }), 'a file');
  expect([error.code, error.subject]).toEqual([expected, 'a file']);
  expect(error.hint === undefined).toBe(expected === 'INTERNAL');
});

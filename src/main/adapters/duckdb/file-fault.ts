import { getSystemErrorMap } from 'node:util';
import { type CacheError, toCacheError } from '../../../shared/base/errors.ts';

const CODES = new Set(['EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT', 'EACCES', 'EROFS']);

/**
 * Returns what the system refused DuckDB, or undefined where DuckDB failed by itself. It gives no codes: its message ends
 * with the system's own text.
 */
export function fileFault(error: unknown, path: string): CacheError | undefined {
  const message = error instanceof Error ? error.message.toLowerCase() : '';
  for (const [code, text] of getSystemErrorMap().values()) {
    if (CODES.has(code) && message.endsWith(`: ${text}`)) {
      return toCacheError(Object.assign(new Error(message, { cause: error }), { code }), path);
    }
  }
  return undefined;
}

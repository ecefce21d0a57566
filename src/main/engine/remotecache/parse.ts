import { CacheError } from '../../../shared/base/errors.ts';
import type { CacheConfig } from './cache-config.ts';

/** Options of `parseCacheConfig`. */
export interface ParseOptions {
  /** Named in errors besides the field: a digest or a path. */
  readonly signal?: AbortSignal;
  /** Called now and then with the bytes read so far. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Reads a cache config v0 into columns.
 * @throws `CORRUPT`, `INVALID_INPUT` or `UNSUPPORTED_FORMAT` whose subject is the path of the field
 */
export async function parseCacheConfig(
  _chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  _options: ParseOptions = {},
): Promise<CacheConfig> {
  throw new CacheError('INTERNAL', 'not built yet');
}

import type { Remote, Result } from '../model/remote.ts';
import type { CacheResult } from './cache-key-storage.ts';

/** Where results live, apart from the keys that lead to them. */
export interface CacheResultStorage {
  /** Keeps a result; what comes back is what the key storage remembers of it. */
  save(result: Result, createdAt: string): Promise<CacheResult>;
  /** @throws `ErrNotFound` when it is gone */
  load(result: CacheResult, signal?: AbortSignal): Promise<Result>;
  /** The forms in which a result can be transferred as it is; none when it first had to be converted. */
  loadRemotes(result: CacheResult, signal?: AbortSignal): Promise<readonly Remote[]>;
  /** False when the result is gone. */
  exists(resultID: string): Promise<boolean>;
  /** Bytes of a result; -1 where it is not known. */
  size(resultID: string): number;
}

import { CacheError } from '../../shared/base/errors.ts';
import type { EngineHandle } from './engine-handle.ts';

/** Starts the engine in this process. */
export async function startEngine(_host: 'cli' | 'web'): Promise<EngineHandle> {
  throw new CacheError('UNAVAILABLE', 'The engine is not there yet.');
}

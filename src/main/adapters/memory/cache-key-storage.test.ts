import { describeCacheKeyStorage } from '../../engine/ports/cache-key-storage.suite.ts';
import { createMemoryCacheKeyStorage } from './cache-key-storage.ts';

describeCacheKeyStorage('memory', createMemoryCacheKeyStorage);

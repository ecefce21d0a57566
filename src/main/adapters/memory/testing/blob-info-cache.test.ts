import { describeBlobInfoCache } from '../../../engine/ports/blob-info-cache.suite.ts';
import { createMemoryBlobInfoCache } from './blob-info-cache.ts';

describeBlobInfoCache('memory', async (clock) => createMemoryBlobInfoCache(clock));

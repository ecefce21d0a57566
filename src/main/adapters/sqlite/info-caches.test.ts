import { DatabaseSync } from 'node:sqlite';
import { describeBlobInfoCache } from '../../engine/ports/blob-info-cache.suite.ts';
import { describeLayerInfoCache } from '../../engine/ports/layer-info-cache.suite.ts';
import { createSqliteBlobInfoCache } from './blob-info-cache.ts';
import { createSqliteLayerInfoCache } from './layer-info-cache.ts';

describeBlobInfoCache('SQLite', async (clock) => createSqliteBlobInfoCache(new DatabaseSync(':memory:'), clock));
describeLayerInfoCache('SQLite', async () => createSqliteLayerInfoCache(new DatabaseSync(':memory:')));

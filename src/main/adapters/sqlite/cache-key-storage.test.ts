import { DatabaseSync } from 'node:sqlite';
import { describeCacheKeyStorage } from '../../engine/ports/cache-key-storage.suite.ts';
import { createSqliteCacheKeyStorage } from './cache-key-storage.ts';

describeCacheKeyStorage('SQLite', () => createSqliteCacheKeyStorage(new DatabaseSync(':memory:')));

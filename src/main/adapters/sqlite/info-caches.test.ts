import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createLayeredLayerInfoCache } from '../../engine/layer-info/layered.ts';
import { describeBlobInfoCache } from '../../engine/ports/blob-info-cache.suite.ts';
import { describeLayerInfoCache } from '../../engine/ports/layer-info-cache.suite.ts';
import { createMemoryLayerInfoCache } from '../memory/layer-info-cache.ts';
import { createSqliteBlobInfoCache } from './blob-info-cache.ts';
import { createSqliteLayerInfoCache } from './layer-info-cache.ts';

describeBlobInfoCache('SQLite', async (clock) => createSqliteBlobInfoCache(new DatabaseSync(':memory:'), clock));
describeLayerInfoCache('SQLite', async () => createSqliteLayerInfoCache(new DatabaseSync(':memory:')));

describeLayerInfoCache('a memory in front of SQLite', async () =>
  createLayeredLayerInfoCache(createMemoryLayerInfoCache(), createSqliteLayerInfoCache(new DatabaseSync(':memory:'))),
);

test('a table of layer info without times gets them, and keeps its rows', async () => {
  const db = new DatabaseSync(':memory:');
  db.exec(
    'CREATE TABLE layer_meta (digest TEXT PRIMARY KEY, path TEXT NOT NULL, length INTEGER NOT NULL) WITHOUT ROWID',
  );
  db.exec("INSERT INTO layer_meta VALUES ('old', 'a', 1)");
  for (let opening = 0; opening < 2; opening += 1) {
    await using cache = createSqliteLayerInfoCache(db);
    await cache.setMeta('new', { path: 'b', length: 2, seenAt: 3 });
    expect(await cache.metaMany(['old', 'new'])).toEqual([
      { path: 'a', length: 1 },
      { path: 'b', length: 2, seenAt: 3 },
    ]);
  }
});

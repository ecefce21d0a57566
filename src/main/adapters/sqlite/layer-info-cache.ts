import type { DatabaseSync } from 'node:sqlite';
import {
  checkedLayerInfoCache,
  type LayerInfoCache,
  type LayerMeta,
  layerInfoNotFound,
} from '../../engine/ports/layer-info-cache.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS layer_member (repo TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repo, digest)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS layer_meta (digest TEXT PRIMARY KEY, path TEXT NOT NULL, length INTEGER NOT NULL) WITHOUT ROWID;
`;

/** A layer info cache in a SQLite database, kept across sessions. The database stays open on disposal. */
export function createSqliteLayerInfoCache(db: DatabaseSync): LayerInfoCache {
  db.exec(SCHEMA);
  const findMember = db.prepare('SELECT 1 FROM layer_member WHERE repo = ? AND digest = ?');
  const addMember = db.prepare('INSERT OR IGNORE INTO layer_member VALUES (?, ?)');
  const findMeta = db.prepare('SELECT path, length FROM layer_meta WHERE digest = ?');
  const setMeta = db.prepare('INSERT OR REPLACE INTO layer_meta VALUES (?, ?, ?)');
  let hits = 0;
  let misses = 0;
  const counted = <T>(answer: T | undefined): T | undefined => {
    if (answer === undefined) misses += 1;
    else hits += 1;
    return answer;
  };
  const contains = (repo: string, digest: string) => counted(findMember.get(repo, digest)) !== undefined;
  const lookUp = (digest: string): LayerMeta | undefined => {
    const row = counted(findMeta.get(digest)) as LayerMeta | undefined;
    return row && { path: row.path, length: row.length };
  };

  return checkedLayerInfoCache({
    contains: async (repo, digest) => contains(repo, digest),
    containsMany: async (repo, digests) => digests.map((digest) => contains(repo, digest)),
    add: async (repo, digest) => {
      addMember.run(repo, digest);
    },
    meta: async (digest) => {
      const meta = lookUp(digest);
      if (!meta) throw layerInfoNotFound(digest);
      return meta;
    },
    metaMany: async (digests) => digests.map(lookUp),
    setMeta: async (digest, { path, length }) => {
      setMeta.run(digest, path, length);
    },
    stats: () => ({ hits, misses }),
    [Symbol.asyncDispose]: async () => undefined,
  });
}

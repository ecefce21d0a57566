import type { DatabaseSync } from 'node:sqlite';
import {
  checkedLayerInfoCache,
  type LayerInfoCache,
  type LayerMeta,
  layerInfoNotFound,
} from '../../engine/ports/layer-info-cache.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS layer_member (repo TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repo, digest)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS layer_meta (digest TEXT PRIMARY KEY, path TEXT NOT NULL, length INTEGER NOT NULL,
    seen_at INTEGER) WITHOUT ROWID;
`;

interface MetaRow {
  readonly path: string;
  readonly length: number;
  readonly seen_at: number | null;
}

/** A layer info cache in a SQLite database, kept across sessions. The database stays open on disposal. */
export function createSqliteLayerInfoCache(db: DatabaseSync): LayerInfoCache {
  db.exec(SCHEMA);
  addSeenAt(db);
  const findMember = db.prepare('SELECT 1 FROM layer_member WHERE repo = ? AND digest = ?');
  const addMember = db.prepare('INSERT OR IGNORE INTO layer_member VALUES (?, ?)');
  const findMeta = db.prepare('SELECT path, length, seen_at FROM layer_meta WHERE digest = ?');
  const setMeta = db.prepare('INSERT OR REPLACE INTO layer_meta (digest, path, length, seen_at) VALUES (?, ?, ?, ?)');
  let hits = 0;
  let misses = 0;
  const counted = <T>(answer: T | undefined): T | undefined => {
    if (answer === undefined) misses += 1;
    else hits += 1;
    return answer;
  };
  const contains = (repo: string, digest: string) => counted(findMember.get(repo, digest)) !== undefined;
  const lookUp = (digest: string): LayerMeta | undefined => {
    const row = counted(findMeta.get(digest)) as unknown as MetaRow | undefined;
    return row && { path: row.path, length: row.length, ...(row.seen_at === null ? {} : { seenAt: row.seen_at }) };
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
    setMeta: async (digest, { path, length, seenAt }) => {
      setMeta.run(digest, path, length, seenAt ?? null);
    },
    stats: () => ({ hits, misses }),
    [Symbol.asyncDispose]: async () => undefined,
  });
}

/** Adds the column of times to a table of an earlier version. */
function addSeenAt(db: DatabaseSync): void {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all('layer_meta');
  if (!columns.some(({ name }) => name === 'seen_at')) db.exec('ALTER TABLE layer_meta ADD COLUMN seen_at INTEGER');
}

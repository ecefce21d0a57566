import type { DatabaseSync } from 'node:sqlite';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { CollectNotes } from '../../engine/ports/collect-notes.ts';

/** A plan describes a state that has passed long before. */
const KEPT_MS = 24 * 3_600_000;

const TABLES = `
  CREATE TABLE IF NOT EXISTS collect_plan (
    plan TEXT PRIMARY KEY, location TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS collect_removal (
    location TEXT NOT NULL, plan TEXT NOT NULL, digest TEXT NOT NULL,
    at INTEGER NOT NULL, bytes INTEGER NOT NULL, since INTEGER NOT NULL, version TEXT,
    PRIMARY KEY (location, plan, digest)
  ) WITHOUT ROWID;
`;

/** Plans and removals in a SQLite database. */
export function createSqliteCollectNotes(db: DatabaseSync): CollectNotes {
  db.exec(TABLES);
  const dropOld = db.prepare('DELETE FROM collect_plan WHERE at < ?');
  const put = db.prepare('INSERT OR REPLACE INTO collect_plan VALUES (?, ?, ?, ?)');
  const get = db.prepare('SELECT text FROM collect_plan WHERE plan = ? AND location = ? AND at >= ?');
  const note = db.prepare('INSERT OR REPLACE INTO collect_removal VALUES (?, ?, ?, ?, ?, ?, ?)');
  const list = db.prepare(
    'SELECT digest, bytes, since, version FROM collect_removal WHERE location = ? AND plan = ? ORDER BY digest LIMIT ?',
  );
  const forget = db.prepare('DELETE FROM collect_removal WHERE location = ? AND plan = ? AND digest = ?');
  const batches = db.prepare(`
    SELECT plan, max(at) AS at, count(*) AS blobs, sum(bytes) AS bytes FROM collect_removal
    WHERE location = ? GROUP BY plan ORDER BY 2 DESC, 1
  `);
  /** All or nothing, and one write to the disk for many rows. */
  const together = <T>(rows: readonly T[], each: (row: T) => void): void => {
    db.exec('BEGIN IMMEDIATE');
    try {
      for (const row of rows) each(row);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  };
  return {
    putPlan(location, plan, at, text) {
      dropOld.run(at - KEPT_MS);
      put.run(plan, location, at, text);
    },
    getPlan: (location, plan, now) => get.get(plan, location, now - KEPT_MS)?.text as string | undefined,
    noteRemovals(location, plan, at, removals) {
      together(removals, ({ digest, bytes, since, version }) => {
        note.run(location, plan, digest, at, bytes, since, version ?? null);
      });
    },
    removals: (location, plan, limit) =>
      list.all(location, plan, limit).map((row) => ({
        digest: parseDigest(row.digest),
        bytes: Number(row.bytes),
        since: Number(row.since),
        version: typeof row.version === 'string' ? row.version : undefined,
      })),
    forgetRemovals(location, plan, digests: readonly Digest[]) {
      together(digests, (digest) => void forget.run(location, plan, digest));
    },
    batches: (location) =>
      batches.all(location).map((row) => ({
        plan: String(row.plan),
        at: Number(row.at),
        blobs: Number(row.blobs),
        bytes: Number(row.bytes),
      })),
  };
}

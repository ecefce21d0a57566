import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../../../shared/model/job.ts';
import { sourceKindSchema } from '../../../shared/model/source.ts';
import type { AuditLog, RecentSource, RecentSources, SettingStore } from '../../engine/ports/app-state.ts';

const RECENTS = `
  CREATE TABLE IF NOT EXISTS recent_source (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, location TEXT NOT NULL, opened_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;
const AUDIT = `
  CREATE TABLE IF NOT EXISTS audit_entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL
  );
`;

/** The list of sources in a SQLite database. A row of a kind that this version does not know is left alone and not listed. */
export function createSqliteRecents(db: DatabaseSync): RecentSources {
  db.exec(RECENTS);
  const list = db.prepare('SELECT id, kind, location, opened_at FROM recent_source ORDER BY opened_at, id');
  const put = db.prepare('INSERT OR REPLACE INTO recent_source VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM recent_source WHERE id = ?');
  return {
    list: () =>
      list.all().flatMap((row): RecentSource[] => {
        const kind = sourceKindSchema.safeParse(row.kind);
        if (!kind.success) return [];
        return [
          { id: String(row.id), kind: kind.data, location: String(row.location), openedAt: Number(row.opened_at) },
        ];
      }),
    put({ id, kind, location, openedAt }) {
      put.run(id, kind, location, openedAt);
    },
    remove(id) {
      remove.run(id);
    },
  };
}

/** The audit log in a SQLite database. */
export function createSqliteAudit(db: DatabaseSync): AuditLog {
  db.exec(AUDIT);
  const append = db.prepare('INSERT INTO audit_entry (at, action, subject, outcome, detail) VALUES (?, ?, ?, ?, ?)');
  const list = db.prepare('SELECT at, action, subject, outcome, detail FROM audit_entry ORDER BY seq DESC LIMIT ?');
  return {
    append({ at, action, subject, outcome, detail }) {
      append.run(at, action, subject, outcome, detail);
    },
    list: (limit) =>
      list.all(limit).map((row) => ({
        at: Number(row.at),
        action: String(row.action),
        subject: String(row.subject),
        outcome: row.outcome as AuditEntry['outcome'],
        detail: String(row.detail),
      })),
  };
}

/** Settings in a SQLite database, in a folder that only its owner may enter. */
export function createSqliteSettings(db: DatabaseSync): SettingStore {
  db.exec('CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;');
  const get = db.prepare('SELECT value FROM setting WHERE name = ?');
  const put = db.prepare('INSERT OR REPLACE INTO setting VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM setting WHERE name = ?');
  return {
    get: (name) => get.get(name)?.value as string | undefined,
    set(name, value) {
      if (value === undefined) remove.run(name);
      else put.run(name, value);
    },
  };
}

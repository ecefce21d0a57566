import type { DatabaseSync } from 'node:sqlite';
import {
  type CacheInfoLink,
  type CacheKeyStorage,
  type CacheResult,
  resultNotFound,
} from '../../engine/ports/cache-key-storage.ts';
import { outputKey } from '../../engine/solver/cache-key.ts';
import { inTransaction } from './transaction.ts';

// `record` is the digest that `digest` and `output` give: it makes two links the same.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS key_result (id TEXT NOT NULL, result TEXT NOT NULL, created_at TEXT NOT NULL,
    PRIMARY KEY (id, result)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS key_by_result ON key_result (result);
  CREATE TABLE IF NOT EXISTS key_link (source TEXT NOT NULL, input INTEGER NOT NULL, record TEXT NOT NULL,
    selector TEXT NOT NULL, target TEXT NOT NULL, output INTEGER NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (source, input, record, selector, target)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS key_by_target ON key_link (target);
`;

interface LinkRow {
  readonly source: string;
  readonly input: number;
  readonly record: string;
  readonly selector: string;
  readonly target: string;
  readonly output: number;
  readonly digest: string;
}

/** A key graph in a SQLite database. */
export function createSqliteCacheKeyStorage(db: DatabaseSync): CacheKeyStorage {
  db.exec(SCHEMA);
  const hasResult = db.prepare('SELECT 1 FROM key_result WHERE id = ? LIMIT 1');
  const hasLinks = db.prepare('SELECT 1 FROM key_link WHERE source = ? LIMIT 1');
  const allIds = db.prepare('SELECT id FROM key_result UNION SELECT source FROM key_link');
  const resultsOf = db.prepare('SELECT result AS id, created_at AS createdAt FROM key_result WHERE id = ?');
  const oneResult = db.prepare(
    'SELECT result AS id, created_at AS createdAt FROM key_result WHERE id = ? AND result = ?',
  );
  const setResult = db.prepare('INSERT OR REPLACE INTO key_result VALUES (?, ?, ?)');
  const idsOfResult = db.prepare('SELECT id FROM key_result WHERE result = ?');
  const dropResult = db.prepare('DELETE FROM key_result WHERE result = ?');
  const setLink = db.prepare('INSERT OR IGNORE INTO key_link VALUES (?, ?, ?, ?, ?, ?, ?)');
  const targets = db.prepare(
    'SELECT target FROM key_link WHERE source = ? AND input = ? AND record = ? AND selector = ?',
  );
  const oneLink = db.prepare(
    'SELECT 1 FROM key_link WHERE source = ? AND input = ? AND record = ? AND selector = ? AND target = ?',
  );
  const linksFrom = db.prepare('SELECT * FROM key_link WHERE source = ?');
  const linksTo = db.prepare('SELECT * FROM key_link WHERE target = ?');
  const dropLinksTo = db.prepare('DELETE FROM key_link WHERE target = ?');

  const exists = (id: string) => hasResult.get(id) !== undefined || hasLinks.get(id) !== undefined;
  const identity = ({ input, output, digest, selector }: CacheInfoLink) =>
    [input, outputKey(digest, output), selector] as const;

  function dropEmpty(start: string): void {
    const open = [start];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (exists(id)) continue;
      const sources = new Set((linksTo.all(id) as unknown as LinkRow[]).map((row) => row.source));
      dropLinksTo.run(id);
      for (const source of sources) open.push(source);
    }
  }

  return {
    writable: true,
    exists,
    walk: () => allIds.all().map((row) => row.id as string),
    walkResults: (id) => resultsOf.all(id).map(toResult),
    load(id, resultID) {
      const row = oneResult.get(id, resultID);
      if (!row) throw resultNotFound(resultID);
      return toResult(row);
    },
    addResult(id, result) {
      setResult.run(id, result.id, result.createdAt);
    },
    release(resultID) {
      inTransaction(db, () => {
        const ids = idsOfResult.all(resultID).map((row) => row.id as string);
        dropResult.run(resultID);
        for (const id of ids) dropEmpty(id);
      });
    },
    walkIDsByResult: (resultID) => idsOfResult.all(resultID).map((row) => row.id as string),
    addLink(id, link, target) {
      setLink.run(id, ...identity(link), target, link.output, link.digest);
    },
    walkLinks: (id, link) => targets.all(id, ...identity(link)).map((row) => row.target as string),
    hasLink: (id, link, target) => oneLink.get(id, ...identity(link), target) !== undefined,
    walkLinksAll: (id) =>
      (linksFrom.all(id) as unknown as LinkRow[]).map(({ input, output, digest, selector, target }) => ({
        link: { input, output, digest, selector },
        target,
      })),
    walkBacklinks: (id) =>
      (linksTo.all(id) as unknown as LinkRow[]).map(({ source, input, record, selector }) => ({
        source,
        link: { input, output: 0, digest: record, selector },
      })),
  };
}

function toResult(row: Record<string, unknown>): CacheResult {
  return { id: row.id as string, createdAt: row.createdAt as string };
}

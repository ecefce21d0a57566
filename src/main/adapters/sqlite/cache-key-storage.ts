import type { DatabaseSync } from 'node:sqlite';
import {
  type CacheInfoLink,
  type CacheKeyStorage,
  type CacheResult,
  inBatches,
  type KeyLink,
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

/** Opens a key graph in a SQLite database. A batch of changes is one transaction. */
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

  const idsBy = (resultID: string) => idsOfResult.all(resultID).map((row) => row.id as string);
  const targetsOf = ({ id, link }: Omit<KeyLink, 'target'>) =>
    targets.all(id, ...identity(link)).map((row) => row.target as string);

  return {
    writable: true,
    exists: async (ids) => ids.map(exists),
    walk: () => inBatches(allIds.all().map((row) => row.id as string)),
    walkResults: async (ids) => ids.map((id) => resultsOf.all(id).map(toResult)),
    async load(id, resultID) {
      const row = oneResult.get(id, resultID);
      if (!row) throw resultNotFound(resultID);
      return toResult(row);
    },
    async addResult(added) {
      inTransaction(db, () => {
        for (const { id, result } of added) setResult.run(id, result.id, result.createdAt);
      });
    },
    async release(resultIDs) {
      inTransaction(db, () => {
        for (const resultID of resultIDs) {
          const ids = idsBy(resultID);
          dropResult.run(resultID);
          for (const id of ids) dropEmpty(id);
        }
      });
    },
    walkIDsByResult: async (resultIDs) => resultIDs.map(idsBy),
    async addLink(added) {
      inTransaction(db, () => {
        for (const { id, link, target } of added) {
          setLink.run(id, ...identity(link), target, link.output, link.digest);
        }
      });
    },
    walkLinks: async (asked) => asked.map(targetsOf),
    hasLink: async (asked) =>
      asked.map(({ id, link, target }) => oneLink.get(id, ...identity(link), target) !== undefined),
    walkLinksAll: async (ids) =>
      ids.map((id) =>
        (linksFrom.all(id) as unknown as LinkRow[]).map(({ input, output, digest, selector, target }) => ({
          link: { input, output, digest, selector },
          target,
        })),
      ),
    walkBacklinks: async (ids) =>
      ids.map((id) =>
        (linksTo.all(id) as unknown as LinkRow[]).map(({ source, input, record, selector }) => ({
          source,
          input,
          output: 0,
          base: record,
          selector,
        })),
      ),
  };
}

function toResult(row: Record<string, unknown>): CacheResult {
  return { id: row.id as string, createdAt: row.createdAt as string };
}

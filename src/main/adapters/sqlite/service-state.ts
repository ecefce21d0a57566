import type { DatabaseSync } from 'node:sqlite';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import {
  neverAsked,
  PUSHED_AT_ONCE,
  type PushedResult,
  type RecordsPart,
  type RecordsUpdate,
  recordOf,
  type ServiceState,
} from '../../engine/service/service-state.ts';
import type { ExportRecord } from '../../engine/service/types.ts';
import { RESOLVED_OUTPUT } from '../../engine/solver/cache-key.ts';
import { createTurns } from '../../engine/streams/turns.ts';
import { createSqliteCacheKeyStorage } from './cache-key-storage.ts';
import { openStateDatabase } from './state-database.ts';
import { inTransaction } from './transaction.ts';

// `record` is what a result is asked for by. Keys, links and which results a key has stand in the key storage's tables.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS service_result (id TEXT PRIMARY KEY, record TEXT NOT NULL UNIQUE, asked INTEGER NOT NULL,
    layers TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS service_layer (digest TEXT NOT NULL, result TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (digest, result)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS service_layer_of ON service_layer (result);
`;
const STAGE = `
  CREATE TEMP TABLE stage_result (id TEXT NOT NULL, result TEXT NOT NULL, created_at TEXT NOT NULL, record TEXT NOT NULL);
  CREATE TEMP TABLE stage_link (source TEXT NOT NULL, input INTEGER NOT NULL, record TEXT NOT NULL, selector TEXT NOT NULL,
    target TEXT NOT NULL);
`;
/** Rows that are merged before others may do something. */
const MERGED_AT_ONCE = 5000;
const WRITE = 'write';

/** The state of a cache service in a SQLite file, for one process. A crash keeps what was committed. */
export function createSqliteServiceState(path: string): ServiceState {
  const db = openStateDatabase(path);
  const keys = createSqliteCacheKeyStorage(db);
  db.exec(SCHEMA);
  const turns = createTurns();
  const pushed = db.prepare(`
    SELECT k.id AS key, k.result AS result, k.created_at AS createdAt, r.layers AS layers
    FROM key_result k JOIN service_result r ON r.id = k.result
    WHERE r.layers IS NOT NULL AND (k.id, k.result) > (?, ?) ORDER BY k.id, k.result LIMIT ${PUSHED_AT_ONCE}`);
  const resultOf = db.prepare('SELECT id FROM service_result WHERE record = ?');
  const setLayers = db.prepare('UPDATE service_result SET layers = ? WHERE id = ?');
  const dropLayersOf = db.prepare('DELETE FROM service_layer WHERE result = ?');
  const addLayer = db.prepare('INSERT OR IGNORE INTO service_layer VALUES (?, ?, ?)');
  const resultsWith = db.prepare('SELECT result FROM service_layer WHERE digest = ?');

  return {
    keys,
    beginUpdate: async () => beginUpdate(path, (work) => turns.take(WRITE, undefined, work)),
    setLayers: (records) =>
      turns.take(WRITE, undefined, async () =>
        inTransaction(db, () => {
          for (const { record, layers } of records) {
            const id = resultOf.get(record)?.id as string | undefined;
            if (id === undefined) throw neverAsked(record);
            setLayers.run(JSON.stringify(layers), id);
            dropLayersOf.run(id);
            for (const { digest, size } of layers) addLayer.run(digest, id, size);
          }
        }),
      ),
    dropLayers: (digests) =>
      turns.take(WRITE, undefined, async () =>
        inTransaction(db, () => {
          for (const digest of digests) {
            for (const { result } of resultsWith.all(digest)) {
              setLayers.run(null, result as string);
              dropLayersOf.run(result as string);
            }
          }
        }),
      ),
    async *walkPushed() {
      let last = ['', ''];
      for (;;) {
        const rows = pushed.all(last[0] ?? '', last[1] ?? '') as unknown as (PushedResult & {
          readonly result: string;
          readonly layers: string;
        })[];
        const end = rows.at(-1);
        if (!end) return;
        last = [end.key, end.result];
        yield rows.map(({ key, createdAt, layers }) => ({
          key,
          createdAt,
          layers: JSON.parse(layers) as readonly Descriptor[],
        }));
      }
    },
    async totals() {
      const count = (sql: string) => Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0);
      const distinct = 'SELECT digest, max(size) AS size FROM service_layer GROUP BY digest';
      return {
        keys: count(
          'SELECT count(*) FROM (SELECT id FROM key_result UNION SELECT source FROM key_link UNION SELECT target FROM key_link)',
        ),
        links: count('SELECT count(*) FROM key_link'),
        results: count('SELECT count(*) FROM service_result'),
        pushedResults: count('SELECT count(*) FROM service_result WHERE layers IS NOT NULL'),
        layers: count(`SELECT count(*) FROM (${distinct})`),
        layerBytes: count(`SELECT sum(size) FROM (${distinct})`),
        namedBytes: count('SELECT sum(size) FROM service_layer'),
      };
    },
    async check() {
      db.prepare('SELECT 1').get();
    },
    async [Symbol.asyncDispose]() {
      await turns.take(WRITE, undefined, async () => db.close());
    },
  };
}

/**
 * Parts wait in tables of a connection of their own, so that a client that sends slowly holds nobody up; they are merged
 * in one transaction, in steps between which others are served.
 */
async function beginUpdate(path: string, inTurn: <T>(work: () => Promise<T>) => Promise<T>): Promise<RecordsUpdate> {
  const db = openStateDatabase(path);
  db.exec(STAGE);
  const stageResult = db.prepare('INSERT INTO stage_result VALUES (?, ?, ?, ?)');
  const stageLink = db.prepare('INSERT INTO stage_link VALUES (?, ?, ?, ?, ?)');
  return {
    async add({ cacheKeys, links }: RecordsPart) {
      db.exec('BEGIN');
      for (const { id, results } of cacheKeys) {
        for (const result of results) stageResult.run(id, result.id, result.createdAt, recordOf(result.id));
      }
      for (const { id, linkedID, input, digest, selector } of links) {
        if (!digest.startsWith('random:')) stageLink.run(linkedID, input, digest, selector, id);
      }
      db.exec('COMMIT');
    },
    commit: (limit) =>
      inTurn(async () => {
        db.exec('BEGIN IMMEDIATE');
        try {
          await merge(
            db,
            'stage_result',
            'INSERT OR REPLACE INTO key_result SELECT id, result, created_at FROM stage_result',
          );
          await merge(
            db,
            'stage_result',
            'INSERT OR IGNORE INTO service_result SELECT result, record, 0, NULL FROM stage_result',
          );
          await merge(
            db,
            'stage_link',
            `INSERT OR IGNORE INTO key_link SELECT source, input, record, selector, target, ${RESOLVED_OUTPUT}, record FROM stage_link`,
          );
          const asked = wanted(db, limit);
          const note = db.prepare('UPDATE service_result SET asked = asked + 1 WHERE id = ?');
          for (const { cacheRefID } of asked) note.run(cacheRefID);
          db.exec('COMMIT');
          return asked;
        } catch (error) {
          db.exec('ROLLBACK');
          throw error;
        }
      }),
    async [Symbol.asyncDispose]() {
      db.close();
    },
  };
}

async function merge(db: DatabaseSync, table: string, sql: string): Promise<void> {
  const rows = Number(db.prepare(`SELECT max(rowid) AS rows FROM ${table}`).get()?.rows ?? 0);
  const step = db.prepare(`${sql} WHERE rowid > ? AND rowid <= ?`);
  for (let from = 0; from < rows; from += MERGED_AT_ONCE) {
    step.run(from, from + MERGED_AT_ONCE);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function wanted(db: DatabaseSync, limit: number): ExportRecord[] {
  const rows = db.prepare(`
    SELECT s.result AS id, r.record AS record, r.asked AS asked, max(s.created_at) AS latest,
      sum((SELECT count(*) FROM key_link l WHERE l.source = s.id)) AS users
    FROM stage_result s JOIN service_result r ON r.id = s.result
    WHERE r.layers IS NULL GROUP BY s.result ORDER BY asked, users DESC, latest DESC, s.result LIMIT ?`);
  return rows.all(limit).map(({ id, record }) => ({ digest: record as string, cacheRefID: id as string }));
}

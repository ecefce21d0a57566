import { type RecordsPart, type RecordsUpdate, recordOf } from '../../engine/service/service-state.ts';
import type { ExportRecord } from '../../engine/service/types.ts';
import type { Database, Query } from './database.ts';

const STAGE = `
  CREATE TEMP TABLE stage_result (at bigint GENERATED ALWAYS AS IDENTITY, id text COLLATE "C", result text COLLATE "C",
    created_at text, record text COLLATE "C");
  CREATE TEMP TABLE stage_link (source text COLLATE "C", input integer, record text COLLATE "C", selector text COLLATE "C",
    target text COLLATE "C");
`;
// Of a result that was told twice the last one counts, as in a state that takes them one by one.
const MERGE = [
  'ANALYZE stage_result',
  'ANALYZE stage_link',
  `INSERT INTO cachewright_key SELECT DISTINCT ON (id, result) id, result, created_at FROM stage_result
    ORDER BY id, result, at DESC ON CONFLICT (id, result) DO UPDATE SET created_at = excluded.created_at
    WHERE cachewright_key.created_at <> excluded.created_at`,
  `INSERT INTO cachewright_result (id, record) SELECT DISTINCT result, record FROM stage_result ON CONFLICT DO NOTHING`,
  'INSERT INTO cachewright_link SELECT DISTINCT source, input, record, selector, target FROM stage_link ON CONFLICT DO NOTHING',
];
const WANTED = `
  SELECT s.result AS id, r.record AS record
  FROM (SELECT id, result, max(created_at COLLATE "C") AS created_at FROM stage_result GROUP BY id, result) s
  JOIN cachewright_result r ON r.id = s.result
  WHERE r.layers IS NULL
  GROUP BY s.result, r.record, r.asked
  ORDER BY r.asked, sum((SELECT count(*) FROM cachewright_link l WHERE l.source = s.id)) DESC, max(s.created_at) DESC, s.result
  LIMIT $1`;
/** The longest step of merging the largest update that a service takes. */
const MERGE_MS = 10 * 60_000;

/**
 * Begins an update on a connection of its own. Parts wait in temporary tables, outside of any transaction, so that a client
 * that sends slowly holds nobody up; they are merged in one.
 * @param inTurn keeps the writers of this process from waiting on connections of their own
 */
export async function beginStagedUpdate(
  database: Database,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<RecordsUpdate> {
  const session = await database.connect();
  const { query } = session;
  try {
    await query(STAGE);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
  return {
    add: (part) => addPart(query, part),
    commit: (limit) =>
      inTurn(() =>
        session.exclusively(async () => {
          for (const step of MERGE) await query(step, undefined, MERGE_MS);
          return ask(query, limit);
        }),
      ),
    async [Symbol.asyncDispose]() {
      // A connection that broke has taken its tables with it.
      await query('DISCARD TEMP').catch(() => undefined);
      await session[Symbol.asyncDispose]();
    },
  };
}

async function addPart(query: Query, { cacheKeys, links }: RecordsPart): Promise<void> {
  const results = cacheKeys.flatMap(({ id, results }) =>
    results.map((result) => [id, result.id, result.createdAt, recordOf(result.id)]),
  );
  if (results.length > 0) {
    await query(
      `INSERT INTO stage_result (id, result, created_at, record)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])`,
      columns(results, 4),
    );
  }
  // Such steps are never found again.
  const found = links.filter(({ digest }) => !digest.startsWith('random:'));
  if (found.length > 0) {
    await query(
      'INSERT INTO stage_link SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[])',
      columns(
        found.map(({ id, linkedID, input, digest, selector }) => [linkedID, input, digest, selector, id]),
        5,
      ),
    );
  }
}

/** Chooses what is asked for, and notes that it was. */
async function ask(query: Query, limit: number): Promise<readonly ExportRecord[]> {
  const rows = await query(WANTED, [limit], MERGE_MS);
  const asked = rows.map(({ id, record }) => ({ digest: record as string, cacheRefID: id as string }));
  await query('UPDATE cachewright_result SET asked = asked + 1 WHERE id = ANY($1::text[])', [
    asked.map(({ cacheRefID }) => cacheRefID),
  ]);
  return asked;
}

/** Rows as one array a column: one statement takes them all. */
function columns(rows: readonly (readonly (string | number)[])[], width: number): (string | number)[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? ''));
}

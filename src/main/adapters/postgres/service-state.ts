import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheLink } from '../../engine/ports/cache-key-storage.ts';
import { neverAsked, PUSHED_AT_ONCE, type ServiceState } from '../../engine/service/service-state.ts';
import { createTurns } from '../../engine/streams/turns.ts';
import { type DatabaseOptions, openDatabase, type Query, type Row } from './database.ts';
import { migrate } from './schema.ts';
import { beginStagedUpdate } from './staged-update.ts';

const WRITE = 'write';
/** A health check says quickly that the server is gone. */
const CHECK_MS = 5000;
/** Counting goes through every row. */
const TOTALS_MS = 5 * 60_000;
const DISTINCT_LAYERS = 'SELECT digest, max(size) AS size FROM cachewright_layer GROUP BY digest';
const TOTALS = `
  SELECT
    (SELECT count(*) FROM (SELECT id FROM cachewright_key UNION SELECT source FROM cachewright_link
      UNION SELECT target FROM cachewright_link) ids) AS keys,
    (SELECT count(*) FROM cachewright_link) AS links,
    (SELECT count(*) FROM cachewright_result) AS results,
    (SELECT count(*) FROM cachewright_result WHERE layers IS NOT NULL) AS pushed_results,
    (SELECT count(*) FROM (${DISTINCT_LAYERS}) one) AS layers,
    (SELECT coalesce(sum(size), 0) FROM (${DISTINCT_LAYERS}) one) AS layer_bytes,
    (SELECT coalesce(sum(size), 0) FROM cachewright_layer) AS named_bytes`;
const PUSHED = `
  SELECT k.id AS key, k.result AS result, k.created_at AS created_at, r.layers AS layers
  FROM cachewright_key k JOIN cachewright_result r ON r.id = k.result
  WHERE r.layers IS NOT NULL AND (k.id, k.result) > ($1, $2) ORDER BY k.id, k.result LIMIT ${PUSHED_AT_ONCE}`;
const DROP_LAYERS = `
  WITH gone AS (SELECT DISTINCT result FROM cachewright_layer WHERE digest = ANY($1::text[])),
    forgotten AS (DELETE FROM cachewright_layer l USING gone WHERE l.result = gone.result)
  UPDATE cachewright_result r SET layers = NULL FROM gone WHERE r.id = gone.result`;

/**
 * The state of a cache service in a Postgres database, for any number of processes. Writers of all of them take turns by a lock
 * in the database. A broken connection is `UNAVAILABLE`, and replaced with the next call; what was committed stays.
 *
 * Statements of one session belong together, so a pooler between may keep one connection for each session only.
 * @throws `INVALID_INPUT` for an address that is none, `UNSUPPORTED_FORMAT` for tables of a newer version, and what connecting throws
 */
export async function createPostgresServiceState(options: DatabaseOptions): Promise<ServiceState> {
  const database = await openDatabase(options);
  try {
    await migrate(database);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
  const turns = createTurns();
  const inTurn = <T>(work: () => Promise<T>) => turns.take(WRITE, undefined, work);
  const change = (work: (query: Query) => Promise<void>) =>
    inTurn(async () => {
      await using session = await database.connect();
      await session.exclusively(() => work(session.query));
    });

  return {
    keys: { walkBacklinks: (ids) => walkBacklinks(database.query, ids) },
    beginUpdate: () => beginStagedUpdate(database, inTurn),
    setLayers: (records) => change((query) => setLayers(query, records)),
    dropLayers: (digests) => change(async (query) => void (await query(DROP_LAYERS, [digests]))),
    async *walkPushed() {
      let last: Row | undefined;
      for (;;) {
        const rows = await database.query(PUSHED, [last?.key ?? '', last?.result ?? '']);
        last = rows.at(-1);
        if (!last) return;
        yield rows.map(({ key, created_at, layers }) => ({
          key: key as string,
          createdAt: created_at as string,
          layers: JSON.parse(layers as string) as readonly Descriptor[],
        }));
      }
    },
    async totals() {
      const [row = {}] = await database.query(TOTALS, undefined, TOTALS_MS);
      return {
        keys: Number(row.keys),
        links: Number(row.links),
        results: Number(row.results),
        pushedResults: Number(row.pushed_results),
        layers: Number(row.layers),
        layerBytes: Number(row.layer_bytes),
        namedBytes: Number(row.named_bytes),
      };
    },
    async check() {
      await database.query('SELECT 1', undefined, CHECK_MS);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

async function walkBacklinks(query: Query, ids: readonly string[]): Promise<(readonly CacheLink[])[]> {
  const rows = await query(
    'SELECT target, source, input, record, selector FROM cachewright_link WHERE target = ANY($1::text[])',
    [[...new Set(ids)]],
  );
  const found = Map.groupBy(rows, ({ target }) => target as string);
  return ids.map((id) =>
    (found.get(id) ?? []).map(({ source, input, record, selector }) => ({
      source: source as string,
      input: input as number,
      output: 0,
      base: record as string,
      selector: selector as string,
    })),
  );
}

async function setLayers(query: Query, records: Parameters<ServiceState['setLayers']>[0]): Promise<void> {
  const layersOf = new Map<string, readonly Descriptor[]>(records.map(({ record, layers }) => [record, layers]));
  const rows = await query('SELECT id, record FROM cachewright_result WHERE record = ANY($1::text[])', [
    [...layersOf.keys()],
  ]);
  const ids = new Map(rows.map(({ id, record }) => [record as string, id as string]));
  const results: string[] = [];
  const documents: string[] = [];
  const named: (readonly [string, string, number])[] = [];
  for (const [record, layers] of layersOf) {
    const id = ids.get(record);
    if (id === undefined) throw neverAsked(record);
    results.push(id);
    documents.push(JSON.stringify(layers));
    for (const { digest, size } of layers) named.push([digest, id, size]);
  }
  await query(
    `UPDATE cachewright_result r SET layers = v.layers FROM unnest($1::text[], $2::text[]) v (id, layers) WHERE r.id = v.id`,
    [results, documents],
  );
  await query('DELETE FROM cachewright_layer WHERE result = ANY($1::text[])', [results]);
  await query(
    `INSERT INTO cachewright_layer SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING`,
    [named.map(([digest]) => digest), named.map(([, id]) => id), named.map(([, , size]) => size)],
  );
}

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isCacheError } from '../../../shared/base/errors.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { describeServiceState, digestOf } from '../../engine/service/service-state.suite.ts';
import type { RecordsPart, ServiceState } from '../../engine/service/service-state.ts';
import { hasPostgresServer, type PostgresServer, startPostgresServer } from '../../testing/postgres-server.ts';
import { MOST_CONNECTIONS, openDatabase, WRITERS_LOCK } from './database.ts';
import { createPostgresServiceState } from './service-state.ts';

describe.skipIf(!hasPostgresServer())('the state of a service in Postgres', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());
  let places = 0;

  /** Runs statements beside the state. */
  async function aside<T>(work: (client: Client) => Promise<T>, url = server.url): Promise<T> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
  /** Address of a place without tables. */
  async function freshUrl(): Promise<string> {
    places += 1;
    const searchPath = `place_${places}`;
    await aside((client) => client.query(`CREATE SCHEMA ${searchPath}`));
    return server.urlOf({ searchPath });
  }
  async function update(state: ServiceState, part: RecordsPart, limit = 100) {
    await using one = await state.beginUpdate();
    await one.add(part);
    return await one.commit(limit);
  }
  const partOf = (name: string, count: number): RecordsPart => ({
    cacheKeys: Array.from({ length: count }, (_, at) => ({
      id: `${name}-${at}`,
      results: [{ id: `r-${name}-${at}`, createdAt: '2024-01-02T03:04:05Z', description: '' }],
    })),
    links: Array.from({ length: count }, (_, at) => ({
      id: `${name}-${at}`,
      linkedID: digestOf('root'),
      input: 0,
      digest: digestOf(`step ${name} ${at}`),
      selector: '',
    })),
  });

  describeServiceState('Postgres', {
    async fresh() {
      const url = await freshUrl();
      return () => createPostgresServiceState({ url });
    },
  });

  test('several open an empty database at once: its tables are made once', async () => {
    const url = await freshUrl();
    const states = await Promise.all(Array.from({ length: 6 }, () => createPostgresServiceState({ url })));
    for (const state of states) await update(state, partOf('same', 3));
    expect(await states[0]?.totals()).toMatchObject({ keys: 4, links: 3, results: 3 });
    for (const state of states) await state[Symbol.asyncDispose]();
    const versions = await aside((client) => client.query('SELECT version FROM cachewright_schema'), url);
    expect(versions.rows).toEqual([{ version: 1 }]);
  });

  test('tables of a newer version are left alone', async () => {
    const url = await freshUrl();
    await (await createPostgresServiceState({ url }))[Symbol.asyncDispose]();
    await aside((client) => client.query('UPDATE cachewright_schema SET version = 99'), url);
    await expect(createPostgresServiceState({ url })).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    const versions = await aside((client) => client.query('SELECT version FROM cachewright_schema'), url);
    expect(versions.rows).toEqual([{ version: 99 }]);
  });

  test('two processes that report and push at once lose nothing', async () => {
    const url = await freshUrl();
    await using first = await createPostgresServiceState({ url });
    await using second = await createPostgresServiceState({ url });
    const work = async (state: ServiceState, name: string) => {
      for (let round = 0; round < 8; round += 1) {
        // Half of it is what the other one reports as well.
        const asked = await update(state, partOf(`${name}-${round}`, 40), 1000);
        await update(state, partOf(`both-${round}`, 40), 0);
        await state.setLayers(
          asked.map(({ digest }) => ({
            record: parseDigest(digest),
            layers: [{ mediaType: '', digest: digestOf(`${name} ${round}`), size: 7 }],
          })),
        );
      }
    };
    await Promise.all([work(first, 'a'), work(second, 'b')]);
    const totals = { keys: 961, links: 960, results: 960, pushedResults: 640, layers: 16, layerBytes: 112 };
    expect(await first.totals()).toEqual({ ...totals, namedBytes: 4480 });
    expect(await second.totals()).toEqual(await first.totals());
  });

  test('of a result that is told twice the last time counts, in one update and in two', async () => {
    await using state = await createPostgresServiceState({ url: await freshUrl() });
    const at = (...times: readonly string[]): RecordsPart => ({
      cacheKeys: times.map((createdAt) => ({ id: 'k', results: [{ id: 'r', createdAt, description: '' }] })),
      links: [],
    });
    const [asked] = await update(state, at('2024-01-03T00:00:00Z', '2024-01-02T00:00:00Z'));
    const layers = [{ mediaType: '', digest: digestOf('base'), size: 5 }];
    await state.setLayers([{ record: parseDigest(asked?.digest), layers }]);
    const times = async () => {
      const all: string[] = [];
      for await (const batch of state.walkPushed()) all.push(...batch.map(({ createdAt }) => createdAt));
      return all;
    };
    expect(await times()).toEqual(['2024-01-02T00:00:00Z']);
    await update(state, at('2024-01-01T00:00:00Z'));
    expect(await times()).toEqual(['2024-01-01T00:00:00Z']);
  });

  test('the longest ids that a report may have are kept', async () => {
    await using state = await createPostgresServiceState({ url: await freshUrl() });
    const long = () => randomBytes(512).toString('hex');
    const [id, linkedID, result] = [long(), long(), long()] as const;
    const sha512 = `sha512:${randomBytes(64).toString('hex')}`;
    const link = { id, linkedID, input: 0xffff, digest: sha512, selector: sha512 };
    const results = [{ id: result, createdAt: '2024-01-02T03:04:05Z', description: '' }];
    expect(await update(state, { cacheKeys: [{ id, results }], links: [link] })).toMatchObject([
      { cacheRefID: result },
    ]);
    expect(await state.keys.walkBacklinks([id])).toMatchObject([[{ source: linkedID, base: sha512 }]]);
  });

  test('a server that crashes makes requests UNAVAILABLE; the next ones go on with what was committed', async () => {
    await using state = await createPostgresServiceState({ url: await freshUrl() });
    await update(state, partOf('kept', 5));
    await using cut = await state.beginUpdate();
    await cut.add(partOf('cut', 5));
    await server.crash();
    const gone = { code: 'UNAVAILABLE', subject: expect.stringMatching(/^127\.0\.0\.1:\d+\/postgres$/) };
    await expect(cut.commit(10)).rejects.toMatchObject(gone);
    await expect(state.check()).rejects.toMatchObject(gone);
    await expect(state.beginUpdate()).rejects.toMatchObject(gone);
    await server.start();
    await state.check();
    expect(await state.totals()).toMatchObject({ keys: 6, results: 5 });
    await update(state, partOf('cut', 5));
    expect(await state.totals()).toMatchObject({ keys: 11, results: 10 });
  });

  test('a process that hangs in the middle of a change holds the others up for a while only', async () => {
    const url = await freshUrl();
    await using state = await createPostgresServiceState({ url, waitMs: 100 });
    await update(state, partOf('a', 1));
    await aside(async (client) => {
      await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${WRITERS_LOCK.join(', ')})`);
      await expect(state.dropLayers([digestOf('x')])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await client.query('ROLLBACK');
    });
    await state.dropLayers([digestOf('x')]);
  });

  test('a connection whose answer did not come in time is not used again', async () => {
    await using database = await openDatabase({ url: server.url });
    await expect(database.query('SELECT pg_sleep(60)', undefined, 50)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await database.query('SELECT 1 AS one', undefined, 10_000)).toEqual([{ one: 1 }]);
  });

  test('no more connections than are allowed, whatever is asked at once', async () => {
    const url = await freshUrl();
    await using state = await createPostgresServiceState({ url });
    await Promise.all(Array.from({ length: 60 }, () => state.totals()));
    // They are kept for a while after.
    const { rows } = await aside((client) =>
      client.query<{ count: string }>(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cachewright' AND query LIKE '%pushed_results%'",
      ),
    );
    expect(Number(rows[0]?.count)).toBe(MOST_CONNECTIONS);
  });

  test.each<[string, (place: PostgresServer) => string, string]>([
    ['a wrong password', (place) => place.urlOf({ password: 'wrong/secret' }), 'ACCESS_DENIED'],
    ['a database that is not there', (place) => place.urlOf({ database: 'none' }), 'NOT_FOUND'],
    ['no server', () => 'postgres://ada:wrong%2Fsecret@127.0.0.1:1/x', 'UNAVAILABLE'],
    ['an address that is none', () => 'postgres://ada:wrong/secret@127.0.0.1', 'INVALID_INPUT'],
  ])('%s is a clear error that has no password in it', async (_, urlOf, code) => {
    const error: unknown = await createPostgresServiceState({ url: urlOf(server) }).catch((thrown: unknown) => thrown);
    if (!isCacheError(error)) throw new Error('no error of ours', { cause: error });
    expect(error.code).toBe(code);
    expect(error.hint).toBeTruthy();
    for (const secret of [/wrong.{1,3}secret/, new RegExp(server.password)]) {
      expect(`${JSON.stringify(error)} ${error.stack} ${error.cause}`).not.toMatch(secret);
    }
  });
});

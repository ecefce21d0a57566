import type { Pool, PoolClient } from 'pg';
import { CacheError } from '../../../shared/base/errors.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { databaseError, leavesUsable } from './errors.ts';

/** Connections of one process, whatever is asked of it at once. */
export const MOST_CONNECTIONS = 10;
/** How long a request waits for a connection. */
const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
/** How long one statement may take, where its caller says nothing else: a server that is gone without a word is given up then. */
const STATEMENT_MS = 60_000;
/** How long an ending process waits for its connections to close. */
const CLOSE_MS = 5000;
/** Of the lock that writers take in turn: "cachewri". Postgres has one set of these numbers for each database. */
export const WRITERS_LOCK = [0x63616368, 0x65777269] as const;

/** A row of an answer. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement, or several without values and rows. @throws what `databaseError` makes of a failure */
export type Query = (text: string, values?: readonly unknown[], timeoutMs?: number) => Promise<readonly Row[]>;

/** One connection, for one caller at a time. Disposing of it gives it back, or ends it where it broke. */
export interface Session extends AsyncDisposable {
  readonly query: Query;
  /** Runs a change whole or not at all, while no other process changes anything. */
  exclusively<T>(change: () => Promise<T>): Promise<T>;
}

/** The connections of one process to one database. */
export interface Database extends AsyncDisposable {
  /** `HOST:PORT/DATABASE`, for errors. */
  readonly name: string;
  /** @throws `UNAVAILABLE` where no connection can be had in time, `ACCESS_DENIED` and `NOT_FOUND` by what the server says */
  connect(): Promise<Session>;
  /** Runs one statement on any connection. */
  readonly query: Query;
}

/** How a database is used. */
export interface DatabaseOptions {
  /** `postgres://…`; never shown, for it may hold a password. */
  readonly url: string;
  /** How long a writer waits for another one, and how long one may stand still; 60 s. In milliseconds. */
  readonly waitMs?: number | undefined;
}

/**
 * Opens a pool of connections. The first one is made when something is asked, and one that broke is replaced then.
 * @throws `INVALID_INPUT` for an address that is none
 */
export async function openDatabase({ url, waitMs = STATEMENT_MS }: DatabaseOptions): Promise<Database> {
  const { Client, Pool } = await import('pg');
  const name = nameOf(() => new Client({ connectionString: url }));
  const pool = new Pool({
    connectionString: url,
    application_name: 'cachewright',
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
  });
  // A connection that breaks says so to whoever uses it; without listeners it would end the process as well.
  const ignore = (): void => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => void client.on('error', ignore));
  const connect = () => createSession(pool, name, Math.round(waitMs));
  return {
    name,
    connect,
    async query(...asked) {
      await using session = await connect();
      return await session.query(...asked);
    },
    async [Symbol.asyncDispose]() {
      const closed = new AbortController();
      const ended = pool.end().then(() => closed.abort());
      await Promise.race([ended, systemClock.wait(CLOSE_MS, closed.signal)]);
    },
  };
}

async function createSession(pool: Pool, name: string, waitMs: number): Promise<Session> {
  const client: PoolClient = await pool.connect().catch((error: unknown) => {
    throw databaseError(error, name);
  });
  let isBroken = false;
  const query: Query = async (text, values, timeoutMs = STATEMENT_MS) => {
    const statement = { text, ...(values ? { values: [...values] } : {}), query_timeout: timeoutMs };
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } catch (error) {
      // Without an answer nobody knows what the connection is doing.
      if (!leavesUsable(error)) isBroken = true;
      throw databaseError(error, name);
    }
  };
  return {
    query,
    async exclusively(change) {
      // The limits end with the transaction. The second one ends a process that hangs in the middle of it, and lets the others go on.
      await query(
        `BEGIN; SET LOCAL lock_timeout = ${waitMs}; SET LOCAL idle_in_transaction_session_timeout = ${waitMs}`,
      );
      try {
        await query('SELECT pg_advisory_xact_lock($1, $2)', WRITERS_LOCK, waitMs + STATEMENT_MS);
        const answer = await change();
        await query('COMMIT');
        return answer;
      } catch (error) {
        if (!isBroken) await query('ROLLBACK').catch(() => (isBroken = true));
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      client.release(isBroken);
    },
  };
}

/** The address without user, password and options. */
function nameOf(parse: () => { host: string; port: number; database?: string | undefined }): string {
  try {
    const { host, port, database } = parse();
    return `${host}:${port}/${database ?? ''}`;
  } catch {
    // Without the cause: it quotes the address, and with it the password.
    throw new CacheError('INVALID_INPUT', 'This is not the address of a Postgres database.', {
      subject: '--state',
      hint: 'Write postgres://USER@HOST:PORT/DATABASE. Special characters of a password are written as %XX.',
    });
  }
}

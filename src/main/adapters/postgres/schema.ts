import { CacheError } from '../../../shared/base/errors.ts';
import type { Database, Session } from './database.ts';

// Texts are compared byte by byte, so that the order of a walk does not depend on the database's language. `record` is what a
// result is asked for by; `layers` is JSON. A version is never changed: what comes later is another one.
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE cachewright_key (id text COLLATE "C", result text COLLATE "C", created_at text NOT NULL,
    PRIMARY KEY (id, result));
  CREATE INDEX cachewright_key_by_result ON cachewright_key (result);
  CREATE TABLE cachewright_link (source text COLLATE "C", input integer, record text COLLATE "C", selector text COLLATE "C",
    target text COLLATE "C", PRIMARY KEY (source, input, record, selector, target));
  CREATE INDEX cachewright_link_by_target ON cachewright_link (target);
  CREATE TABLE cachewright_result (id text COLLATE "C" PRIMARY KEY, record text COLLATE "C" NOT NULL UNIQUE,
    asked bigint NOT NULL DEFAULT 0, layers text);
  CREATE TABLE cachewright_layer (digest text COLLATE "C", result text COLLATE "C", size bigint NOT NULL,
    PRIMARY KEY (digest, result));
  CREATE INDEX cachewright_layer_by_result ON cachewright_layer (result);
  `,
];

/**
 * Brings the tables to the version of this program, in one transaction; several processes may do so at once.
 * @throws `UNSUPPORTED_FORMAT` when a newer version of the program made them
 */
export async function migrate(database: Database): Promise<void> {
  await using session = await database.connect();
  await session.exclusively(async () => {
    const version = await versionOf(session);
    if (version > MIGRATIONS.length) {
      throw new CacheError('UNSUPPORTED_FORMAT', 'A newer version of Cachewright made this state.', {
        subject: database.name,
        hint: 'Use that version, or another database.',
      });
    }
    if (version === MIGRATIONS.length) return;
    for (const change of MIGRATIONS.slice(version)) await session.query(change);
    await session.query('UPDATE cachewright_schema SET version = $1', [MIGRATIONS.length]);
  });
}

/** The version of the tables; 0 where there are none, whose table of the version is made. */
async function versionOf({ query }: Session): Promise<number> {
  const [found] = await query("SELECT to_regclass('cachewright_schema') IS NOT NULL AS known");
  if (found?.known !== true) {
    await query('CREATE TABLE cachewright_schema (version integer NOT NULL)');
    await query('INSERT INTO cachewright_schema VALUES (0)');
  }
  const [row] = await query('SELECT version FROM cachewright_schema');
  return Number(row?.version ?? 0);
}

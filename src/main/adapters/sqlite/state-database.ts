import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CacheError, isCacheError, toCacheError } from '../../../shared/base/errors.ts';

/** Of the tables that adapters in this folder create. Raise it when one of them changes its meaning. */
const SCHEMA_VERSION = 1;
/** How long one process waits for another that writes. */
const BUSY_MS = 5_000;
/** Result codes of SQLite for a file that is not, or no longer, a database. */
const SQLITE_CORRUPT = 11;
/** Files that SQLite opens for one database: itself, its log, the log's index, and the folder of them. */
const DATABASE_FILES = 4;
const SQLITE_NOTADB = 26;

/**
 * Opens the database of the app's own state, creating it and its folder where needed. A damaged one is put aside as
 * `PATH.damaged` and a new one started: what it holds is a convenience, never the only copy of a cache.
 * @throws `UNSUPPORTED_FORMAT` when a newer version of the program made it, `ACCESS_DENIED`, `NO_SPACE`, `UNAVAILABLE`
 */
export function openStateDatabase(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      return open(path);
    } catch (error) {
      if (!isDamage(error)) throw error;
      renameSync(path, `${path}.damaged`);
      for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
      return open(path);
    }
  } catch (error) {
    if (isCacheError(error)) throw error;
    const known = toCacheError(error, path);
    if (known.code !== 'INTERNAL') throw known;
    refuseFewDescriptors(path);
    throw new CacheError('UNAVAILABLE', "The program's own state could not be opened.", {
      subject: path,
      hint: 'Check the owner and mode of its folder, or set CACHEWRIGHT_STATE_DIR to another one.',
      cause: error,
    });
  }
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > SCHEMA_VERSION) {
      throw new CacheError('UNSUPPORTED_FORMAT', 'A newer version of Cachewright made this state.', {
        subject: path,
        hint: 'Use that version, or set CACHEWRIGHT_STATE_DIR to another folder.',
      });
    }
    if (version < SCHEMA_VERSION) db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return errcode === SQLITE_CORRUPT || errcode === SQLITE_NOTADB;
}

/** SQLite says only that it could not open a file. @throws `UNAVAILABLE` where this process may open too few more */
function refuseFewDescriptors(path: string): void {
  const opened: number[] = [];
  try {
    while (opened.length < DATABASE_FILES) opened.push(openSync(dirname(path), 'r'));
  } catch (error) {
    const known = toCacheError(error, path);
    if (known.code === 'UNAVAILABLE') throw known;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

import { CacheError, type CacheErrorCode } from '../../../shared/base/errors.ts';

/** What a code of the server means to a person. */
interface Meaning {
  readonly code: CacheErrorCode;
  readonly message: string;
  readonly hint: string;
}

const RETRY = 'Try again: nothing of it was stored.';
const UNREACHED: Meaning = {
  code: 'UNAVAILABLE',
  message: 'The Postgres server does not answer.',
  hint: 'Is it running, and are address, user and password right? It is tried again with the next request.',
};
const BUSY: Meaning = {
  code: 'UNAVAILABLE',
  message: 'Another process has held the state of the service for too long.',
  hint: RETRY,
};
const DENIED: Meaning = {
  code: 'ACCESS_DENIED',
  message: 'The Postgres server does not permit this.',
  hint: 'The user needs to connect, and to create tables and temporary tables in this database.',
};
/** By the whole code of five characters, or by its class of two: Postgres' table "Error Codes". */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '28': {
    code: 'ACCESS_DENIED',
    message: 'The Postgres server refuses the user or the password.',
    hint: 'Give the password as PGPASSWORD, in the file of PGPASSFILE, or in the address.',
  },
  '3D000': { code: 'NOT_FOUND', message: 'There is no such Postgres database.', hint: 'Create it with createdb.' },
  '42501': DENIED,
  '25006': {
    code: 'UNAVAILABLE',
    message: 'The Postgres server takes no changes now.',
    hint: 'Give the address of the primary, not of a standby. It is tried again with the next request.',
  },
  '40': { code: 'UNAVAILABLE', message: 'Two changes of the state conflict.', hint: RETRY },
  '53': { code: 'UNAVAILABLE', message: 'The Postgres server is at its limits.', hint: RETRY },
  '53100': { code: 'NO_SPACE', message: 'The disk of the Postgres server is full.', hint: 'Free some space there.' },
  '55P03': BUSY,
  '25P03': BUSY,
  '57': UNREACHED,
  '58': UNREACHED,
  '08': UNREACHED,
  '22': {
    code: 'INVALID_INPUT',
    message: 'The Postgres database cannot keep this text.',
    hint: 'Create the database with the encoding UTF8.',
  },
};

/** Codes after which the server ends the connection. The severity cannot tell: its words are in the server's language. */
const LAST = /^(08|28|3D000|25P03|53300|57P)/;

/** True where the server has answered with an error and the connection can be used again. */
export function leavesUsable(error: unknown): boolean {
  const code = answerOf(error);
  return code !== undefined && !LAST.test(code);
}

/** The code of what the server answered; none for a failure on the way there. Codes of the system have no severity. */
function answerOf(error: unknown): string | undefined {
  return error instanceof Error && 'severity' in error && 'code' in error ? String(error.code) : undefined;
}

/**
 * The error of a failure: by the server's code where there is one, else `UNAVAILABLE`. Never with the cause or the server's own
 * words, which may quote addresses and values.
 * @param database subject of the error
 */
export function databaseError(error: unknown, database: string): CacheError {
  if (error instanceof CacheError) return error;
  const code = answerOf(error);
  const isOurs = error instanceof TypeError || error instanceof RangeError;
  const meaning = code === undefined ? UNREACHED : (MEANINGS[code] ?? MEANINGS[code.slice(0, 2)]);
  if (meaning && !isOurs)
    return new CacheError(meaning.code, meaning.message, { subject: database, hint: meaning.hint });
  return new CacheError('INTERNAL', `Postgres failed with ${code ?? (error as Error).name}.`, { subject: database });
}

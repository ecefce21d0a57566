/**
 * The closed list of failure codes. Callers decide on the code, never on the message text.
 * `INTERNAL` is the only one that means "a bug of ours"; every other code is something a user can act on.
 */
export const CACHE_ERROR_CODES = [
  'NOT_FOUND',
  'SIZE_MISMATCH',
  'DIGEST_MISMATCH',
  'INVALID_INPUT',
  'UNSUPPORTED_FORMAT',
  'CORRUPT',
  'ACCESS_DENIED',
  'UNAVAILABLE',
  'CONFLICT',
  'STALE_PLAN',
  'NO_SPACE',
  'CANCELLED',
  'INTERNAL',
] as const;

export type CacheErrorCode = (typeof CACHE_ERROR_CODES)[number];

/** What a `CacheError` says besides its code and sentence. */
export interface CacheErrorDetails {
  /** What it happened to: a digest, a path, a field of a document. */
  readonly subject?: string;
  /** The one best next step, as a sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The plain value of a `CacheError`: what crosses a process border and what `--json` prints. */
export interface CacheErrorData {
  readonly code: CacheErrorCode;
  readonly message: string;
  readonly subject?: string | undefined;
  readonly hint?: string | undefined;
}

/**
 * The only error class that leaves an engine function on purpose. The message is a sentence for a person;
 * it never holds a credential.
 */
export class CacheError extends Error {
  override readonly name = 'CacheError';
  readonly code: CacheErrorCode;
  readonly subject: string | undefined;
  readonly hint: string | undefined;

  constructor(code: CacheErrorCode, message: string, details: CacheErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.subject = details.subject;
    this.hint = details.hint;
  }

  /** The plain form, without the stack and the cause. */
  toJSON(): CacheErrorData {
    return { code: this.code, message: this.message, subject: this.subject, hint: this.hint };
  }

  /** Builds the error back from its plain form, after it has crossed a process border. */
  static fromData(data: CacheErrorData, cause?: unknown): CacheError {
    return new CacheError(data.code, data.message, {
      ...(data.subject === undefined ? {} : { subject: data.subject }),
      ...(data.hint === undefined ? {} : { hint: data.hint }),
      cause,
    });
  }
}

/** True for a `CacheError`, with a given code if one is named. */
export function isCacheError(error: unknown, code?: CacheErrorCode): error is CacheError {
  return error instanceof CacheError && (code === undefined || error.code === code);
}

/** The error of an aborted operation. Nothing is left half-written when it is thrown. */
export function cancelled(subject?: string): CacheError {
  return new CacheError('CANCELLED', 'The operation was cancelled.', subject === undefined ? {} : { subject });
}

/** Throws `CANCELLED` when the signal has fired. */
export function throwIfAborted(signal: { readonly aborted: boolean } | undefined): void {
  if (signal?.aborted) throw cancelled();
}

/**
 * Gives any thrown value a `CacheError`: system errors by their `code`, aborts as `CANCELLED`, all else `INTERNAL`.
 * `subject` names what was being worked on.
 */
export function toCacheError(error: unknown, subject?: string): CacheError {
  if (error instanceof CacheError) return error;
  const details = { ...(subject === undefined ? {} : { subject }), cause: error };
  if (error instanceof Error) {
    if (error.name === 'AbortError') return new CacheError('CANCELLED', 'The operation was cancelled.', details);
    const mapped = SYSTEM_ERRORS[(error as Error & { code?: string }).code ?? ''];
    if (mapped) return new CacheError(mapped.code, mapped.message, { ...details, hint: mapped.hint });
    return new CacheError('INTERNAL', error.message, details);
  }
  return new CacheError('INTERNAL', String(error), details);
}

/** What helps a process that may open few files. */
const RAISE_FILE_LIMIT = 'Raise the limit of open files: ulimit -n 1024.';

const SYSTEM_ERRORS: Readonly<Record<string, { code: CacheErrorCode; message: string; hint: string }>> = {
  ENOENT: { code: 'NOT_FOUND', message: 'There is no such file or folder.', hint: 'Check the path.' },
  ENOTDIR: { code: 'NOT_FOUND', message: 'A part of the path is not a folder.', hint: 'Check the path.' },
  EISDIR: {
    code: 'CORRUPT',
    message: 'A folder stands where a file was expected.',
    hint: 'Look at what put it there.',
  },
  EACCES: { code: 'ACCESS_DENIED', message: 'Reading or writing was not permitted.', hint: 'Check owner and mode.' },
  EPERM: { code: 'ACCESS_DENIED', message: 'The system did not permit this.', hint: 'Check owner and mode.' },
  EROFS: {
    code: 'ACCESS_DENIED',
    message: 'The file system is read-only.',
    hint: 'Choose a folder that can be written.',
  },
  ENOSPC: { code: 'NO_SPACE', message: 'The disk is full.', hint: 'Free some space and run it again: it resumes.' },
  EDQUOT: {
    code: 'NO_SPACE',
    message: 'The disk quota is used up.',
    hint: 'Free some space and run it again: it resumes.',
  },
  EMFILE: { code: 'UNAVAILABLE', message: 'Too many files are open.', hint: RAISE_FILE_LIMIT },
  // A thread opens files to start, and says no more than this where it may not.
  ERR_WORKER_INIT_FAILED: { code: 'UNAVAILABLE', message: 'No thread could be started.', hint: RAISE_FILE_LIMIT },
  ENFILE: { code: 'UNAVAILABLE', message: 'Too many files are open on this machine.', hint: 'Close other programs.' },
  EIO: {
    code: 'UNAVAILABLE',
    message: 'The system could not read or write this.',
    hint: 'Check the disk, and that this is a file of its own and not a device.',
  },
  ENAMETOOLONG: { code: 'INVALID_INPUT', message: 'The path is too long.', hint: 'Choose a shorter path.' },
  ELOOP: { code: 'INVALID_INPUT', message: 'The path runs through a loop of symbolic links.', hint: 'Check the path.' },
};

import type { Command } from 'commander';
import type { CacheError } from '../../../shared/base/errors.ts';

/** What the exit status says; the table in `docs/CLI.md`. */
export const EXIT = {
  done: 0,
  no: 1,
  usage: 2,
  unreadable: 3,
  partWay: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that knows its exit status. */
export class ExitError extends Error {
  override readonly name = 'ExitError';
  readonly exitCode: ExitCode;
  override readonly cause: CacheError;

  constructor(exitCode: ExitCode, cause: CacheError) {
    super(cause.message);
    this.exitCode = exitCode;
    this.cause = cause;
  }
}

/** The command line itself is wrong: exit 2, with the usage of the command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Whose usage is shown; absent: that of the command that runs. */
  readonly command: Command | undefined;

  constructor(message: string, command?: Command) {
    super(message);
    this.command = command;
  }
}

/**
 * The status of a failure that no command has judged: what the person wrote is wrong (a filter, an id that is not there
 * or is ambiguous), it was interrupted, or the source cannot be read.
 */
export function exitCodeOf(error: CacheError): ExitCode {
  switch (error.code) {
    case 'CANCELLED':
      return EXIT.interrupted;
    case 'INVALID_INPUT':
    case 'CONFLICT':
    case 'NOT_FOUND':
      return EXIT.usage;
    default:
      return EXIT.unreadable;
  }
}

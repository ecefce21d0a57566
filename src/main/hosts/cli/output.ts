import type { Writable } from 'node:stream';
import { toCacheError } from '../../../shared/base/errors.ts';
import { EXIT, ExitError } from './exit-codes.ts';

/** The reader has gone away (`| head`): nothing more needs to be said. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/** A text stream that waits for a slow reader. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width in characters, where it is a terminal. */
  readonly columns: number | undefined;
  /**
   * Resolves when more may be written.
   * @throws `BrokenPipe` when nobody reads any more; `ExitError` 4 when it cannot be written, as on a full disk
   */
  write(text: string): Promise<void>;
}

/** Wraps standard output or standard error. */
export function createOutput(stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Output {
  let failure: Error | undefined;
  // Without a listener a closed pipe would end the process with a stack trace.
  stream.on('error', (error) => {
    failure ??= whyNot(error);
  });
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.isTTY === true ? stream.columns : undefined,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        stream.write(text, (error) => {
          if (error) failure ??= whyNot(error);
          return failure ? reject(failure) : resolve();
        });
      }),
  };
}

/** A reader that has left is no failure; a text that is cut off because the disk is full is one. */
function whyNot(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ECONNRESET'
    ? new BrokenPipe()
    : new ExitError(EXIT.partWay, toCacheError(error, 'standard output'));
}

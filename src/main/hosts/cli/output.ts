import type { Writable } from 'node:stream';

/** The reader has gone away (`| head`): nothing more needs to be said. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/** A text stream that waits for a slow reader. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width in characters, where it is a terminal. */
  readonly columns: number | undefined;
  /** Resolves when more may be written. @throws `BrokenPipe` when nobody reads any more */
  write(text: string): Promise<void>;
}

/** Wraps standard output or standard error. */
export function createOutput(stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Output {
  let broken = false;
  // Without a listener a closed pipe would end the process with a stack trace.
  stream.on('error', () => {
    broken = true;
  });
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.isTTY === true ? stream.columns : undefined,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (broken) return reject(new BrokenPipe());
        stream.write(text, (error) => (error ? reject(new BrokenPipe()) : resolve()));
      }),
  };
}

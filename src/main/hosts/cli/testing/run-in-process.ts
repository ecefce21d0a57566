import type { EngineHandle } from '../../engine-handle.ts';
import { BrokenPipe, type Output } from '../output.ts';
import { runCli } from '../run.ts';

/** What a run of the command line said, and its exit status. */
export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliRunOptions {
  readonly startEngine?: (host: 'cli' | 'web', keepsCatalogs: boolean) => Promise<EngineHandle>;
  readonly signal?: AbortSignal;
  /** Standard error is a terminal of this width. */
  readonly terminal?: number;
  /** The reader goes away after this many characters. */
  readonly readerLeavesAfter?: number;
}

/** Runs a command line as `bin/cachewright.js` does, in this process. */
export async function runInProcess(args: readonly string[], options: CliRunOptions = {}): Promise<CliRun> {
  let out = '';
  let err = '';
  const output = (columns: number | undefined, add: (text: string) => void): Output => ({
    isTerminal: columns !== undefined,
    columns,
    write: async (text) => add(text),
  });
  const code = await runCli(args, {
    version: '0.0.0',
    out: output(undefined, (text) => {
      if (out.length > (options.readerLeavesAfter ?? Number.POSITIVE_INFINITY)) throw new BrokenPipe();
      out += text;
    }),
    err: output(options.terminal, (text) => {
      err += text;
    }),
    environment: {},
    signal: options.signal ?? new AbortController().signal,
    typed: undefined,
    startEngine: options.startEngine ?? (() => Promise.reject(new Error('this run needs no engine'))),
  });
  return { code, out, err };
}

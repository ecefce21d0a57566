import type { Command } from 'commander';
import type { EngineClient } from '../../../shared/contract/index.ts';
import type { EngineHandle } from '../engine-handle.ts';
import type { ExitCode } from './exit-codes.ts';
import type { ProgressLine } from './format/progress.ts';
import type { Output } from './output.ts';

/** What a command is given besides its arguments and options. */
export interface CliContext {
  /** The engine, started when it is first asked for. `window`: one that keeps the window's list of sources. */
  engine(kind?: 'window'): Promise<EngineClient>;
  /** The same with its handlers, for a host that serves them. */
  handle(kind?: 'window'): Promise<EngineHandle>;
  readonly out: Output;
  /** A line for the person, on standard error. */
  note(line: string): Promise<void>;
  readonly progress: ProgressLine;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Lines typed while the command runs; undefined where standard input is no terminal. */
  readonly typed: AsyncIterable<unknown> | undefined;
}

/** Turns a command's function into what commander calls with arguments and options. */
export type Bind = <Arguments extends unknown[]>(
  run: (context: CliContext, ...args: Arguments) => Promise<ExitCode>,
) => (...args: [...Arguments, Command]) => Promise<void>;

/** What every file in `commands/` exports: adds its command to the program. */
export type Register = (program: Command, bind: Bind) => void;

import { type Command, CommanderError } from 'commander';
import { type CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { EngineHandle } from '../engine-handle.ts';
import type { Bind, CliContext } from './context.ts';
import { EXIT, type ExitCode, ExitError, exitCodeOf, UsageError } from './exit-codes.ts';
import { errorLine } from './format/errors.ts';
import { createProgressLine } from './format/progress.ts';
import { terminalText } from './format/terminal-text.ts';
import { BrokenPipe, type Output } from './output.ts';
import { createProgram, usageLine } from './program.ts';

/** The process around one run of the command line. */
export interface CliProcess {
  readonly version: string;
  readonly out: Output;
  readonly err: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly typed: AsyncIterable<unknown> | undefined;
  /** Starts an engine; called at most once. `keepsCatalogs`: as `composeEngine` has it. */
  startEngine(host: 'cli' | 'web', keepsCatalogs: boolean): Promise<EngineHandle>;
}

/** commander has shown help or version. */
class Shown extends Error {}

/** Runs one command line to its end. Never throws: the answer is the exit status. */
export async function runCli(args: readonly string[], around: CliProcess): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  let current: Command | undefined;
  let text = '';
  let handle: Promise<EngineHandle> | undefined;

  const engineHandle = (kind?: 'window'): Promise<EngineHandle> => {
    handle ??= around.startEngine(kind === 'window' ? 'web' : 'cli', current?.opts().cache !== false);
    return handle;
  };
  const progress = createProgressLine(around.err);
  const context: CliContext = {
    engine: async (kind) => (await engineHandle(kind)).client,
    handle: engineHandle,
    out: around.out,
    note: (line) => {
      progress.clear();
      return around.err.write(`${terminalText(line)}\n`);
    },
    progress,
    signal: around.signal,
    environment: around.environment,
    typed: around.typed,
  };
  const bind: Bind = <Arguments extends unknown[]>(run: (at: CliContext, ...args: Arguments) => Promise<ExitCode>) => {
    return async (...all: [...Arguments, Command]) => {
      current = all.at(-1) as Command;
      // What commander passes before the command are the declared arguments and the options.
      code = await run(context, ...(all.slice(0, -1) as unknown as Arguments));
    };
  };

  try {
    const program = createProgram(around.version, bind, {
      onText: (more) => {
        text += more;
      },
      onExit: (command, error) => {
        current = command;
        if (error.exitCode === 0) throw new Shown();
        throw new UsageError(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '));
      },
    });
    current = program;
    if (args.length === 0) {
      await around.err.write(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return await report(error, current, text, around);
  } finally {
    progress.clear();
    await handle?.then((engine) => engine[Symbol.asyncDispose]()).catch(() => undefined);
  }
}

/** Prints what went wrong; the exit status for it, which stays the same where nobody reads what is printed. */
async function report(
  error: unknown,
  command: Command | undefined,
  text: string,
  around: CliProcess,
): Promise<ExitCode> {
  const err = { write: (line: string) => around.err.write(line).catch(() => undefined) };
  if (error instanceof BrokenPipe) return EXIT.done;
  if (error instanceof Shown) {
    return around.out.write(text).then(
      () => EXIT.done,
      (failure: unknown) => report(failure, command, '', around),
    );
  }
  if (error instanceof UsageError || error instanceof CommanderError) {
    const whose = (error instanceof UsageError ? error.command : undefined) ?? command;
    await err.write(`${commandName(whose)}: ${terminalText(error.message)}\n${whose ? `${usageLine(whose)}\n` : ''}`);
    return EXIT.usage;
  }
  const known: CacheError = error instanceof ExitError ? error.cause : toCacheError(error);
  const code = error instanceof ExitError ? error.exitCode : exitCodeOf(known);
  await err.write(`${errorLine(known)}\n`);
  if (code === EXIT.usage && command) await err.write(`${usageLine(command)}\n`);
  return code;
}

function commandName(command: Command | undefined): string {
  return command?.parent ? `${command.parent.name()} ${command.name()}` : (command?.name() ?? 'cachewright');
}

import { Command, type CommanderError } from 'commander';
import { commands } from './commands/index.ts';
import { PLANNED_COMMANDS } from './commands/planned.ts';
import type { Bind } from './context.ts';

/** Where commander's own words go; nothing of it writes to the terminal by itself. */
export interface ProgramHooks {
  /** Help or version, asked for. */
  readonly onText: (text: string) => void;
  /** commander ends by throwing; `command` is the one whose line was wrong. */
  readonly onExit: (command: Command, error: CommanderError) => never;
}

/** The command line with all its commands. */
export function createProgram(version: string, bind: Bind, hooks: ProgramHooks): Command {
  const program = new Command('cachewright')
    .description('See what is in your build cache, why a step missed, and what to delete.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .showHelpAfterError(false)
    .addHelpText('after', `\nPlanned, not available yet: ${PLANNED_COMMANDS.join(', ')}.`);
  for (const register of commands) register(program, bind);
  for (const command of [program, ...program.commands]) {
    command
      .configureOutput({ writeOut: hooks.onText, writeErr: () => undefined, outputError: () => undefined })
      .exitOverride((error) => hooks.onExit(command, error));
  }
  return program;
}

/** `Usage: cachewright keys [options] <source>`. */
export function usageLine(command: Command): string {
  return `Usage: ${command.createHelp().commandUsage(command)}`;
}

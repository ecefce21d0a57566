import type { Command, CommandContext } from '../base/feature.ts';
import { reportFailure } from './shell-state.ts';

/** Runs a command; a failure is shown. */
export async function runCommand(command: Command, context: CommandContext): Promise<void> {
  try {
    await command.run(context);
  } catch (error) {
    reportFailure(command.title, error);
  }
}

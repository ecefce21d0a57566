import type { Register } from '../context.ts';
import { UsageError } from '../exit-codes.ts';

/** Commands that the manual names and that a later version brings. */
export const PLANNED_COMMANDS = ['compare', 'explain', 'predict', 'simulate'] as const;

/** Using one of them says plainly that it is not there yet. */
export const registerPlanned: Register = (program, bind) => {
  for (const name of PLANNED_COMMANDS) {
    program
      .command(name, { hidden: true })
      .allowUnknownOption()
      .argument('[anything...]')
      .action(
        bind(async () => {
          throw new UsageError('this command is not available yet');
        }),
      );
  }
};

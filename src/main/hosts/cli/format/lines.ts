import type { Output } from '../output.ts';
import { terminalText } from './terminal-text.ts';

/** Prints lines for a person. What cannot be printed is shown as its code: paths and names may hold escape sequences. */
export function writeLines(out: Output, ...lines: readonly string[]): Promise<void> {
  return out.write(lines.map((line) => `${terminalText(line)}\n`).join(''));
}

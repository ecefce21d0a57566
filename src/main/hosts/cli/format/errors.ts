import type { CacheError } from '../../../../shared/base/errors.ts';
import { terminalText } from './terminal-text.ts';

/** One line: `code subject: message (hint)`. */
export function errorLine(error: Pick<CacheError, 'code' | 'subject' | 'message' | 'hint'>): string {
  const subject = error.subject === undefined ? '' : ` ${error.subject}`;
  const hint = error.hint === undefined ? '' : ` (${error.hint})`;
  return terminalText(`${error.code}${subject}: ${error.message}${hint}`.replace(/\s*\n\s*/g, ' '));
}

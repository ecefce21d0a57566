import { toCacheError } from '../../../shared/base/errors.ts';
import type { DesktopApp, DesktopDialog } from './electron-api.ts';

/**
 * Ends a program that cannot start: says why in a box and exits with status 1. The lock goes first, because the box stays
 * until somebody closes it and another start must not be handed to a program without a window.
 */
export function failStart(
  app: Pick<DesktopApp, 'releaseSingleInstanceLock' | 'exit'>,
  dialog: Pick<DesktopDialog, 'showErrorBox'>,
  thrown: unknown,
): void {
  const { message, subject, hint } = toCacheError(thrown);
  app.releaseSingleInstanceLock();
  const text = [message, subject, hint].filter((part) => part !== undefined).join('\n');
  dialog.showErrorBox('Cachewright cannot start', text);
  app.exit(1);
}

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DesktopApp } from './electron-api.ts';

/**
 * Gives Chromium a folder apart from the program's state: by default both would be one folder on macOS, and a state folder
 * that cannot be used must not keep the window from saying so. Also the lock of the single instance lies there, so that
 * programs over different state folders run side by side. To be called before the lock is asked for.
 * @throws the system's error where the folder cannot be made
 */
export function placeUserData(
  app: Pick<DesktopApp, 'commandLine' | 'getPath' | 'setPath'>,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (app.commandLine.hasSwitch('user-data-dir')) return;
  const state = environment.CACHEWRIGHT_STATE_DIR;
  const folder = state ? `${resolve(state)}.window` : join(app.getPath('appData'), 'cachewright-window');
  // Electron wants it to be there.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('userData', folder);
}

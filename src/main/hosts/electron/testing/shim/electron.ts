// The module `electron` of the main process: what `electron-api.ts` names, and what Playwright looks for besides.
import { EventEmitter } from 'node:events';
import { app } from './app.ts';

export { BrowserWindow } from './browser-window.ts';
export { dialog } from './dialog.ts';
export { ipcMain } from './ipc-main.ts';
export { Menu } from './menu.ts';
export { protocol } from './schemes.ts';
export { session } from './session.ts';
export { utilityProcess } from './utility-process.ts';
export { WebContents as webContents } from './web-contents.ts';
export { app };

/** Tells of nothing by itself: a test emits what the system would. */
export const powerMonitor = new EventEmitter();

export const nativeTheme = { shouldUseDarkColors: false };

export const screen = {
  /** One display of common size: Chromium does not say what it has. */
  getAllDisplays() {
    // electron/shell/browser/api/electron_api_screen.cc
    if (!app.isReady()) throw new Error("The 'screen' module can't be used before the app 'ready' event");
    return [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
  },
};

// The module `electron` of the main process: what `electron-api.ts` names, and what Playwright looks for besides.
import { EventEmitter } from 'node:events';
import type { ElectronApi } from '../../electron-api.ts';
import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { dialog } from './dialog.ts';
import { ipcMain } from './ipc-main.ts';
import { Menu } from './menu.ts';
import { protocol } from './schemes.ts';
import { session } from './session.ts';
import { utilityProcess } from './utility-process.ts';

export { WebContents as webContents } from './web-contents.ts';
export { app, BrowserWindow, dialog, ipcMain, Menu, protocol, session, utilityProcess };

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

// Compiles only while the shim has every member that the host uses.
const all = { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, powerMonitor, protocol, screen, session };
void ({ ...all, utilityProcess } satisfies ElectronApi);

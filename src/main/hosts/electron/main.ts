import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
  utilityProcess,
} from 'electron';
import { loadSite } from '../site.ts';
import { runDesktop } from './desktop.ts';
import { failStart } from './fail-start.ts';

// Built, this file lies in dist/electron beside the other two, with the window's files in dist/renderer.
const here = import.meta.dirname;

// Never awaited here: Electron becomes ready only after this module has been evaluated (docs/DESKTOP.md). What has to
// happen before that is the part of `runDesktop` before its first `await`.
runDesktop(
  { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, powerMonitor, protocol, screen, session, utilityProcess },
  {
    preload: join(here, 'preload.cjs'),
    engine: join(here, 'engine.js'),
    loadSite: () => loadSite(join(here, '../renderer')),
    argv: process.argv,
    environment: process.env,
    folder: process.cwd(),
    platform: process.platform,
    onEndSignal: (listener) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener);
    },
  },
).catch((error: unknown) => failStart(app, dialog, error));

import type * as Electron from 'electron';

/**
 * The parts of Electron that the main process uses. Only `main.ts` and `preload.ts` import the module itself (in plain Node the
 * import starts a download); everything else is given this, so that tests can give a stand-in.
 */
export type ElectronApi = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeTheme'
  | 'powerMonitor'
  | 'protocol'
  | 'screen'
  | 'session'
  | 'utilityProcess'
>;

/** Types of Electron by their short names, for files that must not import it. */
export type { Electron };

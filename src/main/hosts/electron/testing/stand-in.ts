import { EventEmitter } from 'node:events';
import type { Electron, ElectronApi } from '../electron-api.ts';

/** A frame as far as the sender check looks at it. */
export interface StandInFrame {
  readonly url: string;
}

/** A port that remembers what became of it. */
export function standInPort(): Electron.MessagePortMain & { closed: boolean } {
  const port = Object.assign(new EventEmitter(), {
    closed: false,
    start: () => undefined,
    postMessage: () => undefined,
    close: () => {
      port.closed = true;
    },
  });
  return port as unknown as Electron.MessagePortMain & { closed: boolean };
}

/**
 * Electron as the desktop host sees it, without its binary: every call is written down in `calls`, events are sent with
 * `app.emit` and `ipcMain.emit`.
 */
export function createStandIn(options: { readonly hasLock?: boolean; readonly userData?: string } = {}) {
  const calls: (readonly [name: string, ...args: unknown[]])[] = [];
  const write =
    (name: string) =>
    (...args: unknown[]): void => {
      calls.push([name, ...args]);
    };

  const app = Object.assign(new EventEmitter(), {
    isPackaged: true,
    requestSingleInstanceLock: () => options.hasLock ?? true,
    whenReady: () => {
      calls.push(['app.whenReady']);
      return Promise.resolve();
    },
    quit: write('app.quit'),
    enableSandbox: write('app.enableSandbox'),
    setAsDefaultProtocolClient: write('app.setAsDefaultProtocolClient'),
    getPath: () => options.userData ?? '/nonexistent/cachewright',
  });

  const handlers = new Map<string, (event: unknown) => unknown>();
  const ipcMain = Object.assign(new EventEmitter(), {
    handle: (channel: string, handler: (event: unknown) => unknown) => handlers.set(channel, handler),
  });

  const windows: StandInWindow[] = [];
  class StandInWindow extends EventEmitter {
    readonly mainFrame: StandInFrame = { url: 'app://cachewright/' };
    readonly options: Electron.BrowserWindowConstructorOptions;
    readonly webContents = { mainFrame: this.mainFrame, send: write('webContents.send') };
    constructor(given: Electron.BrowserWindowConstructorOptions) {
      super();
      this.options = given;
      windows.push(this);
    }
    loadURL(url: string): Promise<void> {
      calls.push(['window.loadURL', url]);
      return Promise.resolve();
    }
    isMinimized = () => true;
    restore = write('window.restore');
    focus = write('window.focus');
    show = write('window.show');
    maximize = write('window.maximize');
    isMaximized = () => false;
    getNormalBounds = () => ({ x: 10, y: 20, width: 900, height: 700 });
  }

  const children: (EventEmitter & { kill(): void })[] = [];
  const utilityProcess = {
    fork: (...args: unknown[]) => {
      calls.push(['utilityProcess.fork', ...args]);
      const child = Object.assign(new EventEmitter(), {
        postMessage: write('engine.postMessage'),
        kill: write('engine.kill'),
      });
      children.push(child);
      return child;
    },
  };

  const api = {
    app,
    ipcMain,
    BrowserWindow: StandInWindow,
    dialog: { showOpenDialog: () => Promise.resolve({ canceled: false, filePaths: ['/chosen'] }) },
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: write('Menu.setApplicationMenu') },
    nativeTheme: { shouldUseDarkColors: true },
    protocol: {
      registerSchemesAsPrivileged: write('protocol.registerSchemesAsPrivileged'),
      handle: write('protocol.handle'),
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    session: {
      defaultSession: {
        setPermissionCheckHandler: write('session.setPermissionCheckHandler'),
        setPermissionRequestHandler: write('session.setPermissionRequestHandler'),
        setDevicePermissionHandler: write('session.setDevicePermissionHandler'),
        webRequest: { onBeforeRequest: write('session.onBeforeRequest') },
      },
    },
    utilityProcess,
  };

  return {
    api: api as unknown as ElectronApi,
    app,
    calls,
    windows,
    children,
    named: (name: string) => calls.filter(([called]) => called === name).map(([, ...args]) => args),
    /** A message from a page to the main process. */
    send: (channel: string, event: { senderFrame: unknown; ports?: readonly unknown[] }) =>
      ipcMain.emit(channel, event),
    invoke: (channel: string, event: { senderFrame: unknown }) => handlers.get(channel)?.(event),
  };
}

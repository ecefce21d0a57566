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
 * `app.emit` and `ipcMain.emit`. It keeps Electron's rules (docs/DESKTOP.md has their sources): it is ready only when
 * `becomeReady` says so, which a test does after the entry has been evaluated.
 */
export function createStandIn(options: { readonly hasLock?: boolean; readonly userData?: string } = {}) {
  const calls: (readonly [name: string, ...args: unknown[]])[] = [];
  const write =
    (name: string) =>
    (...args: unknown[]): void => {
      calls.push([name, ...args]);
    };

  const ready = Promise.withResolvers<void>();
  let isReady = false;
  const before = (name: string): void => {
    if (isReady) throw new Error(`${name} can only be called before the app is ready`);
  };
  const after = (name: string): void => {
    if (!isReady) throw new Error(`${name} can only be called after the app is ready`);
  };
  const becomeReady = (): void => {
    isReady = true;
    calls.push(['ready']);
    app.emit('ready', {}, {});
    ready.resolve();
  };

  const app = Object.assign(new EventEmitter(), {
    isPackaged: true,
    requestSingleInstanceLock: () => options.hasLock ?? true,
    releaseSingleInstanceLock: write('app.releaseSingleInstanceLock'),
    whenReady: () => ready.promise,
    quit: write('app.quit'),
    exit: write('app.exit'),
    enableSandbox: () => {
      before('app.enableSandbox');
      calls.push(['app.enableSandbox']);
    },
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
      after('BrowserWindow');
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
      after('utilityProcess.fork');
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
    dialog: {
      showOpenDialog: () => Promise.resolve({ canceled: false, filePaths: ['/chosen'] }),
      showErrorBox: write('dialog.showErrorBox'),
    },
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: write('Menu.setApplicationMenu') },
    nativeTheme: { shouldUseDarkColors: true },
    protocol: {
      registerSchemesAsPrivileged: (...args: unknown[]) => {
        before('protocol.registerSchemesAsPrivileged');
        calls.push(['protocol.registerSchemesAsPrivileged', ...args]);
      },
      handle: (...args: unknown[]) => {
        after('protocol.handle');
        calls.push(['protocol.handle', ...args]);
      },
    },
    screen: {
      getAllDisplays: () => {
        after('screen');
        return [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
      },
    },
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
    becomeReady,
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

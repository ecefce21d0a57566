import { EventEmitter } from 'node:events';
import type { DesktopRequest } from '../../../../shared/contract/bridge.ts';
import type { Electron, ElectronApi } from '../electron-api.ts';

/** A frame as far as the sender check looks at it. */
export interface StandInFrame {
  url: string;
  readonly parent: StandInFrame | null;
  isDestroyed(): boolean;
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

/** How the program is started. */
export interface StandInOptions {
  readonly hasLock?: boolean;
  /** Where the system keeps folders of programs. */
  readonly appData?: string;
  readonly isPackaged?: boolean;
  readonly switches?: readonly string[];
  /** How a load of the page ends. */
  readonly load?: () => Promise<void>;
  /** The button that each message box is answered with. */
  readonly answer?: () => number | Promise<number>;
}

/** What a page sends to the main process. */
export interface StandInMessage {
  readonly sender?: unknown;
  readonly senderFrame?: unknown;
  readonly ports?: readonly unknown[];
}

/**
 * Electron as the desktop host sees it, without its binary: every call is written down in `calls`, events are sent with
 * `app.emit` and `send`. It keeps Electron's rules (docs/DESKTOP.md has their sources): it is ready only when `becomeReady`
 * says so, which a test does after the entry has been evaluated; a page hears nothing before it is loaded; what has been
 * destroyed throws.
 */
export function createStandIn(options: StandInOptions = {}) {
  const calls: (readonly [name: string, ...args: unknown[]])[] = [];
  const note = (name: string, ...args: unknown[]): void => {
    calls.push([name, ...args]);
  };
  const noted =
    (name: string) =>
    (...args: unknown[]): void =>
      note(name, ...args);

  const ready = Promise.withResolvers<void>();
  let isReady = false;
  const before =
    (name: string) =>
    (...args: unknown[]): void => {
      if (isReady) throw new Error(`${name} can only be called before the app is ready`);
      note(name, ...args);
    };
  const after =
    (name: string) =>
    (...args: unknown[]): void => {
      if (!isReady) throw new Error(`${name} can only be called after the app is ready`);
      note(name, ...args);
    };
  const becomeReady = (): void => {
    isReady = true;
    note('ready');
    app.emit('ready', {}, {});
    ready.resolve();
  };

  const paths = new Map([
    ['appData', options.appData ?? '/nonexistent'],
    ['userData', '/nonexistent/cachewright'],
  ]);
  const app = Object.assign(new EventEmitter(), {
    isPackaged: options.isPackaged ?? true,
    commandLine: { hasSwitch: (name: string) => options.switches?.includes(name) ?? false },
    requestSingleInstanceLock: () => {
      note('app.requestSingleInstanceLock');
      return options.hasLock ?? true;
    },
    releaseSingleInstanceLock: noted('app.releaseSingleInstanceLock'),
    whenReady: () => ready.promise,
    quit: noted('app.quit'),
    exit: noted('app.exit'),
    relaunch: noted('app.relaunch'),
    enableSandbox: before('app.enableSandbox'),
    setAppUserModelId: noted('app.setAppUserModelId'),
    setAsDefaultProtocolClient: (scheme: string) => {
      note('app.setAsDefaultProtocolClient', scheme);
      return true;
    },
    getAppPath: () => '/project',
    getPath: (name: string) => paths.get(name) ?? '',
    setPath: (name: string, path: string) => {
      note('app.setPath', name, path);
      paths.set(name, path);
    },
  });

  const handlers = new Map<string, (event: never) => unknown>();
  const ipcMain = Object.assign(new EventEmitter(), {
    handle: (channel: string, handler: (event: never) => unknown) => handlers.set(channel, handler),
  });

  const windows: StandInWindow[] = [];
  class StandInContents extends EventEmitter {
    /** What the present page has heard; absent while there is none. */
    page: (readonly [number: number, request: DesktopRequest])[] | undefined;
    isGone = false;
    readonly mainFrame: StandInFrame = { url: '', parent: null, isDestroyed: () => this.isGone };
    isDestroyed = () => this.isGone;
    send(channel: string, number: number, request: DesktopRequest): void {
      if (this.isGone) throw new TypeError('Object has been destroyed');
      note('webContents.send', channel, number, request);
      this.page?.push([number, request]);
    }
    setWindowOpenHandler = noted('webContents.setWindowOpenHandler');
    reload(): void {
      note('webContents.reload');
      this.page = undefined;
    }
  }
  class StandInWindow extends EventEmitter {
    readonly options: Electron.BrowserWindowConstructorOptions;
    readonly contents = new StandInContents();
    constructor(given: Electron.BrowserWindowConstructorOptions) {
      super();
      after('BrowserWindow')();
      this.options = given;
      windows.push(this);
    }
    get webContents(): StandInContents {
      if (this.contents.isGone) throw new TypeError('Object has been destroyed');
      return this.contents;
    }
    async loadURL(url: string): Promise<void> {
      note('window.loadURL', url);
      this.contents.mainFrame.url = url;
      await options.load?.();
    }
    isDestroyed = () => this.contents.isGone;
    isMinimized = () => true;
    restore = noted('window.restore');
    focus = noted('window.focus');
    show = noted('window.show');
    maximize = noted('window.maximize');
    isMaximized = () => false;
    getNormalBounds = () => ({ x: 10, y: 20, width: 900, height: 700 });
    /** Closes as Electron does: `close` can be prevented, then the window is destroyed. */
    close(): boolean {
      let isPrevented = false;
      this.emit('close', {
        preventDefault: () => {
          isPrevented = true;
        },
      });
      if (isPrevented) return false;
      this.contents.isGone = true;
      this.emit('closed');
      return true;
    }
  }

  const children: (EventEmitter & { kill(): void })[] = [];
  const utilityProcess = {
    fork: (...args: unknown[]) => {
      after('utilityProcess.fork')(...args);
      const child = Object.assign(new EventEmitter(), {
        postMessage: noted('engine.postMessage'),
        kill: () => {
          note('engine.kill');
          return true;
        },
      });
      children.push(child);
      return child;
    },
  };
  const powerMonitor = new EventEmitter();

  const api = {
    app,
    ipcMain,
    BrowserWindow: StandInWindow,
    dialog: {
      showOpenDialog: () => Promise.resolve({ canceled: false, filePaths: ['/chosen'] }),
      showMessageBox: async (_window: unknown, box: unknown) => {
        note('dialog.showMessageBox', box);
        return { response: (await options.answer?.()) ?? 0, checkboxChecked: false };
      },
      showErrorBox: noted('dialog.showErrorBox'),
    },
    Menu: { buildFromTemplate: (template: object) => template, setApplicationMenu: noted('Menu.setApplicationMenu') },
    nativeTheme: { shouldUseDarkColors: true },
    powerMonitor,
    protocol: {
      registerSchemesAsPrivileged: before('protocol.registerSchemesAsPrivileged'),
      handle: after('protocol.handle'),
    },
    screen: {
      getAllDisplays: () => {
        after('screen.getAllDisplays')();
        return [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
      },
    },
    session: {
      defaultSession: {
        setPermissionCheckHandler: noted('session.setPermissionCheckHandler'),
        setPermissionRequestHandler: noted('session.setPermissionRequestHandler'),
        setDevicePermissionHandler: noted('session.setDevicePermissionHandler'),
        webRequest: { onBeforeRequest: noted('session.onBeforeRequest') },
      },
    },
    utilityProcess,
  };

  /** What arrives with a message of the window's own page, unless it is said otherwise. */
  const eventOf = (given: StandInMessage) => {
    const contents = windows.at(-1)?.contents;
    return { sender: contents, senderFrame: contents?.mainFrame, ports: [], ...given };
  };
  const send = (channel: string, given: StandInMessage = {}, ...args: unknown[]): void => {
    ipcMain.emit(channel, eventOf(given), ...args);
  };

  return {
    api: api satisfies ElectronApi,
    app,
    becomeReady,
    calls,
    windows,
    children,
    powerMonitor,
    named: (name: string) => calls.filter(([called]) => called === name).map(([, ...args]) => args),
    /** A message from a page to the main process. */
    send,
    invoke: (channel: string, given: StandInMessage = {}) => handlers.get(channel)?.(eventOf(given) as never),
    /** Loads a page that listens and takes what it hears; what it hears goes into the list that this gives back. */
    listen: () => {
      const heard: DesktopRequest[] = [];
      const contents = windows.at(-1)?.contents;
      if (!contents) throw new Error('There is no window to load a page into.');
      contents.page = [];
      contents.page.push = (...messages) => {
        for (const [number, request] of messages) {
          heard.push(request);
          send('taken', {}, number);
        }
        return 0;
      };
      send('listening');
      return heard;
    },
  };
}

import type * as Electron from 'electron';

/**
 * The members of Electron that the main process uses, and no others. Only `main.ts` and `preload.ts` import the module itself (in
 * plain Node the import starts a download); everything else is given this, so that tests can give a stand-in. Three things are
 * checked against it: Electron (in `main.ts`), the shim (in `testing/shim/electron.ts`) and the stand-in. A new use compiles only
 * when it is named here, and then only when all three have it.
 */
export interface ElectronApi {
  readonly app: DesktopApp;
  readonly BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => DesktopWindow;
  readonly dialog: DesktopDialog;
  readonly ipcMain: PageMessages;
  readonly Menu: DesktopMenu;
  readonly nativeTheme: Pick<Electron.NativeTheme, 'shouldUseDarkColors'>;
  readonly powerMonitor: { on(event: 'shutdown', listener: () => void): unknown };
  readonly protocol: Pick<Electron.Protocol, 'registerSchemesAsPrivileged'> & {
    handle(scheme: string, handler: (request: Request) => Response | Promise<Response>): void;
  };
  readonly screen: { getAllDisplays(): readonly Pick<Electron.Display, 'workArea'>[] };
  readonly session: { readonly defaultSession: DesktopSession };
  readonly utilityProcess: { fork(entry: string, args: string[], options: Electron.ForkOptions): EngineChild };
}

/** The program. */
export interface DesktopApp
  extends Pick<
    Electron.App,
    | 'enableSandbox'
    | 'exit'
    | 'getAppPath'
    | 'isPackaged'
    | 'quit'
    | 'relaunch'
    | 'releaseSingleInstanceLock'
    | 'requestSingleInstanceLock'
    | 'setAppUserModelId'
    | 'setAsDefaultProtocolClient'
    | 'setPath'
    | 'whenReady'
  > {
  readonly commandLine: Pick<Electron.CommandLine, 'hasSwitch'>;
  getPath(name: 'appData' | 'userData'): string;
  on(event: 'open-file' | 'open-url', listener: (event: Preventable, what: string) => void): unknown;
  on(event: 'second-instance', listener: (event: Preventable, argv: string[], folder: string) => void): unknown;
  on(event: 'web-contents-created', listener: (event: Preventable, contents: DesktopContents) => void): unknown;
  on(event: 'will-quit', listener: (event: Preventable) => void): unknown;
  on(event: 'window-all-closed', listener: () => void): unknown;
}

/** An event whose default can be prevented. */
export type Preventable = Pick<Electron.Event, 'preventDefault'>;

/** A window. Every use after it is closed throws, except for `isDestroyed`. */
export interface DesktopWindow
  extends Pick<
    Electron.BrowserWindow,
    | 'focus'
    | 'getNormalBounds'
    | 'isDestroyed'
    | 'isMaximized'
    | 'isMinimized'
    | 'loadURL'
    | 'maximize'
    | 'restore'
    | 'show'
  > {
  readonly webContents: DesktopContents;
  on(event: 'close', listener: (event: Preventable) => void): unknown;
  on(event: 'closed' | 'session-end', listener: () => void): unknown;
  once(event: 'ready-to-show', listener: () => void): unknown;
}

/** What a window shows. */
export interface DesktopContents extends Pick<Electron.WebContents, 'reload' | 'send'> {
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
  on(event: 'render-process-gone', listener: (event: Preventable, details: PageDeath) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
  on(
    event: 'will-navigate' | 'will-redirect' | 'will-frame-navigate',
    listener: (
      event: Preventable & Pick<Electron.WebContentsWillFrameNavigateEventParams, 'url' | 'isMainFrame'>,
    ) => void,
  ): unknown;
}

/** Why the process of a page ended. */
export type PageDeath = Pick<Electron.RenderProcessGoneDetails, 'reason' | 'exitCode'>;

/** Dialogs over a window. */
export interface DesktopDialog extends Pick<Electron.Dialog, 'showErrorBox'> {
  showMessageBox(
    window: DialogParent,
    options: Electron.MessageBoxOptions,
  ): Promise<Pick<Electron.MessageBoxReturnValue, 'response'>>;
  showOpenDialog(
    window: DialogParent,
    options: Electron.OpenDialogOptions,
  ): Promise<Pick<Electron.OpenDialogReturnValue, 'filePaths'>>;
}

/** Any window as far as a dialog stands over it. */
export type DialogParent = Pick<Electron.BaseWindow, 'isDestroyed'>;

/** Messages from pages. */
export interface PageMessages {
  on(channel: string, listener: (event: PageMessage, number: number) => void): unknown;
  handle(channel: string, handler: (event: PageSender) => unknown): void;
}

/** Where a message came from. Reading a frame that is gone throws. */
export interface PageSender {
  readonly sender: DesktopContents;
  readonly senderFrame:
    | (Pick<Electron.WebFrameMain, 'url' | 'isDestroyed'> & { readonly parent: object | null })
    | null;
}

/** A message that may bring ports. */
export interface PageMessage extends PageSender {
  readonly ports: readonly Electron.MessagePortMain[];
}

/** The application menu, of which the program keeps nothing. */
export interface DesktopMenu {
  buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): object;
  setApplicationMenu(menu: object | null): void;
}

/** What the session of all windows lets pass. */
export interface DesktopSession {
  setPermissionCheckHandler(handler: (contents: object | null, permission: string, origin: string) => boolean): void;
  setPermissionRequestHandler(
    handler: (contents: { getURL(): string }, permission: string, answer: (isGiven: boolean) => void) => void,
  ): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  readonly webRequest: {
    onBeforeRequest(
      listener: (
        details: Pick<Electron.OnBeforeRequestListenerDetails, 'url'>,
        answer: (response: Pick<Electron.CallbackResponse, 'cancel'>) => void,
      ) => void,
    ): void;
  };
}

/** A process of the program besides its own. */
export interface EngineChild extends Pick<Electron.UtilityProcess, 'kill' | 'postMessage'> {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'exit', listener: (code: number) => void): unknown;
}

/** Types of Electron by their short names, for files that must not import it. */
export type { Electron };

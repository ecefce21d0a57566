import { join } from 'node:path';
import type { Site } from '../site.ts';
import { APP_ORIGIN, addressOfLink, LINK_SCHEME } from './addresses.ts';
import { registerScheme, serveSite } from './app-protocol.ts';
import { CHANNELS } from './channels.ts';
import type { Electron, ElectronApi } from './electron-api.ts';
import { createEngineProcess } from './engine-process.ts';
import { hardenContents, hardenSession, isTrustedSender, webPreferences } from './hardening.ts';
import { type MenuActions, menuTemplate } from './menu.ts';
import { type OpenRequest, requestsOf } from './open-requests.ts';
import { fitWindowState, MIN_SIZE, readWindowState, type WindowState, writeWindowState } from './window-state.ts';

/** Where the built parts lie, and how the program was started. */
export interface DesktopPlaces {
  readonly preload: string;
  readonly engine: string;
  readonly loadSite: () => Promise<Site>;
  readonly argv: readonly string[];
  readonly folder: string;
  readonly platform: string;
}

/** How long the engine may take to end before it is ended. */
const STOP_TIMEOUT_MS = 5_000;

/** Runs the desktop program: one window, one engine process, one instance. Resolves when the window shows. */
export async function runDesktop(electron: ElectronApi, places: DesktopPlaces): Promise<void> {
  const { app, ipcMain, Menu, dialog, session, protocol } = electron;
  if (!app.requestSingleInstanceLock()) {
    // The instance that runs already has been given our command line.
    app.quit();
    return;
  }
  registerScheme(protocol);
  app.enableSandbox();
  const engine = createEngineProcess(electron.utilityProcess, places.engine);
  let window: Electron.BrowserWindow | undefined;
  let waiting: OpenRequest[] = requestsOf(places.argv, app.isPackaged, places.folder);

  const show = (): void => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  };
  /** Before the page has asked for the engine it listens to nothing: what comes earlier waits. */
  const request = (asked: OpenRequest): void => {
    if (!window) waiting.push(asked);
    else if (asked.kind === 'source') window.webContents.send(CHANNELS.openPath, asked.location);
    else {
      const address = addressOfLink(asked.link);
      if (address) void window.loadURL(address);
    }
  };
  const choose = async (kind: 'openDirectory' | 'openFile'): Promise<string | undefined> => {
    if (!window) return undefined;
    const { filePaths } = await dialog.showOpenDialog(window, { properties: [kind] });
    return filePaths[0];
  };
  const openChosen = async (kind: 'openDirectory' | 'openFile'): Promise<void> => {
    const location = await choose(kind);
    if (location !== undefined) request({ kind: 'source', location });
  };
  const actions: MenuActions = {
    chooseFolder: () => void openChosen('openDirectory'),
    chooseFile: () => void openChosen('openFile'),
    command: (id) => window?.webContents.send(CHANNELS.command, id),
  };

  app.on('web-contents-created', (_event, contents) => hardenContents(contents));
  app.on('second-instance', (_event, argv, folder) => {
    show();
    for (const asked of requestsOf(argv, app.isPackaged, folder)) request(asked);
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    request({ kind: 'source', location: path });
  });
  app.on('open-url', (event, link) => {
    event.preventDefault();
    request({ kind: 'link', link });
  });
  app.on('window-all-closed', () => app.quit());
  let saved: Promise<void> | undefined;
  quitAfter(app, () => Promise.all([engine.stop(STOP_TIMEOUT_MS), saved]));

  const trusted = (event: Electron.IpcMainEvent | Electron.IpcMainInvokeEvent): boolean =>
    isTrustedSender(event, window ? [window] : []);
  ipcMain.on(CHANNELS.engine, (event) => {
    const [port] = event.ports;
    if (!port) return;
    if (!trusted(event)) return port.close();
    engine.connect(port);
    const asked = waiting;
    waiting = [];
    for (const one of asked) request(one);
  });
  ipcMain.handle(CHANNELS.chooseFolder, (event) => (trusted(event) ? choose('openDirectory') : undefined));
  ipcMain.handle(CHANNELS.chooseFile, (event) => (trusted(event) ? choose('openFile') : undefined));

  await app.whenReady();
  app.setAsDefaultProtocolClient(LINK_SCHEME);
  hardenSession(session.defaultSession);
  serveSite(protocol, await places.loadSite());
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(places.platform, app.isPackaged, actions)));
  const stateFile = join(app.getPath('userData'), 'window.json');
  window = await openWindow(electron, places.preload, stateFile);
  const opened = window;
  opened.on('close', () => {
    saved = writeWindowState(stateFile, stateOf(opened));
  });
  opened.on('closed', () => {
    window = undefined;
  });
  const first = waiting.find((asked) => asked.kind === 'link');
  waiting = waiting.filter((asked) => asked !== first);
  await window.loadURL((first && addressOfLink(first.link)) ?? `${APP_ORIGIN}/`);
}

/** Quitting waits, once, until the engine has ended in good order and the window's place is kept. */
function quitAfter(app: Pick<Electron.App, 'on' | 'quit'>, finish: () => Promise<unknown>): void {
  let stopped = false;
  app.on('will-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    void finish().finally(() => {
      stopped = true;
      app.quit();
    });
  });
}

async function openWindow(electron: ElectronApi, preload: string, stateFile: string): Promise<Electron.BrowserWindow> {
  const { BrowserWindow, nativeTheme, screen } = electron;
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const { x, y, width, height, maximized } = fitWindowState(await readWindowState(stateFile), areas);
  const window = new BrowserWindow({
    ...(x === undefined || y === undefined ? {} : { x, y }),
    width,
    height,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: 'Cachewright',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#121519' : '#ffffff',
    webPreferences: webPreferences(preload),
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  return window;
}

function stateOf(window: Pick<Electron.BrowserWindow, 'getNormalBounds' | 'isMaximized'>): WindowState {
  return { version: 1, ...window.getNormalBounds(), maximized: window.isMaximized() };
}

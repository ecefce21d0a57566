import { join } from 'node:path';
import { createErrorLog } from '../error-log.ts';
import type { Site } from '../site.ts';
import { stateFolders } from '../state-folders.ts';
import { APP_ID, APP_ORIGIN, LINK_SCHEME } from './addresses.ts';
import { registerScheme, serveSite } from './app-protocol.ts';
import { CHANNELS } from './channels.ts';
import { askToQuit, askToReload, choosePath } from './dialogs.ts';
import type { DesktopWindow, Electron, ElectronApi, PageSender, Preventable } from './electron-api.ts';
import { createEngineProcess } from './engine-process.ts';
import { hardenContents, hardenSession, isTrustedSender } from './hardening.ts';
import { menuTemplate } from './menu.ts';
import { requestOf, wordsOf } from './open-requests.ts';
import { createPageRequests } from './page-requests.ts';
import { createQuitting } from './quitting.ts';
import { placeUserData } from './user-data.ts';
import { openWindow, reviveWindow, stateOf } from './window.ts';
import { writeWindowState } from './window-state.ts';

/** Where the built parts lie, and how the program was started. */
export interface DesktopPlaces {
  readonly preload: string;
  readonly engine: string;
  readonly loadSite: () => Promise<Site>;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly platform: string;
  /** Calls back when whoever started the program wants it to end: Ctrl-C, `kill`, a closed terminal. */
  readonly onEndSignal: (listener: () => void) => void;
}

/** How long the engine may take to end before it is ended. */
const STOP_TIMEOUT_MS = 5_000;

/**
 * Runs the desktop program: one window, one engine process, one instance. Resolves when the window has its page. Everything
 * that Electron wants before it is ready happens before the first `await`.
 * @throws what keeps the program from having a window
 */
export async function runDesktop(electron: ElectronApi, places: DesktopPlaces): Promise<void> {
  const { app, ipcMain, Menu, dialog, session, protocol, powerMonitor } = electron;
  const { argv, environment, platform } = places;
  placeUserData(app, environment);
  if (!app.requestSingleInstanceLock()) {
    // The instance that runs already has been given our command line.
    app.quit();
    return;
  }
  registerScheme(protocol);
  // It would take --no-sandbox back for processes that start from now on, and those die where there can be no sandbox.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  if (platform === 'win32') app.setAppUserModelId(APP_ID);

  const log = createErrorLog(join(stateFolders(environment).state, 'errors.log'));
  const { utilityProcess } = electron;
  const engine = createEngineProcess({ utilityProcess, entry: places.engine, environment, log: log.note });
  let window: DesktopWindow | undefined;
  let saved: Promise<void> | undefined;
  const finish = (): Promise<unknown> => Promise.all([engine.stop(STOP_TIMEOUT_MS), saved]);
  const show = (): void => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  };
  const quitting = createQuitting({
    app,
    runningJobs: engine.runningJobs,
    ask: async (titles) => {
      show();
      return window === undefined || askToQuit(dialog, window, titles);
    },
    finish,
    relaunchOptions: (words) => relaunchOptions(app, places, words),
  });

  const page = createPageRequests((number, request) => window?.webContents.send(CHANNELS.request, number, request));
  const openWords = (words: readonly string[]): void => {
    if (quitting.isUnderWay()) {
      quitting.thenOpen(words);
      return;
    }
    for (const request of words.map(requestOf)) if (request) page.add(request);
  };
  const choose = async (kind: 'openDirectory' | 'openFile'): Promise<string | undefined> =>
    window && choosePath(dialog, window, kind);
  const openChosen = async (kind: 'openDirectory' | 'openFile'): Promise<void> => {
    const location = await choose(kind);
    if (location !== undefined) page.add({ kind: 'open', location });
  };

  openWords(wordsOf(argv, app.isPackaged, places.folder));
  app.on('web-contents-created', (_event, contents) => hardenContents(contents));
  app.on('second-instance', (_event, words, folder) => {
    show();
    openWords(wordsOf(words, app.isPackaged, folder));
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openWords([path]);
  });
  app.on('open-url', (event, link) => {
    event.preventDefault();
    openWords([link]);
  });
  app.on('window-all-closed', () => app.quit());

  const trusted = (channel: string, event: PageSender): boolean => {
    const isTrusted = isTrustedSender(event, window?.webContents);
    if (!isTrusted) log.note(`A message on "${channel}" was refused: it did not come from the window's own page.`);
    return isTrusted;
  };
  ipcMain.on(CHANNELS.engine, (event) => {
    const [port] = event.ports;
    if (!trusted(CHANNELS.engine, event)) port?.close();
    else if (port) engine.connect(port);
  });
  ipcMain.on(CHANNELS.listening, (event) => {
    if (trusted(CHANNELS.listening, event)) page.sendAgain();
  });
  ipcMain.on(CHANNELS.taken, (event, number) => {
    if (trusted(CHANNELS.taken, event)) page.taken(number);
  });
  ipcMain.handle(CHANNELS.chooseFolder, (event) =>
    trusted(CHANNELS.chooseFolder, event) ? choose('openDirectory') : undefined,
  );
  ipcMain.handle(CHANNELS.chooseFile, (event) =>
    trusted(CHANNELS.chooseFile, event) ? choose('openFile') : undefined,
  );

  await app.whenReady();
  // Electron puts its own handlers of these signals in place before it is ready: they would ask, and heed one signal only.
  places.onEndSignal(quitting.now);
  whenSystemEnds(powerMonitor, quitting.now);
  // A development run would leave the system with a link to this checkout.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  hardenSession(session.defaultSession);
  serveSite(protocol, await places.loadSite());
  const actions = {
    chooseFolder: () => void openChosen('openDirectory'),
    chooseFile: () => void openChosen('openFile'),
    command: (id: string) => page.add({ kind: 'command', id }),
  };
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(platform, app.isPackaged, actions)));

  const stateFile = join(app.getPath('userData'), 'window.json');
  const opened = await openWindow(electron, places.preload, stateFile);
  window = opened;
  reviveWindow(opened, {
    ask: (details) => askToReload(dialog, opened, details),
    quit: quitting.now,
    log: log.note,
  });
  const save = (): void => {
    saved = writeWindowState(stateFile, stateOf(opened));
  };
  opened.on('close', (event) => {
    save();
    quitting.mayClose(event);
  });
  opened.on('closed', () => {
    window = undefined;
  });
  // Windows ends programs at logoff without asking them to quit. The engine gets what time there is.
  opened.on('session-end', () => {
    save();
    void finish();
  });
  await load(opened);
}

/** Loads the page. Rejections of a load that another one overtook, or that the end of the program cut off, are none. */
async function load(window: DesktopWindow): Promise<void> {
  try {
    await window.loadURL(`${APP_ORIGIN}/`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_ABORTED' && !window.isDestroyed()) throw error;
  }
}

/** Calls back when the system is about to end, and has it wait for the program. */
function whenSystemEnds(powerMonitor: ElectronApi['powerMonitor'], quit: () => void): void {
  const listener = (event: Preventable): void => {
    event.preventDefault();
    quit();
  };
  // Electron's types leave out the event that its documentation describes.
  powerMonitor.on('shutdown', listener as () => void);
}

/** An AppImage runs from a folder that goes with it: what is started again is the image. */
function relaunchOptions(
  app: Pick<ElectronApi['app'], 'isPackaged' | 'getAppPath'>,
  { argv, environment }: DesktopPlaces,
  words: readonly string[],
): Electron.RelaunchOptions {
  const switches = argv.slice(1).filter((word) => word.startsWith('-'));
  const args = [...switches, ...(app.isPackaged ? [] : [app.getAppPath()]), ...words];
  return environment.APPIMAGE ? { args, execPath: environment.APPIMAGE } : { args };
}

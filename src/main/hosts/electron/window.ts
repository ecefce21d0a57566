import type { DesktopWindow, ElectronApi, PageDeath } from './electron-api.ts';
import { webPreferences } from './hardening.ts';
import { fitWindowState, MIN_SIZE, readWindowState, type WindowState } from './window-state.ts';

/** Makes the window where it stood last time. It shows, maximised where it was, with its first frame. */
export async function openWindow(
  { BrowserWindow, nativeTheme, screen }: Pick<ElectronApi, 'BrowserWindow' | 'nativeTheme' | 'screen'>,
  preload: string,
  stateFile: string,
): Promise<DesktopWindow> {
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
  window.once('ready-to-show', () => {
    // Not before: it shows a hidden window.
    if (maximized) window.maximize();
    window.show();
  });
  return window;
}

/** The present place of a window. */
export function stateOf(window: Pick<DesktopWindow, 'getNormalBounds' | 'isMaximized'>): WindowState {
  return { version: 1, ...window.getNormalBounds(), maximized: window.isMaximized() };
}

/** A page that dies again within this time after it was reloaded does so by itself. */
const RELOAD_LASTS_MS = 60_000;

/** Reloads the page when its process has died. Where it dies again within a minute, `ask` decides: reload, or quit. */
export function reviveWindow(
  window: DesktopWindow,
  {
    ask,
    quit,
    log,
    now = () => performance.now(),
  }: {
    readonly ask: (details: PageDeath) => Promise<boolean>;
    readonly quit: () => void;
    readonly log: (text: string) => void;
    readonly now?: () => number;
  },
): void {
  let reloadedMs = Number.NEGATIVE_INFINITY;
  const reload = (): void => {
    reloadedMs = now();
    if (!window.isDestroyed()) window.webContents.reload();
  };
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    log(`The process of the window is gone: ${details.reason}, code ${details.exitCode}.`);
    if (now() - reloadedMs > RELOAD_LASTS_MS) return reload();
    void ask(details).then((reloads) => (reloads ? reload() : quit()), quit);
  });
}

import { EventEmitter } from 'node:events';
import type { Electron } from '../../electron-api.ts';
import { app, preventable } from './app.ts';
import { Menu } from './menu.ts';
import { WebContents } from './web-contents.ts';

const windows = new Set<BrowserWindow>();

/**
 * A window of Chromium. Every use after it is closed throws.
 * Source: electronjs.org/docs/latest/api/browser-window; electron/shell/browser/native_window.cc.
 */
export class BrowserWindow extends EventEmitter {
  readonly id: number;
  readonly #contents: WebContents;
  #bounds: { x: number; y: number; width: number; height: number };
  #state: 'normal' | 'minimized' | 'maximized' | 'fullscreen' = 'normal';
  #isVisible: boolean;
  #isDestroyed = false;

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    const { x = 0, y = 0, width = 800, height = 600, show = true, webPreferences = {} } = options;
    this.#bounds = { x, y, width, height };
    this.#isVisible = show;
    this.#contents = new WebContents(
      webPreferences.preload,
      { x: options.x, y: options.y, width, height },
      {
        pressed: (key, code, modifiers) => Menu.press(key, code, modifiers, this),
        closed: () => this.#gone(),
      },
    );
    this.id = this.#contents.id;
    windows.add(this);
    app.add(this);
    // "This event is usually emitted after the did-finish-load event."
    if (!show)
      this.#contents.once('did-finish-load', () => setImmediate(() => this.#isDestroyed || this.emit('ready-to-show')));
    app.emit('browser-window-created', {}, this);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }
  static getFocusedWindow(): BrowserWindow | null {
    return [...windows].find((window) => window.#isVisible) ?? null;
  }
  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return [...windows].find((window) => window.#contents === contents) ?? null;
  }

  get webContents(): WebContents {
    this.#alive();
    return this.#contents;
  }

  loadURL(address: string): Promise<void> {
    return this.webContents.loadURL(address);
  }
  reload(): void {
    this.webContents.reload();
  }

  show(): void {
    this.#alive();
    this.#isVisible = true;
    this.focus();
    this.emit('show');
  }
  isVisible(): boolean {
    this.#alive();
    return this.#isVisible;
  }
  focus(): void {
    this.#alive();
    this.#contents.target.then(({ session }) => session.send('Page.bringToFront')).catch(() => undefined);
  }
  minimize(): void {
    this.#become('minimized', 'minimize');
  }
  isMinimized(): boolean {
    this.#alive();
    return this.#state === 'minimized';
  }
  restore(): void {
    this.#become('normal', 'restore');
  }
  maximize(): void {
    // "Maximizes the window. This will also show (but not focus) the window if it isn't being displayed already."
    this.#isVisible = true;
    this.#become('maximized', 'maximize');
  }
  isMaximized(): boolean {
    this.#alive();
    return this.#state === 'maximized';
  }
  getNormalBounds(): Electron.Rectangle {
    this.#alive();
    return { ...this.#bounds };
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** Asks first: `close` can be prevented, and then a quit under way is off. */
  close(): void {
    if (this.#isDestroyed) return;
    const event = preventable();
    this.emit('close', event);
    if (event.defaultPrevented) app.closingCancelled();
    else this.destroy();
  }

  /** "Force closing the window, the unload and beforeunload event won't be emitted for the web page, and close event will also not be emitted." */
  destroy(): void {
    this.#contents.close();
    // The page is gone a little later, as with Electron.
    setImmediate(() => this.#gone());
  }

  #gone(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    windows.delete(this);
    this.#contents.destroy();
    this.emit('closed');
    app.remove(this);
  }

  #become(state: 'normal' | 'minimized' | 'maximized', event: 'minimize' | 'restore' | 'maximize'): void {
    this.#alive();
    this.#state = state;
    this.#contents.target
      .then(({ browser, windowId }) =>
        browser.send('Browser.setWindowBounds', { windowId, bounds: { windowState: state } }),
      )
      .catch(() => undefined);
    this.emit(event);
  }

  #alive(): void {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed');
  }
}

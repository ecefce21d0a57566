/**
 * What the Electron preload gives the page as `window.cachewright`: exactly this and nothing else. Absent in a browser.
 * The engine itself is reached over a MessagePort: after `connect()` the preload posts `ENGINE_PORT_MESSAGE` to the
 * window with one port.
 */
export interface DesktopBridge {
  /** Asks for a fresh port to the engine, and starts the engine's process where it is not running. */
  connect(): void;
  /** The path of a dropped or chosen `File`; "" where it has none. */
  pathOf(file: object): string;
  /** The system's dialogs. `undefined` when dismissed. */
  chooseFolder(): Promise<string | undefined>;
  chooseFile(): Promise<string | undefined>;
  /**
   * Listens to what the system and the menu ask for: each request once and in order, also those from before. A second
   * listener takes the place of the first; the returned function ends it.
   */
  onRequest(listener: (request: DesktopRequest) => void): () => void;
}

/** What the page is asked to do from outside. */
export type DesktopRequest =
  /** Open a source: a path or a reference. */
  | { readonly kind: 'open'; readonly location: string }
  /** Go to a view: a path of the window's own addresses. */
  | { readonly kind: 'show'; readonly path: string }
  /** Run a command of the window. */
  | { readonly kind: 'command'; readonly id: string };

/** `data` of the window message that carries the engine's port. */
export const ENGINE_PORT_MESSAGE = 'cachewright:engine-port';

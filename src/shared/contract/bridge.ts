/**
 * What the Electron preload gives the page as `window.cachewright`: exactly this and nothing else. Absent in a browser.
 * The engine itself is reached over a MessagePort: after `connect()` the preload posts `ENGINE_PORT_MESSAGE` to the
 * window with one port, and again whenever the engine process was started anew.
 */
export interface DesktopBridge {
  /** Asks for a fresh port to the engine. */
  connect(): void;
  /** The path of a dropped or chosen `File`; "" where it has none. */
  pathOf(file: object): string;
  /** The system's dialogs. `undefined` when dismissed. */
  chooseFolder(): Promise<string | undefined>;
  chooseFile(): Promise<string | undefined>;
  /** Paths that the system asked the program to open; the returned function ends the subscription. */
  onOpenPath(listener: (path: string) => void): () => void;
  /** Ids of commands chosen in the application menu. */
  onCommand(listener: (commandId: string) => void): () => void;
}

/** The whole surface, by name: a test compares it with what the preload really exposes. */
export const DESKTOP_BRIDGE_METHODS = [
  'chooseFile',
  'chooseFolder',
  'connect',
  'onCommand',
  'onOpenPath',
  'pathOf',
] as const satisfies readonly (keyof DesktopBridge)[];

/** `data` of the window message that carries the engine's port. */
export const ENGINE_PORT_MESSAGE = 'cachewright:engine-port';

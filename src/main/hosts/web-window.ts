import { join } from 'node:path';
import { canOpenBrowser, type Environment, openBrowser } from './browser.ts';
import type { EngineHandle } from './engine-handle.ts';
import { BUILT, PROJECT_FOLDER } from './places.ts';
import { loadSite } from './site.ts';
import { startWebHost } from './web/web-host.ts';

/** How a window in a browser is served until it is told to stop. */
export interface WebWindowOptions {
  readonly engine: EngineHandle;
  readonly port?: number | undefined;
  /** Path of the window that the first address leads to. */
  readonly next?: string;
  /** Opens the system's browser where there is a display. */
  readonly browser: boolean;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Lines typed while it runs: each asks for a new address. */
  readonly typed: AsyncIterable<unknown> | undefined;
  /** For programs: the addresses, a line each. */
  readonly print: (line: string) => Promise<void>;
  /** For people. */
  readonly note: (line: string) => Promise<void>;
}

/**
 * Serves the window over loopback until the signal fires, and prints the one-time address.
 * @throws `NOT_FOUND` when the window has not been built, `CONFLICT` when the port is taken
 */
export async function serveWebWindow(options: WebWindowOptions): Promise<void> {
  const { engine, environment, signal, print, note } = options;
  const site = await loadSite(join(PROJECT_FOLDER, BUILT.renderer));
  const host = await startWebHost({ router: engine.router, site, ...(options.port ? { port: options.port } : {}) });
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    const address = host.loginAddress(options.next);
    await print(address);
    const opened = options.browser && canOpenBrowser(environment, process.platform) && (await openBrowser(address));
    await note(opened ? 'Opened in your browser.' : 'Open this address in a browser on this machine; it works once.');
    await note(`${options.typed ? 'Enter prints a new address, ' : ''}Ctrl-C ends.`);
    const lines = options.typed && printOnEnter(options.typed, () => print(host.loginAddress(options.next)));
    await Promise.race([stopped, ...(lines ? [lines.then(() => stopped)] : [])]);
  } finally {
    await host.close();
  }
}

async function printOnEnter(typed: AsyncIterable<unknown>, print: () => Promise<void>): Promise<void> {
  for await (const _line of typed) await print();
}

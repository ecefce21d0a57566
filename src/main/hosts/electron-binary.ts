import { type ChildProcess, spawn } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from './browser.ts';

/** The Electron program of this checkout, if it is there. Never imports `electron`: that would start a download. */
export async function findElectron(projectFolder: string, environment: Environment): Promise<string | undefined> {
  const folder = join(projectFolder, 'node_modules/electron');
  const name = await readFile(join(folder, 'path.txt'), 'utf8').catch(() => undefined);
  const override = environment.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return existing(join(override, name?.trim() ?? programName(process.platform)));
  return name === undefined ? undefined : existing(join(folder, 'dist', name.trim()));
}

function programName(platform: string): string {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

async function existing(path: string): Promise<string | undefined> {
  return access(path).then(
    () => path,
    () => undefined,
  );
}

/** Fetches Electron's program once, in a process of its own. False when that failed or took longer than `timeoutMs`. */
export function downloadElectron(projectFolder: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(projectFolder, 'node_modules/electron/install.js')], {
      stdio: 'ignore',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** How the desktop program ended. */
export interface ElectronEnd {
  /** Exit status for whoever started it; 130 where a signal ended it. */
  readonly status: number;
  /** The signal of a crash that came before a window can have been of use: something else is to be tried. */
  readonly crashedAtOnce?: NodeJS.Signals;
}

/** A program that crashes later than this after its start had a window. */
const AT_ONCE_MS = 10_000;

/** Signals by which a program ends itself; the others come from somebody who wants it to end. */
const CRASHES: readonly string[] = ['SIGTRAP', 'SIGABRT', 'SIGILL', 'SIGSEGV', 'SIGBUS', 'SIGSYS'];

/**
 * Runs the desktop window until it is closed. When the signal fires it is asked to end.
 * `open`: what to open, as absolute paths.
 */
export function runElectron(
  program: string,
  projectFolder: string,
  open: readonly string[],
  signal: AbortSignal,
): Promise<ElectronEnd> {
  return new Promise((resolve, reject) => {
    const child = spawnElectron(program, [projectFolder, ...open]);
    const startedAt = performance.now();
    const end = (): void => {
      child.kill('SIGTERM');
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    // Its terminal closes: the window goes with it.
    process.on('SIGHUP', end);
    // Whoever waits has had enough: nothing of it stays behind.
    const endAll = (): void => killGroup(child);
    process.once('exit', endAll);
    child.once('error', reject);
    child.once('exit', (code, by) => {
      process.off('exit', endAll);
      process.off('SIGHUP', end);
      signal.removeEventListener('abort', end);
      const isCrash = by !== null && CRASHES.includes(by) && performance.now() - startedAt < AT_ONCE_MS;
      resolve({ status: code ?? 130, ...(isCrash ? { crashedAtOnce: by } : {}) });
    });
  });
}

/**
 * Starts the program apart from the terminal: Ctrl-C goes to every process there, and would end the engine under the window
 * that is about to end it in good order.
 */
function spawnElectron(program: string, args: readonly string[]): ChildProcess {
  // Chromium's sandbox does not run as root; everything else about the window's isolation stays as it is.
  const root = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // A terminal inside an Electron program may have this set; the window would run as Node and show nothing.
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return spawn(program, [...root, ...args], { stdio: 'inherit', env, detached: process.platform !== 'win32' });
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

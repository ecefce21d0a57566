import { spawn } from 'node:child_process';
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

/**
 * Runs the desktop window until it is closed; resolves with its exit status. When the signal fires it is asked to end.
 * `open`: what to open, as absolute paths.
 */
export function runElectron(
  program: string,
  projectFolder: string,
  open: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // Chromium's sandbox does not run as root; everything else about the window's isolation stays as it is.
    const root = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const child = spawn(program, [...root, projectFolder, ...open], { stdio: 'inherit' });
    const end = (): void => {
      child.kill('SIGTERM');
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('exit', (code) => {
      signal.removeEventListener('abort', end);
      resolve(code ?? 130);
    });
  });
}

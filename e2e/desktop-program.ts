import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ElectronApplication, _electron as electron, type Page, type TestInfo } from '@playwright/test';
import type * as Electron from 'electron';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The folder of state and caches of a program that a test starts. */
export const environmentOf = (folder: string) => ({
  ...(process.env as Record<string, string>),
  CACHEWRIGHT_STATE_DIR: join(folder, 'state'),
  CACHEWRIGHT_CACHE_DIR: join(folder, 'cache'),
});

/** Each test is an instance of its own. */
const wordsIn = (folder: string, words: readonly string[]): string[] => [
  `--user-data-dir=${join(folder, 'user-data')}`,
  root,
  ...words,
];

/** Starts the desktop program over the state of `folder`, with `words` to open. */
export function launchDesktop(
  folder: string,
  info: TestInfo,
  words: readonly string[] = [],
): Promise<ElectronApplication> {
  return electron.launch({
    executablePath: programOf(info),
    args: wordsIn(folder, words),
    // As `npm start` does: Chromium's sandbox does not run as root.
    chromiumSandbox: process.getuid?.() !== 0,
    env: environmentOf(folder),
  });
}

/** Starts the program once more, from within `folder`, while it runs there; returns the exit status. */
export async function launchAgain(folder: string, info: TestInfo, words: readonly string[]): Promise<number> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [...sandbox, ...wordsIn(folder, words)];
  const child = spawn(programOf(info), args, { cwd: folder, env: environmentOf(folder), stdio: 'ignore' });
  const [status] = await once(child, 'exit');
  return status as number;
}

/** The first window, at the size of the other projects' pages. */
export async function firstWindow(program: ElectronApplication): Promise<Page> {
  const window = await program.firstWindow();
  // As in the other projects: the time of the test is the limit.
  window.setDefaultTimeout(0);
  await window.setViewportSize({ width: 1280, height: 800 });
  return window;
}

/** Chooses an item of the application menu by its label, or by its role. */
export function chooseInMenu(program: ElectronApplication, label: string): Promise<void> {
  return program.evaluate(({ Menu, BrowserWindow }, wanted) => {
    const all = (items: readonly Electron.MenuItem[]): readonly Electron.MenuItem[] =>
      items.flatMap((item) => [item, ...all(item.submenu?.items ?? [])]);
    const item = all(Menu.getApplicationMenu()?.items ?? []).find((one) => one.label === wanted || one.role === wanted);
    if (!item) throw new Error(`The menu has no ${wanted}`);
    item.click(undefined, BrowserWindow.getAllWindows()[0]);
  }, label);
}

/** Answers every open dialog from now on with this path. */
export function answerPath(program: ElectronApplication, path: string): Promise<void> {
  return program.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
  }, path);
}

/** Answers every message box from now on with this button; `askedOf` has what they said. */
export function answerBoxes(program: ElectronApplication, button: number): Promise<void> {
  return program.evaluate(({ dialog }, response) => {
    const kept = globalThis as { asked?: string[] };
    kept.asked ??= [];
    dialog.showMessageBox = async (...args: unknown[]) => {
      kept.asked?.push((args.at(-1) as Electron.MessageBoxOptions).message);
      return { response, checkboxChecked: false };
    };
  }, button);
}

/** Messages of the boxes so far. */
export function askedOf(program: ElectronApplication): Promise<readonly string[]> {
  return program.evaluate(() => (globalThis as { asked?: string[] }).asked ?? []);
}

/** The id of the engine's process; undefined while there is none. */
export function enginePid(program: ElectronApplication): Promise<number | undefined> {
  return program.evaluate(
    ({ app }) =>
      app.getAppMetrics().find(({ serviceName, name }) => [serviceName, name].includes('Cachewright engine'))?.pid,
  );
}

/** The title of the window's page, asked by the main process: Playwright has no page any more once its process has died. */
export function titleOf(program: ElectronApplication): Promise<string> {
  return program.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.title'),
  );
}

function programOf(info: TestInfo): string {
  return info.project.metadata.program as string;
}

// Opens the window: builds what is missing or old, then runs Electron where its program is there or can be fetched and a
// display is there to show it, else serves the window to the system's browser. So it does where Electron crashes at once.
import { join } from 'node:path';
import { canOpenBrowser } from '../src/main/hosts/browser.ts';
import { errorLine } from '../src/main/hosts/cli/format/errors.ts';
import { composeEngine } from '../src/main/hosts/compose.ts';
import { downloadElectron, findElectron, runElectron } from '../src/main/hosts/electron-binary.ts';
import { whyElectronCrashed } from '../src/main/hosts/electron-crash.ts';
import { openSampleFirst } from '../src/main/hosts/first-source.ts';
import { BUILT, PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { serveWebWindow } from '../src/main/hosts/web-window.ts';
import { toCacheError } from '../src/shared/base/errors.ts';
import { isOlderThanSources } from './freshness.ts';

/** Electron is about 110 MB. */
const DOWNLOAD_TIMEOUT_MS = 180_000;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
}

const say = async (line: string): Promise<void> => console.log(line);
const from = (path: string): string => join(PROJECT_FOLDER, path);

try {
  await start();
} catch (error) {
  console.error(errorLine(toCacheError(error)));
  process.exitCode = 1;
}
// Not left to the event loop: a thread of a library must not keep a finished program alive.
process.exit();

async function start(): Promise<void> {
  const sources = ['src/renderer', 'src/shared', 'vite.config.ts', 'package-lock.json'].map(from);
  if (await isOlderThanSources(from(BUILT.rendererPage), sources)) {
    await say('Building the window (a few seconds, once)…');
    await (await import('./build.ts')).buildRenderer('warn');
  }
  const hasDisplay = canOpenBrowser(process.env, process.platform);
  const electron = hasDisplay ? await electronProgram() : undefined;
  if (electron) await runDesktop(electron);
  else {
    await runInBrowser(
      hasDisplay
        ? 'Electron could not be fetched: the window opens in your browser instead.'
        : 'There is no display here: the window is served to a browser.',
    );
  }
}

async function electronProgram(): Promise<string | undefined> {
  const found = await findElectron(PROJECT_FOLDER, process.env);
  if (found || stop.signal.aborted) return found;
  await say('Fetching Electron, about 110 MB, once; Ctrl-C ends…');
  const fetched = await downloadElectron(PROJECT_FOLDER, DOWNLOAD_TIMEOUT_MS, stop.signal);
  return fetched ? findElectron(PROJECT_FOLDER, process.env) : undefined;
}

async function runDesktop(program: string): Promise<void> {
  if (await isOlderThanSources(from(BUILT.electronMain), ['src/main', 'src/shared', 'package-lock.json'].map(from))) {
    await (await import('./build.ts')).buildElectron('warn');
  }
  const { status, crashedAtOnce } = await runElectron(program, PROJECT_FOLDER, [], stop.signal);
  if (crashedAtOnce === undefined) process.exitCode = status;
  else await runInBrowser(`${await whyElectronCrashed(crashedAtOnce)}\nThe window opens in your browser instead.`);
}

async function runInBrowser(why: string): Promise<void> {
  if (stop.signal.aborted) return;
  await say(why);
  await using engine = await composeEngine({ host: 'web', environment: process.env });
  const first = await openSampleFirst(engine.client);
  await serveWebWindow({
    engine,
    next: first === undefined ? '/' : `/sources/${encodeURIComponent(first)}/overview`,
    browser: true,
    environment: process.env,
    signal: stop.signal,
    typed: process.stdin.isTTY ? process.stdin : undefined,
    print: say,
    note: say,
  });
}

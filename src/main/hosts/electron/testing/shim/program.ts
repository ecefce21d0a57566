// The shim's main process: runs a program's entry in Node with the module `electron` of this folder.
import { open as openInspector } from 'node:inspector';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from './app.ts';
import { startChromium } from './chromium.ts';
import { dialog } from './dialog.ts';
import { setChromium } from './running.ts';
import { started } from './started.ts';

registerHooks({
  resolve: (name, context, next) => {
    const own = new URL('./electron.ts', import.meta.url).href;
    return name === 'electron' ? { url: own, format: 'module-typescript', shortCircuit: true } : next(name, context);
  },
});
if (started.has('inspect')) openInspector(Number(started.value('inspect') ?? 9229));

process.argv = [join(import.meta.dirname, 'electron'), ...started.words];
Object.defineProperty(process, 'type', { value: 'browser' });
Object.defineProperty(process, 'defaultApp', { value: true });
Object.defineProperty(process.versions, 'electron', { value: '45.4.1' });
// electron/lib/browser/init.ts: "Map process.exit to app.exit, which quits gracefully."
process.exit = ((code?: number) => app.exit(code ?? 0)) as typeof process.exit;
// electron/shell/browser/electron_browser_main_parts_posix.cc: the first signal quits, a second one ends. A handler that the
// program puts there later takes the place of this one, as `sigaction` does.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.listenerCount(signal) > 0 || app.quit());
}
// electron/lib/browser/init.ts: "Don't quit on fatal error", but show it.
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') > 1) return;
  dialog.showErrorBox('A JavaScript error occurred in the main process', `Uncaught Exception:\n${error.stack}`);
});
// Electron only warns of these: its Node runs with `--unhandled-rejections=warn-with-error-code` or milder.
process.on('unhandledRejection', (error) => process.stderr.write(`(unhandled rejection) ${String(error)}\n`));
// The loop of a desktop program runs until it quits, whether or not Node has anything to do.
setInterval(() => undefined, 2 ** 30);

const require = createRequire(import.meta.url);
for (const name of started.required) require(name);

// `ready` comes only after the entry, an ES module, has been evaluated: an entry that awaits `whenReady` at its top level waits
// for ever. electron/lib/browser/init.ts, `appCodeLoaded`; github.com/electron/electron/issues/40719 and 41369.
import(pathToFileURL(join(started.folder, started.manifest.main ?? 'index.js')).href).then(begin, (error: unknown) => {
  process.emit('uncaughtException', error as Error);
  return begin();
});

/** Where Chromium ends by itself, there is no program any more. */
const crashed = (): void => app.exit(1);

async function begin(): Promise<void> {
  // A second instance has nothing to show. Its Chromium would want the folder of the first one's.
  if (app.isShutDown()) return app.becomeReady();
  const folder = join(app.getPath('userData'), 'Chromium');
  const switches = app.isUnsandboxed() ? ['--no-sandbox'] : [];
  try {
    const chromium = await startChromium(folder, switches);
    process.stderr.write(`DevTools listening on ${chromium.address}\n`);
    await chromium.connection.browser.send('Target.setDiscoverTargets', { discover: true });
    setChromium(chromium);
    app.endChromium = async () => {
      chromium.process.off('exit', crashed);
      const { exitCode, signalCode } = chromium.process;
      if (exitCode !== null || signalCode !== null) return;
      const ended = new Promise((resolve) => chromium.process.once('exit', resolve));
      await chromium.connection.browser.send('Browser.close').catch(() => chromium.process.kill('SIGKILL'));
      await ended;
    };
    chromium.process.once('exit', crashed);
  } catch (error) {
    process.stderr.write(`${error}\n`);
    // A program whose renderers cannot start dies by a signal: base::ImmediateCrash.
    process.kill(process.pid, 'SIGTRAP');
    return;
  }
  app.becomeReady();
}

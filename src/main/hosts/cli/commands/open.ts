import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { toCacheError } from '../../../../shared/base/errors.ts';
import { canOpenBrowser } from '../../browser.ts';
import { whyElectronCrashed } from '../../electron-crash.ts';
import { BUILT, PROJECT_FOLDER } from '../../places.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode, ExitError } from '../exit-codes.ts';

/** `open SOURCE`: the window on that source; on the desktop where its program is there, else in a browser. */
export const registerOpen: Register = (program, bind) => {
  program
    .command('open')
    .description('the window on a source')
    .argument('<source>', 'a folder, a tar, or a reference')
    .action(bind(open));
};

async function open(context: CliContext, location: string): Promise<ExitCode> {
  const { environment, signal, typed, note, out } = context;
  // Loaded here, since every start of the command line would pay for it.
  const { findElectron, runElectron } = await import('../../electron-binary.ts');
  const hasDisplay = canOpenBrowser(environment, process.platform);
  const electron = hasDisplay ? await findElectron(PROJECT_FOLDER, environment) : undefined;
  if (electron !== undefined && (await isBuilt())) {
    const { crashedAtOnce } = await runElectron(electron, PROJECT_FOLDER, [absolute(location)], signal);
    if (crashedAtOnce === undefined || signal.aborted) return EXIT.done;
    await note(await whyElectronCrashed(crashedAtOnce));
  }
  const engine = await context.handle('window');
  const source = await engine.client.sources.open({ location }).catch((error) => {
    throw new ExitError(EXIT.unreadable, toCacheError(error, location));
  });
  const { serveWebWindow } = await import('../../web-window.ts');
  await serveWebWindow({
    engine,
    next: `/sources/${encodeURIComponent(source.source.id)}/overview`,
    browser: true,
    environment,
    signal,
    typed,
    print: (line) => out.write(`${line}\n`),
    note,
  });
  return EXIT.done;
}

function isBuilt(): Promise<boolean> {
  return access(join(PROJECT_FOLDER, BUILT.electronMain)).then(
    () => true,
    () => false,
  );
}

/** The window may run already, in another folder; a reference with a scheme stays as it is. */
function absolute(location: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) ? location : resolve(location);
}

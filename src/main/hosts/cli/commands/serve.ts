import { InvalidArgumentError, Option } from 'commander';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { parseCount, withPlanned } from '../options.ts';

interface ServeOptions {
  readonly ui?: boolean;
  readonly port?: number;
}

/** `serve --ui`: the window in a browser, on this machine only. */
export const registerServe: Register = (program, bind) => {
  const command = program
    .command('serve')
    .description('serve the window to a browser on this machine')
    .option('--ui', 'the window')
    .addOption(new Option('--port <n>', 'port on 127.0.0.1; a free one').argParser(parsePort))
    .action(bind(serve));
  withPlanned(command, '--service', '--store <target>');
};

/** Over a tunnel both ends must have the same port, hence the choice. */
function parsePort(text: string): number {
  const port = parseCount(text);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

async function serve(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  if (!options.ui) throw new UsageError('say what to serve: --ui');
  const { serveWebWindow } = await import('../../web-window.ts');
  const { environment, signal, typed, note, out } = context;
  await serveWebWindow({
    engine: await context.handle('window'),
    port: options.port,
    browser: false,
    environment,
    signal,
    typed,
    print: (line) => out.write(`${line}\n`),
    note,
  });
  return EXIT.done;
}

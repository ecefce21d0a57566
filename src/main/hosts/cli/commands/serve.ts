import { InvalidArgumentError, Option } from 'commander';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { parseCount, parsePlace, parseSizeOption } from '../options.ts';

interface ServeOptions {
  readonly ui?: boolean;
  readonly service?: boolean;
  readonly port?: number;
  readonly host?: string;
  readonly store?: string;
  readonly state?: string;
  readonly tokenFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly budget?: number;
  readonly publish?: readonly string[];
}

const LOOPBACK = '127.0.0.1';
/** Where a service listens when nothing else is said. */
const SERVICE_PORT = 8099;

/** `serve --ui`: the window in a browser. `serve --service`: the cache service of a team. */
export const registerServe: Register = (program, bind) => {
  program
    .command('serve')
    .description('serve the window to a browser on this machine, or a cache service to a team')
    .addOption(new Option('--ui', 'the window').conflicts('service'))
    .option('--service', 'the cache service; its log goes to standard error')
    .addOption(
      new Option('--port <n>', `port; of the window a free one, of the service ${SERVICE_PORT}`).argParser(parsePort),
    )
    .option('--host <address>', `address that the service listens on; ${LOOPBACK}`)
    .option('--store <target>', 'where the service keeps layers: s3://BUCKET/PREFIX or a folder', parsePlace)
    .option('--state <place>', 'where it keeps keys and results: sqlite:PATH, or postgres://… for several replicas')
    .option('--token-file <file>', 'file with the token that clients must send', parsePlace)
    .option('--tls-cert <file>', 'certificate of the service, PEM', parsePlace)
    .option('--tls-key <file>', 'its key, PEM', parsePlace)
    .option('--tls-client-ca <file>', 'authority that clients must have a certificate of, PEM', parsePlace)
    .addOption(new Option('--budget <size>', 'bytes that one answer asks for, estimated').argParser(parseSizeOption))
    .option('--publish <target...>', 'where the merged cache is written for builds: s3://…, docker://…, a folder')
    .action(bind(serve));
};

/** Over a tunnel both ends must have the same port, hence the choice. */
function parsePort(text: string): number {
  const port = parseCount(text);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

async function serve(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  if (options.service) return serveService(context, options);
  if (!options.ui) throw new UsageError('say what to serve: --ui or --service');
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

async function serveService(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  const { store, host = LOOPBACK, port = SERVICE_PORT } = options;
  if (store === undefined)
    throw new UsageError('say where layers are kept: --store FOLDER or --store s3://BUCKET/PREFIX');
  const { runCacheService } = await import('../../cache-service.ts');
  await runCacheService({
    ...{ store, host, port, state: options.state, budgetBytes: options.budget, publish: options.publish },
    tokenFile: options.tokenFile,
    tlsCert: options.tlsCert,
    tlsKey: options.tlsKey,
    tlsClientCa: options.tlsClientCa,
    environment: context.environment,
    signal: context.signal,
    onListening: (url) => context.out.write(`${url}\n`),
    log: (line) => void context.note(line),
  });
  return EXIT.done;
}

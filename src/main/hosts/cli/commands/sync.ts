import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import { CacheError } from '../../../../shared/base/errors.ts';
import type { EngineClient } from '../../../../shared/contract/index.ts';
import type { Sync, SyncReport } from '../../../../shared/model/sync.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode, ExitError } from '../exit-codes.ts';
import { writeJson } from '../format/json.ts';
import { parsePlace, withJson } from '../options.ts';
import { findStore } from '../sources.ts';

interface SyncOptions {
  readonly service: string;
  readonly once?: boolean;
  readonly importTo?: string;
  readonly tokenFile?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly json?: boolean;
}

/** `sync SOURCE --service URL`: keeps a cache of this machine in step with a team's service. */
export const registerSync: Register = (program, bind) => {
  withJson(program.command('sync'))
    .description('keep a cache in step with a cache service: report it, push what is asked for, import')
    .argument('<source>', 'a managed store, a layout, or the state folder of a daemon')
    .requiredOption('--service <url>', 'http(s)://host, tcp://host:port or unix:///path.sock', parsePlace)
    .option('--once', 'one export and one import, then end')
    .option('--import-to <store>', 'managed store that gets what the service has, under the name team', parsePlace)
    .option('--token-file <file>', 'file with the bearer token', parsePlace)
    .option('--tls-ca <file>', 'certificate authority of the service, PEM', parsePlace)
    .option('--tls-cert <file>', 'certificate of this machine, PEM', parsePlace)
    .option('--tls-key <file>', 'its key, PEM', parsePlace)
    .action(bind(sync));
};

async function sync(context: CliContext, location: string, options: SyncOptions): Promise<ExitCode> {
  const client = await context.engine();
  const source = await findStore(client, location);
  const { syncId } = await client.service.start({
    sourceId: source.id,
    url: options.service,
    once: options.once === true,
    importTo: options.importTo,
    tokenFile: options.tokenFile,
    caFile: options.tlsCa,
    certFile: options.tlsCert,
    keyFile: options.tlsKey,
  });
  const stop = (): void => void client.service.stop({ syncId }).catch(() => undefined);
  if (context.signal.aborted) stop();
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    return await follow(context, client, syncId, options);
  } finally {
    context.progress.clear();
    context.signal.removeEventListener('abort', stop);
  }
}

/** Prints until it is over: a line a round, or the one report. */
async function follow(
  context: CliContext,
  client: EngineClient,
  syncId: string,
  { once, json }: SyncOptions,
): Promise<ExitCode> {
  let said = 0;
  let failed = '';
  for await (const syncs of await client.service.watch()) {
    const now = syncs.find(({ id }) => id === syncId);
    if (!now) continue;
    if (now.bytesNow > 0) context.progress.show({ phase: 'Pushing', done: now.bytesNow, unit: 'bytes' });
    if (!once && now.rounds > said && now.last) {
      said = now.rounds;
      await (json
        ? context.out.write(`${JSON.stringify(fields(now.last))}\n`)
        : context.out.write(`${line(now.last)}\n`));
    }
    const problem = problemOf(now);
    if (!once && problem !== failed && problem !== '') await context.note(problem);
    failed = problem;
    if (now.state === 'failed') throw failure(now);
    if (now.state !== 'done') continue;
    if (context.signal.aborted && once) throw new CacheError('CANCELLED', 'The operation was cancelled.');
    if (once && now.last) await (json ? writeJson(context.out, fields(now.last)) : writeReport(context, now.last));
    for (const warning of once ? (now.last?.warnings ?? []) : []) await context.note(`Warning: ${warning}`);
    return EXIT.done;
  }
  return EXIT.done;
}

/** The fields that scripts rely on, and no more than is of use to them. */
function fields({ warnings, ...report }: SyncReport) {
  return warnings.length === 0 ? report : { ...report, warnings };
}

function problemOf({ export: exporting, import: importing }: Sync): string {
  return [exporting, importing]
    .flatMap(({ error, failures }) => (error && failures > 0 ? [`${error.message} (${failures} times)`] : []))
    .join(' ');
}

/** What is wrong with the command line is said as such; everything else failed on the way. */
function failure({ error, state }: Sync): Error {
  const told = CacheError.fromData(error ?? { code: 'INTERNAL', message: 'The sync ended without a word.' });
  const isRefused = told.code === 'INVALID_INPUT' || told.code === 'CANCELLED';
  return isRefused && state === 'failed' ? told : new ExitError(EXIT.partWay, told);
}

function line(report: SyncReport): string {
  const { asked, pushed, skipped, noBlob, bytesPushed, bytesSaved, importedRecords } = report;
  return `asked for ${asked}, pushed ${pushed} (${formatBytes(bytesPushed)}), skipped ${skipped}, no blob ${noBlob}, saved ${formatBytes(bytesSaved)}, imported ${formatCount(importedRecords)} records`;
}

async function writeReport({ out }: CliContext, report: SyncReport): Promise<void> {
  const rows: [string, string][] = [
    ['Asked for', formatCount(report.asked)],
    ['Pushed', `${formatCount(report.pushed)} (${formatBytes(report.bytesPushed)})`],
    ['Skipped', `${formatCount(report.skipped)} (${formatBytes(report.bytesSaved)} saved)`],
    ['No blob', formatCount(report.noBlob)],
    ['Imported', `${formatCount(report.importedRecords)} records`],
  ];
  await out.write(rows.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join(''));
}

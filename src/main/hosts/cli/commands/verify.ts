import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import { shellWord } from '../../../../shared/base/shell-word.ts';
import type { EngineClient } from '../../../../shared/contract/index.ts';
import type { QuarantineReport } from '../../../../shared/model/damage.ts';
import type { Source } from '../../../../shared/model/source.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { errorLine } from '../format/errors.ts';
import { writeJson } from '../format/json.ts';
import { writeLines } from '../format/lines.ts';
import { act, follow } from '../jobs.ts';
import { withCatalog, withJson } from '../options.ts';
import { openSource } from '../sources.ts';

interface VerifyOptions {
  readonly json?: boolean;
  readonly quarantine?: boolean;
}

/**
 * `verify SOURCE`: reads and hashes every blob; exit 1 when something is missing or corrupt. With `--quarantine` damaged
 * layers of a store are taken out of it.
 */
export const registerVerify: Register = (program, bind) => {
  withJson(withCatalog(program.command('verify')))
    .description('read and hash every blob')
    .argument('<source>', 'a folder, a tar, or a reference')
    .option(
      '--quarantine',
      'take damaged layers out of a managed store: kept until empty-trash, and missing until then',
    )
    .action(bind(verify));
};

async function verify(context: CliContext, location: string, options: VerifyOptions): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  if (options.quarantine && !source.can.repair) throw new UsageError('--quarantine needs a managed store');
  const { jobId } = await client.verify.start({ sourceId: source.id });
  const { report } = await follow(context, client, jobId, 'verify');
  const aside = options.quarantine && report.corrupt.length > 0 ? await quarantine(context, client, source) : undefined;
  const damaged = report.missing.length + report.corrupt.length;
  if (options.json) {
    await writeJson(context.out, {
      ...report,
      ...(options.quarantine ? { quarantined: aside?.quarantined ?? [] } : {}),
    });
  } else {
    const checked = `${formatCount(report.checked)} blobs checked, ${formatBytes(report.bytes)}`;
    const right = report.checked === 0 ? 'there is nothing in it to check' : 'every digest is right';
    const verdict = damaged === 0 ? right : `${report.missing.length} missing, ${report.corrupt.length} corrupt`;
    const details = report.details.map(
      (detail) => `  ${errorLine({ subject: undefined, hint: undefined, ...detail })}`,
    );
    const next = damaged > 0 && source.can.repair ? [await mendLine(client, source, location)] : [];
    await writeLines(context.out, `${checked}: ${verdict}`, ...details, ...asideLines(aside), ...next);
  }
  return damaged === 0 ? EXIT.done : EXIT.no;
}

async function quarantine(context: CliContext, client: EngineClient, source: Source): Promise<QuarantineReport> {
  return (await act(context, client, client.verify.quarantine({ sourceId: source.id }), 'quarantine')).report;
}

function asideLines(report: QuarantineReport | undefined): string[] {
  if (!report) return [];
  const moved = `${formatCount(report.quarantined.length)} put into quarantine, ${formatBytes(report.bytes)}`;
  return [moved, ...report.leftAlone.map(({ digest, reason }) => `  left alone ${digest}: ${reason}`)];
}

/** What to type to mend a store, from the place that is known to have most of what it lacks. */
async function mendLine(client: EngineClient, source: Source, location: string): Promise<string> {
  const [best] = (await client.verify.damage({ sourceId: source.id })).origins;
  return `To mend it: cachewright import ${best === undefined ? 'SOURCE' : shellWord(best.location)} --to ${shellWord(location)}`;
}

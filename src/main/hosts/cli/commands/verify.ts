import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { errorLine } from '../format/errors.ts';
import { writeJson } from '../format/json.ts';
import { follow } from '../jobs.ts';
import { withJson } from '../options.ts';
import { openSource } from '../sources.ts';

/** `verify SOURCE`: reads and hashes every blob; exit 1 when something is missing or corrupt. */
export const registerVerify: Register = (program, bind) => {
  withJson(program.command('verify'))
    .description('read and hash every blob')
    .argument('<source>', 'a folder, a tar, or a reference')
    .action(bind(verify));
};

async function verify(context: CliContext, location: string, options: { readonly json?: boolean }): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  const { jobId } = await client.verify.start({ sourceId: source.id });
  const { report } = await follow(context, client, jobId, 'verify');
  const damaged = report.missing.length + report.corrupt.length;
  if (options.json) {
    await writeJson(context.out, report);
  } else {
    const checked = `${formatCount(report.checked)} blobs checked, ${formatBytes(report.bytes)}`;
    const verdict =
      damaged === 0 ? 'every digest is right' : `${report.missing.length} missing, ${report.corrupt.length} corrupt`;
    const details = report.details.map(
      (detail) => `  ${errorLine({ subject: undefined, hint: undefined, ...detail })}\n`,
    );
    await context.out.write(`${checked}: ${verdict}\n${details.join('')}`);
  }
  return damaged === 0 ? EXIT.done : EXIT.no;
}

import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { act } from '../jobs.ts';
import { withJson, withTransfer } from '../options.ts';
import { checkRef, openSource } from '../sources.ts';
import { writeTransferReport } from '../transfer-report.ts';

interface ImportOptions {
  readonly json?: boolean;
  readonly to: string;
  readonly mode: 'min' | 'max';
  readonly format?: 'index' | 'manifest';
  readonly ociMediatypes?: 'true' | 'false';
  readonly ref?: string;
}

/** `import SOURCE --to STORE`: copies what is missing into a managed store. */
export const registerImport: Register = (program, bind) => {
  withTransfer(withJson(program.command('import')))
    .description('copy a cache into a managed store, blob by blob, only what is missing')
    .argument('<source>', 'a folder, a tar, or a reference')
    .requiredOption('--to <store>', 'managed store; an empty or new folder becomes one')
    .action(bind(importCache));
};

async function importCache(context: CliContext, location: string, options: ImportOptions): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  // The only cache of a source can be given another name.
  const ref = source.caches.length > 1 ? checkRef(source, options.ref) : options.ref;
  const { mode, format, ociMediatypes } = options;
  const started = client.transfer.import({
    sourceId: source.id,
    to: options.to,
    options: { mode, format, ref, ociMediaTypes: ociMediatypes === undefined ? undefined : ociMediatypes === 'true' },
  });
  const { report } = await act(context, client, started, 'import');
  await writeTransferReport(context, report, options.json === true);
  return EXIT.done;
}

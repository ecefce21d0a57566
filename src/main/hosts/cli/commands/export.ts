import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { act } from '../jobs.ts';
import { withJson, withTransfer } from '../options.ts';
import { checkRef, openSource } from '../sources.ts';
import { writeTransferReport } from '../transfer-report.ts';

interface ExportOptions {
  readonly json?: boolean;
  readonly to: string;
  readonly mode: 'min' | 'max';
  readonly format?: 'index' | 'manifest';
  readonly ociMediatypes?: 'true' | 'false';
  readonly ref?: string;
}

/** `export SOURCE --to FOLDER`: writes an OCI layout that BuildKit imports. */
export const registerExport: Register = (program, bind) => {
  withTransfer(withJson(program.command('export')))
    .description('write a cache as an OCI layout that BuildKit can import')
    .argument('<source>', 'a folder, a tar, or a reference')
    .requiredOption('--to <folder>', 'OCI layout to write; what is there already is kept')
    .action(bind(exportCache));
};

async function exportCache(context: CliContext, location: string, options: ExportOptions): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  // The only cache of a source can be given another name.
  const ref = source.caches.length > 1 ? checkRef(source, options.ref) : options.ref;
  const { mode, format, ociMediatypes } = options;
  const started = client.transfer.export({
    sourceId: source.id,
    to: options.to,
    options: { mode, format, ref, ociMediaTypes: ociMediatypes === undefined ? undefined : ociMediatypes === 'true' },
  });
  const { report } = await act(context, client, started, 'export');
  await writeTransferReport(context, report, options.json === true);
  return EXIT.done;
}

import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { act } from '../jobs.ts';
import { parsePlace, withCatalog, withJson, withTransfer } from '../options.ts';
import { openSources } from '../sources.ts';
import { type TransferFlags, transferOptions } from '../transfer-options.ts';
import { writeTransferReport } from '../transfer-report.ts';

interface ExportOptions extends TransferFlags {
  readonly json?: boolean;
  readonly to: string;
}

/** `export SOURCE… --to FOLDER|docker://HOST/REPOSITORY[:TAG]|s3://BUCKET/PREFIX`: writes a cache that BuildKit imports. */
export const registerExport: Register = (program, bind) => {
  withTransfer(withJson(withCatalog(program.command('export'))))
    .description('write a cache to a folder, a registry or S3, as BuildKit can import it')
    .argument('<source...>', 'folders, tars or references; several are joined into one cache')
    .requiredOption(
      '--to <target>',
      'OCI layout, docker://host/repository[:tag] or s3://bucket/prefix to write; what is there already is kept',
      parsePlace,
    )
    .action(bind(exportCache));
};

async function exportCache(
  context: CliContext,
  locations: readonly string[],
  options: ExportOptions,
): Promise<ExitCode> {
  const client = await context.engine();
  const { source, joined } = await openSources(context, client, locations, options.ref);
  const started = client.transfer.export({
    sourceId: source.id,
    joined,
    to: options.to,
    options: await transferOptions(client, source, options),
  });
  const { report } = await act(context, client, started, 'export');
  await writeTransferReport(context, report, options.json === true);
  return EXIT.done;
}

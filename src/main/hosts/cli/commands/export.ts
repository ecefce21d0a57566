import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { act } from '../jobs.ts';
import { parsePlace, withCatalog, withJson, withTransfer } from '../options.ts';
import { openSource } from '../sources.ts';
import { type TransferFlags, transferOptions } from '../transfer-options.ts';
import { writeTransferReport } from '../transfer-report.ts';

interface ExportOptions extends TransferFlags {
  readonly json?: boolean;
  readonly to: string;
}

/** `export SOURCE --to FOLDER|docker://HOST/REPOSITORY[:TAG]`: writes a cache that BuildKit imports. */
export const registerExport: Register = (program, bind) => {
  withTransfer(withJson(withCatalog(program.command('export'))))
    .description('write a cache to a folder or a registry, as BuildKit can import it')
    .argument('<source>', 'a folder, a tar, or a reference')
    .requiredOption(
      '--to <target>',
      'OCI layout or docker://host/repository[:tag] to write; what is there already is kept',
      parsePlace,
    )
    .action(bind(exportCache));
};

async function exportCache(context: CliContext, location: string, options: ExportOptions): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  const started = client.transfer.export({
    sourceId: source.id,
    to: options.to,
    options: await transferOptions(client, source, options),
  });
  const { report } = await act(context, client, started, 'export');
  await writeTransferReport(context, report, options.json === true);
  return EXIT.done;
}

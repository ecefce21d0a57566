import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { act } from '../jobs.ts';
import { parsePlace, withCatalog, withJson, withTransfer } from '../options.ts';
import { openSources } from '../sources.ts';
import { type TransferFlags, transferOptions } from '../transfer-options.ts';
import { writeTransferReport } from '../transfer-report.ts';

interface ImportOptions extends TransferFlags {
  readonly json?: boolean;
  readonly to: string;
}

/** `import SOURCE --to STORE`: copies what is missing into a managed store. */
export const registerImport: Register = (program, bind) => {
  withTransfer(withJson(withCatalog(program.command('import'))))
    .description('copy a cache into a managed store, blob by blob, only what is missing')
    .argument('<source...>', 'folders, tars or references; several are joined into one cache')
    .requiredOption('--to <store>', 'managed store; an empty or new folder becomes one', parsePlace)
    .action(bind(importCache));
};

async function importCache(
  context: CliContext,
  locations: readonly string[],
  options: ImportOptions,
): Promise<ExitCode> {
  const client = await context.engine();
  const { source, joined } = await openSources(context, client, locations, options.ref);
  const started = client.transfer.import({
    sourceId: source.id,
    joined,
    to: options.to,
    options: await transferOptions(client, source, options),
  });
  const { report } = await act(context, client, started, 'import');
  await writeTransferReport(context, report, options.json === true);
  return EXIT.done;
}

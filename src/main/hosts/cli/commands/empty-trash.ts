import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { writeJson } from '../format/json.ts';
import { act } from '../jobs.ts';
import { withJson } from '../options.ts';
import { findStore } from '../sources.ts';

/** `empty-trash STORE`: deletes what prunes have removed; nothing of it can be undone after. */
export const registerEmptyTrash: Register = (program, bind) => {
  withJson(program.command('empty-trash'))
    .description('delete for good what prunes have removed')
    .argument('<store>', 'managed store')
    .action(bind(emptyTrash));
};

async function emptyTrash(
  context: CliContext,
  location: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const client = await context.engine();
  const source = await findStore(client, location);
  const started = client.prune.emptyTrash({ sourceId: source.id });
  const { blobs, bytes, leftAlone = [] } = await act(context, client, started, 'empty-trash');
  if (options.json) await writeJson(context.out, { blobs, bytes, leftAlone });
  else await context.out.write(`${formatCount(blobs)} blobs deleted, ${formatBytes(bytes)} freed\n`);
  for (const folder of leftAlone) {
    await context.note(`${folder} holds something else than blobs of the trash and was left alone.`);
  }
  return EXIT.done;
}

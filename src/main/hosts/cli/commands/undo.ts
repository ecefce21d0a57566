import { formatCount } from '../../../../shared/base/bytes.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { writeJson } from '../format/json.ts';
import { writeLines } from '../format/lines.ts';
import { act } from '../jobs.ts';
import { withJson } from '../options.ts';
import { findStore } from '../sources.ts';

/** `undo STORE [PLAN]`: brings back what an applied plan removed. */
export const registerUndo: Register = (program, bind) => {
  withJson(program.command('undo'))
    .description('bring back what a prune removed')
    .argument('<store>', 'managed store')
    .argument('[plan]', 'the plan to undo; the last one')
    .action(bind(undo));
};

async function undo(
  context: CliContext,
  location: string,
  plan: string | undefined,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const client = await context.engine();
  const source = await findStore(client, location);
  const undone = { sourceId: source.id, plan };
  const started = source.can.collect ? client.collect.undo(undone) : client.prune.undo(undone);
  const { kind: _kind, ...report } = await act(context, client, started, 'undo');
  if (options.json) {
    await writeJson(context.out, report);
  } else {
    const { restoredRecords, restoredBlobs, lostBlobs = 0 } = report;
    const records = source.can.collect ? '' : `${formatCount(restoredRecords)} records and `;
    const what = `${records}${formatCount(restoredBlobs)} blobs are back`;
    if (lostBlobs > 0) await context.note(`${formatCount(lostBlobs)} blobs are lost: their versions were deleted.`);
    await writeLines(context.out, `${what} (plan ${report.plan})`);
  }
  return EXIT.done;
}

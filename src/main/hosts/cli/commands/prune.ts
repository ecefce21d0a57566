import { Option } from 'commander';
import { formatBytes, formatCount, formatExactBytes } from '../../../../shared/base/bytes.ts';
import { shellWord } from '../../../../shared/base/shell-word.ts';
import type { EngineClient } from '../../../../shared/contract/index.ts';
import type { PlanItem, PrunePlan, PrunePolicy, PruneReport } from '../../../../shared/model/plan.ts';
import { collect, touch } from '../collect.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { shortId } from '../format/cells.ts';
import { writeJsonWithRows } from '../format/json.ts';
import { writeLines } from '../format/lines.ts';
import { writeTable } from '../format/table.ts';
import { act } from '../jobs.ts';
import { parseDurationOption, parseSizeOption, withCatalog, withJson, withPlanned } from '../options.ts';
import { pageThrough } from '../paging.ts';
import { findStore, openSource } from '../sources.ts';

interface PruneOptions {
  readonly json?: boolean;
  readonly maxSize?: number;
  readonly keepDuration?: number;
  readonly orphans?: boolean;
  readonly olderThan?: number;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly apply?: string;
  readonly touch?: boolean;
}

/** Items that a table for people lists. */
const TABLE_ITEMS = 50;

/** `prune STORE`: a plan; with `--yes` or `--apply` what it says is moved to the trash, or in a bucket deleted. */
export const registerPrune: Register = (program, bind) => {
  const command = withJson(withCatalog(program.command('prune')))
    .description('plan what may go, and move it to the trash; a dry run without --yes')
    .argument('<store>', 'managed store, or a cache to plan for')
    .addOption(new Option('--max-size <size>', 'oldest first, until this much stays: 20GiB').argParser(parseSizeOption))
    .addOption(
      new Option('--keep-duration <time>', 'younger results stay, whatever the size: 7d').argParser(
        parseDurationOption,
      ),
    )
    .option('--orphans', 'only blobs that nothing refers to')
    .addOption(
      new Option(
        '--older-than <time>',
        'with --orphans or --touch: only those older than this; else 1h, in S3 2d, to renew 1d',
      ).argParser(parseDurationOption),
    )
    .option('--all', 'everything that nothing pins')
    .addOption(
      new Option('--touch', 'in S3: renew what manifests need, so that lifecycle rules leave it').conflicts([
        'maxSize',
        'keepDuration',
        'orphans',
        'all',
        'apply',
      ]),
    )
    .addOption(new Option('--yes', 'apply the plan').conflicts('apply'))
    .addOption(
      new Option('--apply <plan>', 'apply a plan made before').conflicts(['maxSize', 'keepDuration', 'orphans', 'all']),
    )
    .action(bind(prune));
  withPlanned(command, '--min-free <amount>', '--policy <file>', '--filter <expression>', '--where <expression>');
  withPlanned(command, '--like <line>', '--now <time>', '--disk-total <size>', '--disk-free <size>');
};

async function prune(context: CliContext, location: string, options: PruneOptions): Promise<ExitCode> {
  if (options.touch) return touchNeeded(context, location, options);
  const policy = options.apply === undefined ? policyOf(options) : undefined;
  const client = await context.engine();
  if (policy === undefined || policy.orphans !== undefined) {
    // Of a bucket nothing needs to be read but its manifests.
    const found = await findStore(client, location);
    if (found.can.collect) return collect(context, client, found, location, options);
  }
  const source = await openSource(context, client, location);
  const sourceId = source.id;
  const plan = policy
    ? await client.prune.plan({ sourceId, policy })
    : await client.prune.get({ sourceId, plan: options.apply ?? '' });

  const applies = options.yes === true || options.apply !== undefined;
  const applied = () => (applies ? apply(context, client, plan) : undefined);
  const items = (window: { offset: number; limit: number }) =>
    client.prune.items({ sourceId, plan: plan.plan, what: 'goes', ...window });

  if (options.json) {
    const report = await applied();
    const all = pageThrough({}, async (window) => {
      const page = await items(window);
      return { rows: page.items, total: page.total };
    });
    await writePlanJson(context, plan, all, report);
  } else {
    // Asked for before it is applied: records that are gone have no names any more.
    const listed = await items({ offset: 0, limit: TABLE_ITEMS });
    await writePlan(context, location, plan, listed, await applied(), source.can.prune === 'here');
  }
  return EXIT.done;
}

async function touchNeeded(context: CliContext, location: string, options: PruneOptions): Promise<ExitCode> {
  const client = await context.engine();
  const found = await findStore(client, location);
  if (!found.can.collect) throw new UsageError('--touch is for a cache in S3');
  return touch(context, client, found, options);
}

/** The policy of the options. Nothing is pruned without one. */
function policyOf({ maxSize, keepDuration, orphans, olderThan, all }: PruneOptions): PrunePolicy {
  if (olderThan !== undefined && !orphans) throw new UsageError('--older-than belongs to --orphans');
  if (maxSize === undefined && keepDuration === undefined && !orphans && !all) {
    throw new UsageError('say what may stay: --max-size, --keep-duration, --orphans or --all');
  }
  return {
    ...(maxSize === undefined ? {} : { maxBytes: maxSize }),
    ...(keepDuration === undefined ? {} : { keepDurationMs: keepDuration }),
    ...(all ? { all } : {}),
    ...(orphans ? { orphans: olderThan === undefined ? {} : { olderThanMs: olderThan } } : {}),
  };
}

async function apply(context: CliContext, client: EngineClient, plan: PrunePlan): Promise<PruneReport> {
  const started = client.prune.apply({ sourceId: plan.sourceId, plan: plan.plan });
  return (await act(context, client, started, 'prune')).report;
}

function writePlanJson(
  context: CliContext,
  plan: PrunePlan,
  items: AsyncIterable<PlanItem>,
  report: PruneReport | undefined,
): Promise<void> {
  return writeJsonWithRows(context.out, { plan: plan.plan, exact: plan.exact }, 'remove', items, () => ({
    keepBytes: plan.keepBytes,
    freedBytes: report?.freedBytes ?? plan.freedBytes,
    applied: report !== undefined,
    ...(report === undefined
      ? {}
      : { removedRecords: report.removedRecords, removedBlobs: report.removedBlobs, skipped: report.skipped }),
  }));
}

async function writePlan(
  { out }: CliContext,
  location: string,
  plan: PrunePlan,
  { items, total }: { readonly items: readonly PlanItem[]; readonly total: number },
  report: PruneReport | undefined,
  isStore: boolean,
): Promise<void> {
  const listed = await writeTable(
    out,
    [
      { title: 'GOES', text: (item) => shortId(item.id) },
      { title: 'KIND', text: (item) => item.recordKind ?? item.kind },
      { title: 'FREES', align: 'right', text: (item) => formatBytes(item.bytes) },
      { title: 'REASON', maxWidth: 60, text: (item) => item.reason },
      { title: 'STEP', maxWidth: 60, text: (item) => item.name ?? '' },
    ],
    items,
  );
  const { goes, stays } = plan;
  const rest = total - listed;
  const lines = [
    ...(listed > 0 ? [''] : []),
    ...(rest > 0 ? [`and ${formatCount(rest)} more; --json lists all`] : []),
    `goes   ${formatCount(goes.records)} records, ${formatCount(goes.blobs)} blobs, ${formatExactBytes(plan.freedBytes)}`,
    ...(goes.results > 0
      ? [`       ${formatCount(goes.results)} more lose their results and stay as lookup keys`]
      : []),
    `stays  ${formatCount(stays.records)} records, ${formatCount(stays.blobs)} blobs, ${formatExactBytes(plan.keepBytes)}`,
    ...outcome(location, plan, report, isStore),
  ];
  await writeLines(out, ...lines);
}

/** What to do with a dry run. */
function nextStep(store: string, plan: PrunePlan, isStore: boolean): string {
  if (!isStore) return 'Only a managed store can be pruned: import this into one first.';
  if (plan.kept) return `To apply it: cachewright prune ${store} --apply ${plan.plan}`;
  return 'The store is full or may not be written, so the plan could not be kept. --yes in place of a dry run plans and applies.';
}

function outcome(location: string, plan: PrunePlan, report: PruneReport | undefined, isStore: boolean): string[] {
  const store = shellWord(location);
  if (report === undefined) {
    return ['Dry run: nothing was changed.', nextStep(store, plan, isStore)];
  }
  return [
    `${formatBytes(report.freedBytes)} moved to the trash; empty-trash frees the disk.`,
    ...(report.skipped.length === 0
      ? []
      : [`${formatCount(report.skipped.length)} had changed meanwhile and were left alone.`]),
    `To undo it: cachewright undo ${store} ${plan.plan}`,
  ];
}

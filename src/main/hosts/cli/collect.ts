import { formatBytes, formatCount, formatExactBytes } from '../../../shared/base/bytes.ts';
import { CacheError } from '../../../shared/base/errors.ts';
import { shellWord } from '../../../shared/base/shell-word.ts';
import { formatDuration } from '../../../shared/base/time.ts';
import type { EngineClient } from '../../../shared/contract/index.ts';
import type { CollectItem, CollectPlan, CollectReport, StayReason } from '../../../shared/model/collect.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, ExitError } from './exit-codes.ts';
import { shortId } from './format/cells.ts';
import { writeJson, writeJsonWithRows } from './format/json.ts';
import { writeLines } from './format/lines.ts';
import { writeTable } from './format/table.ts';
import { act } from './jobs.ts';
import { pageThrough } from './paging.ts';

/** Rows that a table for people lists. */
const TABLE_ROWS = 50;

/** What a person wrote about a cache in a bucket. */
export interface CollectOptions {
  readonly json?: boolean;
  /** Milliseconds. */
  readonly olderThan?: number;
  readonly yes?: boolean;
  readonly apply?: string;
}

/** What stayed after all, in words. */
const STAYED: Readonly<Record<StayReason, string>> = {
  needed: 'a manifest needs them that came or changed since the plan',
  renewed: 'they were written or renewed since the plan',
  gone: 'somebody else had deleted them',
  refused: 'the server did not delete them',
  'not-tried': 'they were not tried',
};

/** Plans what goes from a cache in a bucket; with `--yes` or `--apply` deletes it. Exit 4 where not all was tried or done. */
export async function collect(
  context: CliContext,
  client: EngineClient,
  source: Source,
  location: string,
  options: CollectOptions,
): Promise<ExitCode> {
  const { id: sourceId } = source;
  const plan =
    options.apply === undefined
      ? await readOr3(client.collect.plan({ sourceId, olderThanMs: options.olderThan }, { signal: context.signal }))
      : await client.collect.get({ sourceId, plan: options.apply });
  const applies = options.yes === true || options.apply !== undefined;
  const report = applies
    ? (await act(context, client, client.collect.apply({ sourceId, plan: plan.plan }), 'collect')).report
    : undefined;
  if (options.json) await writePlanJson(context, client, plan, report);
  else await writePlan(context, client, location, plan, report);
  const { stopped, stayed } = report ?? {};
  if (stopped) throw new ExitError(EXIT.partWay, CacheError.fromData(stopped));
  return (stayed?.refused ?? 0) > 0 ? EXIT.partWay : EXIT.done;
}

/** Renews what manifests need; without `--yes` only says what. */
export async function touch(
  context: CliContext,
  client: EngineClient,
  { id: sourceId }: Source,
  { json, olderThan: olderThanMs, yes }: CollectOptions,
): Promise<ExitCode> {
  const age = { sourceId, olderThanMs };
  if (!yes) {
    const preview = await readOr3(client.collect.renewal(age, { signal: context.signal }));
    if (json) await writeJson(context.out, { ...preview, applied: false });
    else {
      const { blobs, bytes, manifests, young, missing } = preview;
      await writeLines(
        context.out,
        `${formatCount(blobs)} blobs, ${formatExactBytes(bytes)}, and ${formatCount(manifests)} manifests would be renewed`,
        `${formatCount(young)} blobs are younger than ${formatDuration(preview.olderThanMs)}; ${formatCount(missing)} are missing`,
        'Dry run: nothing was changed.',
        'To renew them: the same with --yes',
      );
    }
    return EXIT.done;
  }
  const { report } = await act(context, client, client.collect.touch(age), 'touch');
  if (json) await writeJson(context.out, { ...report, applied: true });
  else {
    const { blobs, bytes, manifests, gone } = report;
    const lost = gone === 0 ? '' : `; ${formatCount(gone)} blobs were gone`;
    await writeLines(
      context.out,
      `${formatCount(blobs)} blobs, ${formatBytes(bytes)}, and ${formatCount(manifests)} manifests renewed${lost}`,
    );
  }
  return EXIT.done;
}

/** What cannot be planned for cannot be read. */
async function readOr3<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CacheError && error.code !== 'CANCELLED') throw new ExitError(EXIT.unreadable, error);
    throw error;
  }
}

function writePlanJson(
  { out }: CliContext,
  client: EngineClient,
  plan: CollectPlan,
  report: CollectReport | undefined,
): Promise<void> {
  const all = pageThrough({}, async (window) => {
    const { items, total } = await client.collect.items({ sourceId: plan.sourceId, plan: plan.plan, ...window });
    return { rows: items.map(removeRow), total };
  });
  const { sourceId: _id, applied: _applied, plan: name, goes, ...rest } = plan;
  return writeJsonWithRows(out, { plan: name, exact: false }, 'remove', all, () => ({
    keepBytes: plan.stays.needed.bytes + plan.stays.young.bytes,
    freedBytes: report?.freedBytes ?? goes.bytes,
    applied: report !== undefined,
    ...rest,
    ...(report ? { report } : {}),
  }));
}

function removeRow({ digest, bytes, modifiedAt }: CollectItem) {
  const at = new Date(modifiedAt).toISOString();
  return { id: digest, kind: 'blob', digest, bytes, reason: `no manifest needs it; written or renewed ${at}` };
}

async function writePlan(
  { out }: CliContext,
  client: EngineClient,
  location: string,
  plan: CollectPlan,
  report: CollectReport | undefined,
): Promise<void> {
  const { items, total } = await client.collect.items({ ...plan, limit: TABLE_ROWS, offset: 0 });
  const listed = await writeTable(
    out,
    [
      { title: 'GOES', text: ({ digest }) => shortId(digest) },
      { title: 'SIZE', align: 'right', text: ({ bytes }) => formatBytes(bytes) },
      { title: 'AGE', align: 'right', text: ({ modifiedAt }) => formatDuration(plan.createdAt - modifiedAt) },
    ],
    items,
  );
  if (listed > 0) await writeLines(out, '');
  if (total > listed) await writeLines(out, `and ${formatCount(total - listed)} more; --json lists all`, '');
  await writeTable(
    out,
    [
      { title: 'MANIFEST', maxWidth: 50, text: ({ name }) => name },
      { title: 'KEEPS', align: 'right', text: ({ blobs }) => `${formatCount(blobs)} blobs` },
      { title: 'SIZE', align: 'right', text: ({ bytes }) => formatBytes(bytes) },
      { title: 'ONLY IT', align: 'right', text: ({ onlyBytes }) => formatBytes(onlyBytes) },
      { title: 'MISSING', align: 'right', text: ({ missing }) => formatCount(missing) },
    ],
    plan.owners,
  );
  await writeLines(
    out,
    '',
    ...sums(plan),
    ...lifecycle(plan),
    ...(report ? outcome(location, report) : nextStep(location, plan)),
  );
}

function sums({ goes, stays, missing, olderThanMs, uploads, warnings, manifests, owners }: CollectPlan): string[] {
  const sum = ({ blobs, bytes }: { blobs: number; bytes: number }): string =>
    `${formatCount(blobs)} blobs, ${formatExactBytes(bytes)}`;
  return [
    ...(manifests > owners.length ? [`       ${formatCount(manifests)} manifests in all; the largest are listed`] : []),
    `goes   ${sum(goes)}: no manifest needs them, older than ${formatDuration(olderThanMs)}`,
    `stays  ${sum(stays.needed)}: needed`,
    `       ${sum(stays.young)}: needed by no manifest, and younger`,
    ...(missing > 0 ? [`       ${formatCount(missing)} blobs are missing that manifests need`] : []),
    ...(uploads && uploads.count > 0
      ? [`       ${formatCount(uploads.count)} uploads in parts are not completed`]
      : []),
    ...warnings.map((warning) => `Warning: ${warning}`),
  ];
}

/** What rules of the bucket will do to the cache, and what to write in their place. */
function lifecycle({ lifecycle }: CollectPlan): string[] {
  if (!lifecycle) return ['The account may not ask for the lifecycle rules of the bucket.'];
  const { rules, sentences, safe } = lifecycle;
  const paste = [
    'Safe are these rules: what is not completed goes after a week, and prune alone deletes blobs.',
    'To set them: aws s3api put-bucket-lifecycle-configuration --lifecycle-configuration file://rules.json',
    ...safe.split('\n'),
  ];
  return [...sentences, ...(rules > 0 ? paste : [])];
}

/** What to do with a dry run, and whether it could be undone. */
function nextStep(location: string, { plan, undo, goes }: CollectPlan): string[] {
  const undone = {
    versions: 'The bucket keeps versions: what goes can be undone from this machine.',
    none: 'The bucket keeps no versions: what goes cannot be undone.',
    unknown: 'The account may not ask whether the bucket keeps versions: take it that what goes cannot be undone.',
  };
  return [
    'Dry run: nothing was changed.',
    ...(goes.blobs > 0 ? [undone[undo], `To apply it: cachewright prune ${shellWord(location)} --apply ${plan}`] : []),
  ];
}

function outcome(location: string, { plan, removedBlobs, freedBytes, ...report }: CollectReport): string[] {
  const stayed = Object.entries(report.stayed).filter(([, count]) => count > 0);
  const refused = report.examples.find(({ message }) => message !== undefined)?.message;
  return [
    `${formatCount(removedBlobs)} blobs deleted, ${formatBytes(freedBytes)} freed.`,
    ...stayed.map(([reason, count]) => `${formatCount(count)} stayed: ${STAYED[reason as StayReason]}.`),
    ...(refused === undefined ? [] : [`The server said: ${refused}`]),
    ...(report.changedManifests.length > 0 ? [`Changed since the plan: ${report.changedManifests.join(', ')}`] : []),
    ...report.lost.map(({ manifest, blobs, areBack }) =>
      areBack
        ? `${manifest} began to need ${formatCount(blobs)} blobs that had just gone: they are back.`
        : `${manifest} began to need ${formatCount(blobs)} blobs that had just gone: export it again.`,
    ),
    report.canUndo
      ? `To undo it: cachewright undo ${shellWord(location)} ${plan}`
      : 'The bucket keeps no versions: this cannot be undone.',
  ];
}

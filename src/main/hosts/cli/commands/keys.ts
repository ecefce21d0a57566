import { InvalidArgumentError } from 'commander';
import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import type { RecordDetail, RecordRow, SelectorPiece } from '../../../../shared/model/record.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { shortId, shortTime } from '../format/cells.ts';
import type { Column } from '../format/table.ts';
import { type RowOptions, withCatalog, withRows } from '../options.ts';
import { writeRows } from '../rows.ts';
import { checkRef, openSource } from '../sources.ts';

/** `keys SOURCE`: the cache records. */
export const registerKeys: Register = (program, bind) => {
  withRows(withCatalog(program.command('keys')))
    .description('cache records: digest, inputs, results, sizes')
    .argument('<source>', 'a folder, a tar, or a reference')
    .option(
      '--selector <place>',
      'only the selector at RECORD/INPUT[/ALTERNATIVE], whole; both counted from 0',
      parsePoint,
    )
    .action(bind(keys));
};

interface Point {
  readonly id: string;
  readonly input: number;
  readonly alternative: number;
}

function parsePoint(text: string): Point {
  const match = /^([^/]+)\/(\d{1,9})(?:\/(\d{1,9}))?$/.exec(text);
  if (!match?.[1]) throw new InvalidArgumentError('Write RECORD/INPUT or RECORD/INPUT/ALTERNATIVE.');
  return { id: match[1], input: Number(match[2]), alternative: Number(match[3] ?? 0) };
}

async function keys(
  context: CliContext,
  location: string,
  options: RowOptions & { readonly selector?: Point },
): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  const ref = checkRef(source, options.ref);
  if (options.selector) return writeSelector(context, { ...options.selector, sourceId: source.id, ref });
  const query = { sourceId: source.id, ref, filter: options.filter ?? '', sort: options.sort };
  await writeRows(context, options, {
    columns: COLUMNS,
    what: 'records',
    rows: (window) => client.keys.page({ ...query, ...window }),
    json: async (window) => {
      const { records, total } = await client.keys.list({ ...query, ...window });
      return { rows: records.map(keyJson), total };
    },
  });
  return EXIT.done;
}

/** Writes a selector piece by piece: it may be larger than memory should hold at once. */
async function writeSelector(
  context: CliContext,
  wanted: Point & { readonly sourceId: string; readonly ref: string | undefined },
): Promise<ExitCode> {
  const client = await context.engine();
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { text, next }: SelectorPiece = await client.keys.selector({ ...wanted, offset });
    await context.out.write(text);
    offset = next;
  }
  await context.out.write('\n');
  return EXIT.done;
}

/** The JSON of a record; the names are fixed in `docs/CLI.md`. */
export function keyJson(record: RecordDetail): unknown {
  return {
    id: record.id,
    digest: record.digest,
    inputs: record.inputs.map((alternatives) =>
      alternatives.map(({ id, digest, selector }) => ({ id, digest, selector })),
    ),
    results: record.results.map((result) => ({
      createdAt: result.createdAt,
      layers: result.layers.map((layer) => layer.digest),
      ...(result.layers.length < result.layersTotal ? { layersTotal: result.layersTotal } : {}),
    })),
    ...(record.results.length < record.resultsTotal ? { resultsTotal: record.resultsTotal } : {}),
    ownBytes: record.ownBytes,
    addsBytes: record.addsBytes,
    sharedBytes: record.sharedBytes,
    reclaimableBytes: record.reclaimableBytes,
    kind: record.kind,
    name: record.name,
    nameFrom: record.nameFrom,
    stage: record.stage,
    ref: record.ref,
    usage: record.usage,
  };
}

const COLUMNS: readonly Column<RecordRow>[] = [
  { title: 'RECORD', text: (row) => shortId(row.id) },
  { title: 'KIND', text: (row) => row.kind },
  { title: 'STAGE', maxWidth: 20, text: (row) => row.stage ?? '' },
  { title: 'IN', align: 'right', text: (row) => formatCount(row.inputs) },
  { title: 'RESULTS', align: 'right', text: (row) => formatCount(row.results) },
  { title: 'USERS', align: 'right', text: (row) => formatCount(row.users) },
  { title: 'OWN', align: 'right', text: (row) => formatBytes(row.ownBytes) },
  { title: 'ADDS', align: 'right', text: (row) => formatBytes(row.addsBytes) },
  { title: 'ONLY THIS', align: 'right', text: (row) => formatBytes(row.reclaimableBytes) },
  { title: 'CREATED', text: (row) => shortTime(row.createdAt) },
  { title: 'STEP', maxWidth: 80, text: (row) => row.name ?? '' },
];

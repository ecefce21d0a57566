import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import type { DiskParts } from '../../../../shared/model/disk.ts';
import type { CacheSummary, Source } from '../../../../shared/model/source.ts';
import type { Totals } from '../../../../shared/model/totals.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { shortId } from '../format/cells.ts';
import { errorLine } from '../format/errors.ts';
import { writeJson } from '../format/json.ts';
import { writeLines } from '../format/lines.ts';
import { writeTable } from '../format/table.ts';
import { withCatalog, withJson } from '../options.ts';
import { checkRef, openSource } from '../sources.ts';

interface InspectOptions {
  readonly json?: boolean;
  readonly ref?: string;
}

/** `inspect SOURCE`: what it is, its caches, totals and problems. */
export const registerInspect: Register = (program, bind) => {
  withJson(withCatalog(program.command('inspect')))
    .description('what a source holds: caches, totals, problems')
    .argument('<source>', 'a folder, a tar, or a reference')
    .option('--ref <name>', 'only this cache of a source that holds several')
    .action(bind(inspect));
};

async function inspect(context: CliContext, location: string, options: InspectOptions): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  const ref = checkRef(source, options.ref);
  const caches = source.caches.filter((cache) => ref === undefined || cache.ref === ref);
  const totals = ref === undefined ? source.totals : caches[0]?.totals;
  const { parts: disk } = ref === undefined ? await client.overview.disk({ sourceId: source.id }) : {};
  if (options.json) {
    const { kind, fingerprint, du, builds } = source;
    const own = { ...(du ? { du } : {}), ...(builds === undefined ? {} : { builds }) };
    const document = {
      source: { kind, location: source.location, fingerprint },
      caches,
      totals,
      ...(disk ? { disk } : {}),
      ...own,
    };
    await writeJson(context.out, { ...document, problems: source.problems });
  } else {
    await writeSummary(context, source, caches, totals, disk);
  }
  return EXIT.done;
}

async function writeSummary(
  { out }: CliContext,
  source: Source,
  caches: readonly CacheSummary[],
  totals: Totals | undefined,
  disk: DiskParts | undefined,
): Promise<void> {
  await writeLines(out, `${source.kind}  ${source.location}`, '');
  await writeTable(
    out,
    [
      { title: 'CACHE', text: (cache) => cache.ref },
      { title: 'FORM', text: (cache) => cache.form },
      { title: 'CONFIG', text: (cache) => (cache.config ? shortId(cache.config.digest) : '') },
      { title: 'RECORDS', align: 'right', text: (cache) => formatCount(cache.totals.records) },
      { title: 'BLOBS', align: 'right', text: (cache) => formatCount(cache.totals.blobs) },
      { title: 'DEDUPLICATED', align: 'right', text: (cache) => formatBytes(cache.totals.deduplicatedBytes) },
    ],
    caches,
  );
  if (caches.length === 0)
    await out.write('No cache is in it: none was written, all were removed, or a copy was cut off.\n');
  if (totals) {
    await out.write('\n');
    await writeTable(
      out,
      [
        { title: 'TOTALS', text: ([name]) => name },
        { title: '', align: 'right', text: ([, n]) => n },
      ],
      [...totalRows(totals)],
    );
  }
  if (disk) {
    await out.write('\n');
    await writeTable(
      out,
      [
        { title: 'ON DISK', text: ([name]) => name },
        { title: '', align: 'right', text: ([, n]) => n },
      ],
      [...diskRows(disk)],
    );
  }
  if (source.du) {
    await out.write('\n');
    await writeTable(
      out,
      [
        { title: 'DU', text: ([name]) => name },
        { title: '', align: 'right', text: ([, n]) => n },
      ],
      [
        ['records', formatCount(source.du.records)] as const,
        ['total', formatBytes(source.du.totalBytes)] as const,
        ['reclaimable', formatBytes(source.du.reclaimableBytes)] as const,
      ],
    );
  }
  if (source.problems.length > 0) {
    const lines = source.problems.map(
      (problem) => `  ${errorLine({ subject: undefined, hint: undefined, ...problem })}`,
    );
    await out.write(`\n${formatCount(source.problems.length)} problems\n${lines.join('\n')}\n`);
  }
}

function diskRows(disk: DiskParts): readonly (readonly [string, string])[] {
  const some = (name: string, bytes: number) => (bytes > 0 ? [[name, formatBytes(bytes)] as const] : []);
  return [
    ['in all', formatBytes(disk.totalBytes)],
    ['  caches and images', formatBytes(disk.cacheBytes)],
    ...some('  orphans', disk.orphanBytes),
    ...some('  trash', disk.trashBytes),
    ...some('  set aside', disk.setAsideBytes),
    ['  index, notes, folders', formatBytes(disk.otherBytes)],
    ...some('free on this disk', disk.freeBytes ?? 0),
  ];
}

function totalRows(t: Totals): readonly (readonly [string, string])[] {
  return [
    ['records', formatCount(t.records)],
    ['  of these without inputs', formatCount(t.rootRecords)],
    ['links', formatCount(t.links)],
    ['results', formatCount(t.results)],
    ['layers', formatCount(t.layers)],
    ['blobs', formatCount(t.blobs)],
    ['total, each result by itself', formatBytes(t.totalBytes)],
    ['deduplicated', formatBytes(t.deduplicatedBytes)],
    ['reclaimable', formatBytes(t.reclaimableBytes)],
    ...(t.missingBlobs > 0 ? [['missing blobs', formatCount(t.missingBlobs)] as const] : []),
    ...(t.orphanBlobs > 0
      ? [['orphan blobs', `${formatCount(t.orphanBlobs)}, ${formatBytes(t.orphanBytes)}`] as const]
      : []),
  ];
}

import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import type { LayerRow } from '../../../../shared/model/layer.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { shortId, shortTime } from '../format/cells.ts';
import type { Column } from '../format/table.ts';
import { type RowOptions, withCatalog, withRows } from '../options.ts';
import { writeRows } from '../rows.ts';
import { checkRef, openSource } from '../sources.ts';

/** `layers SOURCE`: a row a blob. */
export const registerLayers: Register = (program, bind) => {
  withRows(withCatalog(program.command('layers')))
    .description('layer blobs: size, media type, how many records use them')
    .argument('<source>', 'a folder, a tar, or a reference')
    .action(bind(layers));
};

async function layers(context: CliContext, location: string, options: RowOptions): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  const ref = checkRef(source, options.ref);
  const query = { sourceId: source.id, ref, filter: options.filter ?? '', sort: options.sort };
  const rows = (window: { offset: number; limit: number }) => client.layers.page({ ...query, ...window });
  await writeRows(context, options, { columns: COLUMNS, what: 'blobs', rows, json: rows });
  return EXIT.done;
}

const COLUMNS: readonly Column<LayerRow>[] = [
  { title: 'BLOB', text: (row) => shortId(row.digest) },
  { title: 'SIZE', align: 'right', text: (row) => formatBytes(row.size) },
  { title: 'RECORDS', align: 'right', text: (row) => formatCount(row.records) },
  { title: 'STATE', text: (row) => row.problem ?? (row.present ? 'present' : 'missing') },
  { title: 'CREATED', text: (row) => shortTime(row.createdAt) },
  { title: 'MEDIA TYPE', maxWidth: 70, text: (row) => row.mediaType },
];

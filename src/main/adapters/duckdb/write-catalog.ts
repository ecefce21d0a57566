import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Problem } from '../../../shared/model/source.ts';
import type { RecordUsage } from '../../../shared/model/usage.ts';
import type { BlobColumns, CatalogColumns, RecordColumns } from '../../engine/catalog/catalog-columns.ts';
import { appendRows, groupRows } from './append-rows.ts';
import type { Cells } from './column-writers.ts';
import type { Pace } from './pace.ts';
import {
  BLOBS,
  CACHE_BLOBS,
  createTableSql,
  GROUPS,
  LINKS,
  META,
  OPERATIONS,
  RECORDS,
  RESULTS,
  SELECTORS,
  TABLES,
  type Table,
  TREE,
} from './schema.ts';
import { type CatalogMeta, ENGINE_SETTINGS } from './settings.ts';

/** What a catalog file is written from. */
export interface CatalogContent {
  readonly fingerprint: string;
  readonly columns: CatalogColumns;
  readonly problems: readonly Problem[];
  readonly builds?: number | undefined;
}

/** Writes one catalog file. It closes the file when it goes. */
export interface CatalogWriter extends AsyncDisposable {
  /** Writes a whole catalog into a new file. Whoever calls it removes the file when it throws. */
  write(content: CatalogContent, pace: Pace): Promise<void>;
}

/** Starts DuckDB at once, so that it is ready when the content has been worked out. */
export function createCatalogWriter(path: string): CatalogWriter {
  const starting = DuckDBInstance.create(':memory:', { ...ENGINE_SETTINGS, temp_directory: `${path}.tmp` });
  // Looked at when the file is written.
  starting.catch(() => {});
  return {
    async write(content, pace) {
      const connection = await (await starting).connect();
      try {
        await writeTables(connection, path, content, pace);
      } finally {
        connection.closeSync();
      }
    },
    async [Symbol.asyncDispose]() {
      const instance = await starting.catch(() => undefined);
      instance?.closeSync();
    },
  };
}

async function writeTables(
  connection: DuckDBConnection,
  path: string,
  content: CatalogContent,
  pace: Pace,
): Promise<void> {
  // The file is attached, not opened, since only then its row groups can be made smaller.
  const options = { groupRows: groupRows(content.columns.records.count), pace };
  const file = path.replaceAll("'", "''");
  await connection.run(`ATTACH '${file}' AS file (ROW_GROUP_SIZE ${options.groupRows})`);
  await connection.run('USE file');
  // They find little or nothing to save in digests, and cost a third of the time.
  await connection.run("SET disabled_compression_methods = 'fsst,dict_fsst,dictionary,zstd'");
  // DuckDB would gather five row groups and compress them in one go, on this thread.
  await connection.run('SET write_buffer_row_group_count = 1');
  // One transaction: else each flush would wait for the disk.
  await connection.run('BEGIN');
  for (const table of TABLES) await connection.run(createTableSql(table));
  for (const { table, count, cells } of tablesOf(content)) await appendRows(connection, table, count, cells, options);
  await connection.run('COMMIT');
  await connection.run('CHECKPOINT file');
  await connection.run('USE memory');
  await connection.run('DETACH file');
}

interface TableContent {
  readonly table: Table;
  readonly count: number;
  readonly cells: Readonly<Record<string, Cells>>;
}

function* tablesOf({ fingerprint, columns, problems, builds }: CatalogContent): Generator<TableContent> {
  const { records, links, results, tree, blobs } = columns;
  const { totals, caches, du } = columns;
  const meta: CatalogMeta = { fingerprint, totals, caches, problems, du, builds };
  yield { table: META, count: 1, cells: { document: () => JSON.stringify(meta) } };
  yield { table: RECORDS, count: records.count, cells: recordCells(records) };
  yield {
    table: GROUPS,
    count: records.groups.length,
    cells: {
      place: (row) => row,
      stage: (row) => records.groups[row]?.stage,
      kind: (row) => records.groups[row]?.kind,
    },
  };
  yield {
    table: OPERATIONS,
    count: records.operations.length,
    cells: {
      n: (row) => records.operations[row]?.record,
      operation: (row) => records.operations[row]?.operation,
    },
  };
  yield {
    table: LINKS,
    count: links.record.length,
    cells: {
      record: links.record,
      input: links.input,
      source: links.source,
      selector: links.selector,
    },
  };
  yield {
    table: SELECTORS,
    count: links.selectors.length,
    cells: { selector: (row) => links.selectors[row] as string },
  };
  yield {
    table: RESULTS,
    count: results.record.length,
    cells: {
      record: results.record,
      node: results.node,
      created: (row) =>
        records.results[results.record[row] as number] === 1 ? undefined : (results.createdAt[row] as string),
    },
  };
  yield { table: TREE, count: tree.count, cells: { parent: tree.parent, blob: tree.blob } };
  yield { table: BLOBS, count: blobs.count, cells: blobCells(blobs) };
  yield* columns.cacheBlobs.map((own, cache): TableContent => {
    return {
      table: CACHE_BLOBS,
      count: own.blob.length,
      cells: {
        cache: () => cache,
        b: own.blob,
        records: own.records,
        owner: own.owner,
        bottom: own.bottom,
        inherited: own.inherited,
      },
    };
  });
}

function recordCells(records: RecordColumns): Record<string, Cells> {
  const { names } = records;
  return {
    n: (row) => row,
    cache: cacheByRecord(records.cacheStart),
    kind: (row) => records.kind[row],
    name: names && ((row) => names[row]?.name),
    stage: names && ((row) => names[row]?.stage),
    name_from: names && ((row) => names[row]?.nameFrom),
    digest: (row) => records.digest[row] as string,
    ordinal: records.ordinal,
    place: records.rank,
    record_group: records.group,
    inputs: records.inputs,
    results: records.results,
    users: records.users,
    layers: records.layers,
    own: records.ownBytes,
    adds: records.addsBytes,
    shared: records.sharedBytes,
    reclaimable: records.reclaimableBytes,
    created: (row) => records.createdAt[row],
    created_ms: records.createdMs,
    created_ns: records.createdNs,
    ...usageCells(records),
  };
}

function usageCells({ ownId, usage, usedMs }: RecordColumns): Record<string, Cells> {
  const of = (value: (row: RecordUsage) => string | number | undefined): Cells =>
    usage === undefined ? undefined : (row) => (usage[row] ? value(usage[row]) : undefined);
  return {
    own_id: ownId && ((row) => ownId[row]),
    usage_size: of((row) => row.sizeBytes),
    usage_type: of((row) => row.type),
    uses: of((row) => Math.min(row.usageCount, MOST_USES)),
    used_ms: usedMs,
    usage: of((row) => JSON.stringify(row)),
  };
}

/** What an INTEGER holds. */
const MOST_USES = 2 ** 31 - 1;

function blobCells(blobs: BlobColumns): Record<string, Cells> {
  return {
    b: (row) => row,
    place: blobs.rank,
    digest: (row) => blobs.digest[row] as string,
    diff_id: (row) => blobs.diffId[row] as string,
    media_type: (row) => blobs.mediaType[row] as string,
    compression: (row) => blobs.compression[row],
    size: blobs.size,
    records: blobs.records,
    owner: blobs.owner,
    bottom: blobs.bottom,
    inherited: blobs.inherited,
    present: blobs.present,
    problem: (row) => blobs.problem.get(row),
    damaged: blobs.damaged,
    created: (row) => blobs.createdAt[row],
    created_ms: blobs.createdMs,
    created_ns: blobs.createdNs,
  };
}

/** Record → its cache, for rows that are asked for in order. */
function cacheByRecord(cacheStart: Uint32Array): Cells {
  let cache = 0;
  return (row) => {
    if (row < (cacheStart[cache] as number)) cache = 0;
    while (row >= (cacheStart[cache + 1] as number)) cache += 1;
    return cache;
  };
}

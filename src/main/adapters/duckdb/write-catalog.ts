import { DuckDBInstance } from '@duckdb/node-api';
import type { Problem } from '../../../shared/model/source.ts';
import { compressionOf } from '../../../shared/oci/media-types.ts';
import type { BlobColumns, CatalogColumns, RecordColumns } from '../../engine/catalog/catalog-columns.ts';
import { parseInstant } from '../../engine/catalog/instant.ts';
import type { RecordNames } from '../../engine/ports/catalog.ts';
import { appendRows, type Cell, GROUP_ROWS } from './append-rows.ts';
import type { Pace } from './pace.ts';
import {
  BLOBS,
  CACHE_BLOBS,
  createTableSql,
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
  readonly names: RecordNames;
  readonly problems: readonly Problem[];
}

/** Writes a whole catalog into a new file. Whoever calls it removes the file when it throws. */
export async function writeCatalog(path: string, content: CatalogContent, pace: Pace): Promise<void> {
  // The file is attached, not opened, since only then its row groups can be made smaller.
  const instance = await DuckDBInstance.create(':memory:', ENGINE_SETTINGS);
  try {
    const connection = await instance.connect();
    try {
      await connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS file (ROW_GROUP_SIZE ${GROUP_ROWS})`);
      await connection.run('USE file');
      for (const table of TABLES) await connection.run(createTableSql(table));
      for (const { table, count, cells } of tablesOf(content)) await appendRows(connection, table, count, cells, pace);
      await connection.run('CHECKPOINT file');
      await connection.run('USE memory');
      await connection.run('DETACH file');
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

interface TableContent {
  readonly table: Table;
  readonly count: number;
  readonly cells: Readonly<Record<string, Cell>>;
}

function* tablesOf({ fingerprint, columns, names, problems }: CatalogContent): Generator<TableContent> {
  const { records, links, results, tree, blobs } = columns;
  const meta: CatalogMeta = { fingerprint, totals: columns.totals, caches: columns.caches, problems };
  yield { table: META, count: 1, cells: { document: () => JSON.stringify(meta) } };
  yield { table: RECORDS, count: records.count, cells: recordCells(records, names) };
  yield operations(records, names);
  yield {
    table: LINKS,
    count: links.record.length,
    cells: {
      record: numbers(links.record),
      input: numbers(links.input),
      source: numbers(links.source),
      selector: numbers(links.selector),
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
      record: numbers(results.record),
      node: numbers(results.node),
      created: (row) =>
        records.results[results.record[row] as number] === 1 ? null : (results.createdAt[row] as string),
    },
  };
  yield { table: TREE, count: tree.count, cells: { parent: numbers(tree.parent), blob: numbers(tree.blob) } };
  yield { table: BLOBS, count: blobs.count, cells: blobCells(blobs) };
  yield* columns.cacheBlobs.map((own, cache): TableContent => {
    return {
      table: CACHE_BLOBS,
      count: own.blob.length,
      cells: {
        cache: () => cache,
        b: numbers(own.blob),
        records: numbers(own.records),
        owner: numbers(own.owner),
        bottom: numbers(own.bottom),
      },
    };
  });
}

function recordCells(records: RecordColumns, names: RecordNames): Record<string, Cell> {
  const nameOf = (row: number) => names.get(records.digest[row] as string);
  const named = (cell: Cell): Cell => (names.size === 0 ? () => null : cell);
  const cacheOf = cacheByRecord(records.cacheStart);
  return {
    n: (row) => row,
    cache: cacheOf,
    digest: (row) => records.digest[row] as string,
    ordinal: numbers(records.ordinal),
    place: numbers(records.rank),
    kind: (row) => nameOf(row)?.kind ?? (records.inferredKind[row] as string),
    name: named((row) => nameOf(row)?.name ?? null),
    stage: named((row) => nameOf(row)?.stage ?? null),
    name_from: named((row) => nameOf(row)?.nameFrom ?? null),
    inputs: numbers(records.inputs),
    results: numbers(records.results),
    users: numbers(records.users),
    layers: numbers(records.layers),
    own: numbers(records.ownBytes),
    adds: numbers(records.addsBytes),
    shared: numbers(records.sharedBytes),
    reclaimable: (row) => (records.ownBytes[row] as number) - (records.sharedBytes[row] as number),
    created: (row) => records.createdAt[row] ?? null,
    created_ms: (row) => known(records.createdMs[row] as number),
    created_ns: numbers(records.createdNs),
  };
}

function operations(records: RecordColumns, names: RecordNames): TableContent {
  const rows: { n: number; operation: string }[] = [];
  if (names.size > 0) {
    for (const [n, digest] of records.digest.entries()) {
      const operation = names.get(digest)?.operation;
      if (operation !== undefined) rows.push({ n, operation });
    }
  }
  return {
    table: OPERATIONS,
    count: rows.length,
    cells: { n: (row) => rows[row]?.n ?? null, operation: (row) => rows[row]?.operation ?? null },
  };
}

function blobCells(blobs: BlobColumns): Record<string, Cell> {
  let instantRow = -1;
  let instant: ReturnType<typeof parseInstant>;
  const instantOf = (row: number) => {
    if (row !== instantRow) instant = parseInstant(blobs.createdAt[row]);
    instantRow = row;
    return instant;
  };
  return {
    b: (row) => row,
    place: numbers(blobs.rank),
    digest: (row) => blobs.digest[row] as string,
    diff_id: (row) => blobs.diffId[row] as string,
    media_type: (row) => blobs.mediaType[row] as string,
    compression: (row) => compressionOf(blobs.mediaType[row] as string),
    size: numbers(blobs.size),
    records: numbers(blobs.records),
    owner: numbers(blobs.owner),
    bottom: numbers(blobs.bottom),
    present: numbers(blobs.present),
    problem: (row) => blobs.problem.get(row) ?? null,
    created: (row) => blobs.createdAt[row] ?? null,
    created_ms: (row) => instantOf(row)?.ms ?? null,
    created_ns: (row) => instantOf(row)?.ns ?? 0,
  };
}

function numbers(column: ArrayLike<number>): Cell {
  return (row) => column[row] as number;
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Record → its cache, for rows that are asked for in order. */
function cacheByRecord(cacheStart: Uint32Array): Cell {
  let cache = 0;
  return (row) => {
    if (row < (cacheStart[cache] as number)) cache = 0;
    while (row >= (cacheStart[cache + 1] as number)) cache += 1;
    return cache;
  };
}

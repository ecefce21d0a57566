import { DOUBLE, type DuckDBType, ENUM, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { RecordKind } from '../../../shared/model/record.ts';
import type { Compression } from '../../../shared/oci/media-types.ts';
import type { RecordName } from '../../engine/model/record-names.ts';

/** A table of a catalog: its columns in order. Sizes are DOUBLE: exact up to 2^53, and no BigInt on the way. */
export interface Table {
  readonly name: string;
  readonly columns: Readonly<Record<string, DuckDBType>>;
}

/** In alphabetic order: that is how the column sorts. */
export const KINDS: readonly RecordKind[] = ['content', 'copy', 'exec', 'merge', 'mount', 'source', 'unknown'];
export const NAME_SOURCES: readonly RecordName['nameFrom'][] = [
  'preimage',
  'recomputed',
  'reference',
  'context',
  'inferred',
];
export const COMPRESSIONS: readonly Compression[] = ['gzip', 'none', 'unknown', 'zstd'];

/** One JSON document: what is known of the catalog as a whole. */
export const META: Table = { name: 'meta', columns: { document: VARCHAR } };

/**
 * A row a record; `n` as in `RecordColumns`, `place` in the order of ids. The last six are there where the source has
 * BuildKit's own figures: `usage` is a `RecordUsage` as JSON, and those before it what is filtered and sorted by.
 */
export const RECORDS: Table = {
  name: 'records',
  columns: {
    n: INTEGER,
    cache: INTEGER,
    digest: VARCHAR,
    ordinal: INTEGER,
    place: INTEGER,
    record_group: INTEGER,
    kind: ENUM(KINDS),
    name: VARCHAR,
    stage: VARCHAR,
    name_from: ENUM(NAME_SOURCES),
    inputs: INTEGER,
    results: INTEGER,
    users: INTEGER,
    layers: INTEGER,
    own: DOUBLE,
    adds: DOUBLE,
    shared: DOUBLE,
    reclaimable: DOUBLE,
    created: VARCHAR,
    created_ms: DOUBLE,
    created_ns: INTEGER,
    own_id: VARCHAR,
    usage_size: DOUBLE,
    usage_type: VARCHAR,
    uses: INTEGER,
    used_ms: DOUBLE,
    usage: VARCHAR,
  },
};

/** A row a group of records, in the order of their places: with its stage or its kind. */
export const GROUPS: Table = { name: 'record_groups', columns: { place: INTEGER, stage: VARCHAR, kind: ENUM(KINDS) } };

/** What an operation says, for the records whose name is known exactly. */
export const OPERATIONS: Table = { name: 'operations', columns: { n: INTEGER, operation: VARCHAR } };

/** A row a link, in the order of `LinkColumns`. */
export const LINKS: Table = {
  name: 'links',
  columns: { record: INTEGER, input: INTEGER, source: INTEGER, selector: INTEGER },
};

/** A row a distinct selector, in the order of their numbers. */
export const SELECTORS: Table = { name: 'selectors', columns: { selector: VARCHAR } };

/** A row a result, by record. `created` is absent where it is the record's own: most have one result. */
export const RESULTS: Table = { name: 'results', columns: { record: INTEGER, node: INTEGER, created: VARCHAR } };

/** A row a node of the layer tree, node 0 included, in order. */
export const TREE: Table = { name: 'tree', columns: { parent: INTEGER, blob: INTEGER } };

/** A row a layer blob, as in `BlobColumns`; `created` is the descriptor's annotation. */
export const BLOBS: Table = {
  name: 'blobs',
  columns: {
    b: INTEGER,
    place: INTEGER,
    digest: VARCHAR,
    diff_id: VARCHAR,
    media_type: VARCHAR,
    compression: ENUM(COMPRESSIONS),
    size: DOUBLE,
    records: INTEGER,
    owner: INTEGER,
    bottom: INTEGER,
    inherited: INTEGER,
    present: INTEGER,
    problem: VARCHAR,
    damaged: INTEGER,
    created: VARCHAR,
    created_ms: DOUBLE,
    created_ns: INTEGER,
  },
};

/** A row a blob of a cache; the rest as in `CacheBlobColumns`. */
export const CACHE_BLOBS: Table = {
  name: 'cache_blobs',
  columns: { cache: INTEGER, b: INTEGER, records: INTEGER, owner: INTEGER, bottom: INTEGER, inherited: INTEGER },
};

export const TABLES: readonly Table[] = [
  META,
  RECORDS,
  GROUPS,
  OPERATIONS,
  LINKS,
  SELECTORS,
  RESULTS,
  TREE,
  BLOBS,
  CACHE_BLOBS,
];

/** The statement that makes a table. All names are ours. */
export function createTableSql(table: Table): string {
  const columns = Object.entries(table.columns).map(([name, type]) => `${name} ${type}`);
  return `CREATE TABLE ${table.name} (${columns.join(', ')})`;
}

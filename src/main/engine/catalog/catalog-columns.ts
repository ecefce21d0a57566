import type { CacheErrorCode } from '../../../shared/base/errors.ts';
import type { RecordKind } from '../../../shared/model/record.ts';
import type { CacheSummary } from '../../../shared/model/source.ts';
import type { Totals } from '../../../shared/model/totals.ts';
import type { RecordUsage, UsageTotals } from '../../../shared/model/usage.ts';
import type { Compression } from '../../../shared/oci/media-types.ts';
import type { LinkColumns } from '../model/key-graph.ts';
import type { RecordName } from '../model/record-names.ts';

/**
 * Everything a catalog keeps of a source, as columns. Records are numbered over all caches in the order of
 * `index.json`, then in the order of the config; blobs and layers in the order they are first met.
 */
export interface CatalogColumns {
  readonly caches: readonly CacheSummary[];
  readonly totals: Totals;
  /** BuildKit's own figures, where the source has them. */
  readonly du: UsageTotals | undefined;
  readonly records: RecordColumns;
  readonly links: LinkColumns;
  readonly results: ResultColumns;
  readonly tree: LayerTree;
  readonly blobs: BlobColumns;
  readonly cacheBlobs: readonly CacheBlobColumns[];
}

/** One row a record. */
export interface RecordColumns extends NameColumns, RecordGroupColumn {
  readonly count: number;
  /** Cache → its first record; one entry more than there are caches. */
  readonly cacheStart: Uint32Array;
  readonly digest: readonly string[];
  /** 0 where the digest is unique in the source, else 1, 2, … in record order: the `n` of `digest~n`. */
  readonly ordinal: Uint32Array;
  /** Place of its id when all ids are sorted. */
  readonly rank: Uint32Array;
  readonly inputs: Uint32Array;
  readonly results: Uint32Array;
  /** Distinct records that link to it. */
  readonly users: Uint32Array;
  /** Layers of the newest result's chain. */
  readonly layers: Uint32Array;
  readonly ownBytes: Float64Array;
  readonly addsBytes: Float64Array;
  readonly sharedBytes: Float64Array;
  /** What goes if this record alone goes. */
  readonly reclaimableBytes: Float64Array;
  /** Text of the newest result; `undefined` without a result. */
  readonly createdAt: readonly (string | undefined)[];
  /** Its moment; NaN without one. */
  readonly createdMs: Float64Array;
  /** Nanoseconds beyond the millisecond. */
  readonly createdNs: Uint32Array;
  /** BuildKit's own id, where the source has one: then it is the record's. */
  readonly ownId: readonly (string | undefined)[] | undefined;
  /** BuildKit's own figures, where the source has them: then the three sizes are those on the daemon's disk. */
  readonly usage: readonly (RecordUsage | undefined)[] | undefined;
  /** Epoch milliseconds of the last use that BuildKit knows of; NaN where it is not said. */
  readonly usedMs: Float64Array | undefined;
}

/** What is known of records by their names. */
export interface NameColumns {
  readonly kind: readonly RecordKind[];
  /** Absent where no record has a name. */
  readonly names: readonly (RecordName | undefined)[] | undefined;
  /** What an operation says, for the records whose name is known exactly. */
  readonly operations: readonly { readonly record: number; readonly operation: string }[];
}

/** The groups that records are listed under. */
export interface RecordGroupColumn {
  /** Record → the place of its group. */
  readonly group: Uint32Array;
  /** In order, each with its stage or its kind: stages by name, then what has none by kind. */
  readonly groups: readonly { readonly stage?: string; readonly kind?: RecordKind }[];
}

/** One row a usable result, by record; `layers` results before `chains`. */
export interface ResultColumns {
  readonly record: Uint32Array;
  /** Top of its chain: a node of the tree, 0 for a chain without layers. */
  readonly node: Uint32Array;
  readonly createdAt: readonly string[];
}

/**
 * All chains of a source as one tree: a node is a distinct (blob, parent chain) pair. Node 0 is the empty chain.
 * A parent has a smaller number than its children.
 */
export interface LayerTree {
  readonly count: number;
  readonly parent: Uint32Array;
  /** Index into the blobs; 0 and without meaning for node 0. */
  readonly blob: Uint32Array;
}

/** One row a distinct layer blob of the configs. */
export interface BlobColumns {
  readonly count: number;
  readonly digest: readonly string[];
  readonly rank: Uint32Array;
  /** The descriptor's size; without one, that of the file; else 0. */
  readonly size: Float64Array;
  readonly mediaType: readonly string[];
  readonly compression: readonly Compression[];
  readonly diffId: readonly string[];
  /** The descriptor's annotation, and its moment as in `RecordColumns`. */
  readonly createdAt: readonly (string | undefined)[];
  readonly createdMs: Float64Array;
  readonly createdNs: Uint32Array;
  readonly present: Uint8Array;
  readonly problem: ReadonlyMap<number, CacheErrorCode>;
  /** 1 for what lies there and cannot be used as it is. */
  readonly damaged: Uint8Array;
  /** Records with a result whose chain holds the blob, over all caches. */
  readonly records: Uint32Array;
  /** These three as in `CacheBlobColumns`, by the first cache that has an owner for it. */
  readonly owner: Int32Array;
  readonly bottom: Int32Array;
  readonly inherited: Uint8Array;
}

/** One row a blob of one cache. */
export interface CacheBlobColumns {
  /** Blobs of the cache, ascending. */
  readonly blob: Uint32Array;
  /** Records of this cache with a result whose chain holds it. */
  readonly records: Uint32Array;
  /**
   * The record the blob is shown under: the oldest with a result that has it on top, else that of the nearest layer
   * above; -1 where no result holds it.
   */
  readonly owner: Int32Array;
  /** The bottom blob of the owner's chain; -1 without an owner. */
  readonly bottom: Int32Array;
  /**
   * 1 for a blob that no step of the cache put there: it lies below the record it is shown under, as the layers of a base
   * image do. An image brings all of its layers.
   */
  readonly inherited: Uint8Array;
}

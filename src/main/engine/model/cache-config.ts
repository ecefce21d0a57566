/**
 * BuildKit's cache config v0, parsed, as columns: a million records fit in some tens of MiB and travel between threads
 * without a copy. Must agree with BuildKit `cache/remotecache/v1` (JSON types and `parse.go`).
 *
 * Indexes are those of the document: order is kept, so that marshalling gives the same bytes.
 * Every `…Offset` column has one entry more than its owner (CSR): the slice of owner `i` is `[offset[i], offset[i + 1])`.
 */
export interface CacheConfig {
  /** Distinct texts: digests, selectors, times. Index 0 is always "". */
  readonly texts: readonly string[];

  /** `layers[i].blob`, an index into `texts`. */
  readonly layerBlob: Uint32Array;
  /** `layers[i].parent`; -1 at the bottom. A document without `parent` means index 0. */
  readonly layerParent: Int32Array;
  /** `layers[i].annotations` as the document's own text, by layer index; only S3-like back ends write them. */
  readonly layerAnnotations: ReadonlyMap<number, string>;

  /** `records[i].digest`, an index into `texts`. */
  readonly recordDigest: Uint32Array;
  /** Record → its input positions. */
  readonly inputOffset: Uint32Array;
  /** Input position → its alternatives. */
  readonly alternativeOffset: Uint32Array;
  /** Alternative → index of the record it links to. */
  readonly alternativeLink: Uint32Array;
  /** Alternative → selector, an index into `texts` (0: none). */
  readonly alternativeSelector: Uint32Array;
  /** Record → its results in `layers` form. */
  readonly resultOffset: Uint32Array;
  /** Result → index of its top layer. */
  readonly resultLayer: Uint32Array;
  /** Result → time as the document writes it, an index into `texts`. */
  readonly resultCreatedAt: Uint32Array;
  /** Results in `chains` form (inline caches): explicit layer lists, bottom to top. Rare, so kept as objects. */
  readonly chains: readonly ChainedResult[];
}

/** A result that lists its layers itself. */
export interface ChainedResult {
  readonly record: number;
  readonly layers: readonly number[];
  readonly createdAt: string;
}

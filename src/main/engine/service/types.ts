import type { Descriptor } from '../../../shared/oci/descriptor.ts';

/**
 * What crosses between a manager and a cache service, after Dagger's package `cache` (v0.5.1). The names are those of the
 * Go types; `wire.ts` writes and reads their JSON.
 */

/** Where layers lie in S3. `blobsPrefix` is put before a digest as it is. */
export interface S3LayerStoreConfig {
  readonly bucket: string;
  readonly region?: string | undefined;
  readonly endpointURL?: string | undefined;
  readonly usePathStyle?: boolean | undefined;
  readonly blobsPrefix?: string | undefined;
  /** Prefixes of cache mounts, which no layer store reads. The last part of each is the mount's id. */
  readonly cacheMountPrefixes?: readonly string[] | undefined;
}

/** Where a manager brings layers, and how often it asks. */
export interface Config {
  /** Undefined: the service keeps layers itself, and takes and gives them over HTTP. */
  readonly s3: S3LayerStoreConfig | undefined;
  readonly importPeriodMs: number;
  readonly exportPeriodMs: number;
  readonly exportTimeoutMs: number;
}

export interface GetConfigRequest {
  readonly cacheMountIDs: readonly string[];
}

/** A result as it is reported. `id` is what its owner finds it by. */
export interface Result {
  readonly id: string;
  /** RFC 3339 text, nanoseconds kept. */
  readonly createdAt: string;
  readonly description: string;
}

/** A key of a machine, with its results. The id of a root is its digest. */
export interface CacheKey {
  readonly id: string;
  readonly results: readonly Result[];
}

/** The key `id` is found from `linkedID` at position `input`, by the record digest `digest`. `selector`: a digest or "". */
export interface Link {
  readonly id: string;
  readonly linkedID: string;
  readonly input: number;
  readonly digest: string;
  readonly selector: string;
}

/** A result that is to be pushed: `digest` of its record, as the service calls it, and the id it was reported under. */
export interface ExportRecord {
  readonly digest: string;
  readonly cacheRefID: string;
}

export interface UpdateCacheRecordsResponse {
  readonly exportRecords: readonly ExportRecord[];
}

/** The layers of a result, bottom to top. `recordDigest` is the `digest` that the service asked with. */
export interface RecordLayers {
  readonly recordDigest: string;
  readonly layers: readonly Descriptor[];
}

export interface UpdateCacheLayersRequest {
  readonly updatedRecords: readonly RecordLayers[];
}

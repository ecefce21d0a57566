import type { LayerStore } from '../ports/layer-store.ts';
import type {
  CacheKey,
  Config,
  GetConfigRequest,
  Link,
  UpdateCacheLayersRequest,
  UpdateCacheRecordsResponse,
} from './types.ts';

/** The state of a cache as it is sent: each can be gone through once, and is made as it goes. */
export interface RecordStream {
  keys(): AsyncIterable<CacheKey>;
  links(): AsyncIterable<Link>;
}

/** Options of a call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A cache service somewhere else, as a manager calls it: `Service` of Dagger's package `cache`.
 *
 * Every call @throws `ACCESS_DENIED` for a token that is missing or wrong, `UNAVAILABLE` when it does not answer, goes silent
 * or answers with another status, `CORRUPT` for an answer that says nothing, `CANCELLED` from the signal. The subject is
 * the address of the service.
 */
export interface CacheService extends AsyncDisposable {
  /** Its address, for a person. */
  readonly location: string;
  /** @throws `INVALID_INPUT` for a period of zero */
  getConfig(request: GetConfigRequest, options?: CallOptions): Promise<Config>;
  /** Reports everything there is; the answer names what is to be pushed. */
  updateCacheRecords(records: RecordStream, options?: CallOptions): Promise<UpdateCacheRecordsResponse>;
  /** Tells which layers the asked for results turned out to have. */
  updateCacheLayers(request: UpdateCacheLayersRequest, options?: CallOptions): Promise<void>;
  /** The merged cache as the bytes of a cache config v0 whose layers say what they are, checked by who parses it. */
  importCache(options?: CallOptions): AsyncIterable<Uint8Array>;
  /** Layers that the service keeps itself. */
  readonly layers: LayerStore;
}

/** Files that tell a service who asks. Each is read when it is needed, and nothing of it is kept or shown. */
export interface ServiceCredentials {
  /** Holds a bearer token, for services that want one. */
  readonly tokenFile?: string | undefined;
  /** A certificate authority that the service's certificate may be signed by, in PEM. */
  readonly caFile?: string | undefined;
  /** The certificate of this machine and its key, in PEM. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * Reaches the service at an address: `http://…`, `https://…`, `tcp://host:port` or `unix:///path.sock`.
 * @throws `INVALID_INPUT` for what is no address of one, and for files that cannot be read
 */
export type ServiceConnector = (url: string, credentials?: ServiceCredentials) => Promise<CacheService>;

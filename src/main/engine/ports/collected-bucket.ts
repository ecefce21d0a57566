import type { CacheErrorData } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';

/** A manifest as a listing shows it. `look`: another text for other bytes. `modifiedAt`: epoch ms by the server's clock. */
export interface FoundManifest {
  readonly name: string;
  readonly look: string;
  readonly modifiedAt: number;
}

/** Manifests, at least one. `isAll`: nothing else lies below the prefix of the cache that was not looked into. */
export interface FoundManifests {
  readonly manifests: readonly FoundManifest[];
  readonly isAll: boolean;
}

/** A blob as a listing shows it. `modifiedAt`: epoch ms by the server's clock; 0 where the server says none. */
export interface FoundBlob {
  readonly digest: Digest;
  readonly size: number;
  readonly modifiedAt: number;
}

/** What became of a blob that was to be deleted. `version`: the mark that hides it, where the bucket keeps versions. */
export interface Removal {
  readonly digest: Digest;
  readonly version?: string | undefined;
  /** Absent: it is deleted. */
  readonly refused?: CacheErrorData | undefined;
}

/** A blob that was deleted, and the mark that hides it; undefined: whichever hides it now, if it was set after `since`. */
export interface HiddenBlob {
  readonly digest: Digest;
  readonly version: string | undefined;
  /** Epoch ms by the server's clock. */
  readonly since: number;
}

/** Uploads in parts that nobody has completed. */
export interface OpenUploads {
  readonly count: number;
  /** Epoch ms of the first; absent where there is none. */
  readonly oldestAt?: number | undefined;
}

/** A rule of a bucket about the age of objects. */
export interface ExpiryRule {
  /** Empty where it has none. */
  readonly id: string;
  readonly isEnabled: boolean;
  /** Keys that begin with it are meant. */
  readonly prefix: string;
  /** It goes by tags too, which BuildKit does not set. */
  readonly hasTags: boolean;
  /** Objects are deleted when they are this old, or at this time (epoch ms); neither: not at all. */
  readonly days?: number | undefined;
  readonly at?: number | undefined;
  /** Storage classes that it moves objects to. */
  readonly movesTo: readonly string[];
  /** Its own form, as JSON, for whoever writes it back. */
  readonly asWritten: unknown;
}

/** Where the parts of a cache lie. A blob is at `blobs` + digest. */
export interface CacheKeys {
  readonly prefix: string;
  readonly blobs: string;
  manifest(name: string): string;
}

/**
 * A cache in a bucket, as collection sees it: names that lead to blobs, and blobs that are deleted one by one. It has no
 * trash and no lock: others write at any time, blobs first and manifests last.
 */
export interface CollectedBucket {
  readonly location: string;
  readonly keys: CacheKeys;
  /** Epoch ms by the server's clock, which may not be ours. To be asked after something else was answered. */
  now(): Promise<number>;
  /**
   * Every manifest that can lead to these blobs, whichever names the location has.
   * @throws `NOT_FOUND` where there is none, `ACCESS_DENIED` for an account that may not list, `UNAVAILABLE`
   */
  manifests(signal?: AbortSignal): Promise<FoundManifests>;
  /**
   * Digests of the blobs that a manifest needs, as it stands now. Digests may repeat.
   * @throws `NOT_FOUND` for one that is gone; `CORRUPT`, `INVALID_INPUT` for one that cannot be read; `UNAVAILABLE`
   */
  needs(name: string, signal?: AbortSignal): Promise<Iterable<string>>;
  /** Lists all blobs, page by page, each once, in no order. Pages are not kept. @throws as `manifests` */
  eachPage(onPage: (page: readonly FoundBlob[]) => void, signal?: AbortSignal): Promise<void>;
  /** How blobs look now; what is not there is not in the answer. Digests are sorted. */
  look(digests: readonly Digest[], signal?: AbortSignal): Promise<ReadonlyMap<string, FoundBlob>>;
  /**
   * Deletes blobs, at most 1,000. What is not there counts as deleted. An answer for each, in any order.
   * @throws where nothing of it was done or it is not known what was
   */
  remove(digests: readonly Digest[], signal?: AbortSignal): Promise<readonly Removal[]>;
  /** Whether what is deleted can come back; `unknown` where the account may not ask. */
  keepsVersions(signal?: AbortSignal): Promise<'versions' | 'none' | 'unknown'>;
  /** Makes deleted blobs visible again, at most 1,000. What is visible already stays so. @throws as `remove` */
  bringBack(blobs: readonly HiddenBlob[], signal?: AbortSignal): Promise<void>;
  /** Undefined where the account may not ask, or the server does not know. */
  openUploads(signal?: AbortSignal): Promise<OpenUploads | undefined>;
  /** Makes a blob as new as if it had been written now; false where it is not there any more. @throws `ACCESS_DENIED` */
  touchBlob(blob: FoundBlob, signal?: AbortSignal): Promise<boolean>;
  /** The same of a manifest; false where it is gone, or another one by now. */
  touchManifest(manifest: FoundManifest, signal?: AbortSignal): Promise<boolean>;
  /** Rules about the age of objects, as the server has them. Undefined where the account may not ask. */
  expiryRules(signal?: AbortSignal): Promise<readonly ExpiryRule[] | undefined>;
}

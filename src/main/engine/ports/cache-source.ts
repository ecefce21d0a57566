import type { CacheForm, Problem, SourceKind } from '../../../shared/model/source.ts';
import type { SourceAbilities } from '../../../shared/model/source-abilities.ts';
import type { RecordUsage } from '../../../shared/model/usage.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { RecordNames } from '../model/record-names.ts';
import type { BlobExtent } from './blob-hasher.ts';
import type { CollectedBucket } from './collected-bucket.ts';

/** One cache of a source, fully read. */
export interface SourceCache {
  readonly ref: string;
  readonly form: CacheForm;
  /** Absent, both, where the cache stands in no document: a daemon's state. */
  readonly manifest?: Descriptor;
  readonly config?: Descriptor;
  readonly parsed: CacheConfig;
  /** Layer descriptors of the manifest, in its order; digests may repeat. */
  readonly descriptors: readonly Descriptor[];
  /** Record → BuildKit's own id, where the source has them: then that is the record's id. Unique in the source. */
  readonly ids?: readonly string[];
}

/** A blob that lies in the source. `problem` says why it cannot be used although something is there. */
export interface SourceBlob {
  readonly digest: Digest;
  readonly size: number;
  readonly mtimeMs: number;
  readonly problem?: 'SIZE_MISMATCH' | 'ACCESS_DENIED' | 'CORRUPT';
}

/** A whole state of a source: everything the catalog is made from. */
export interface SourceSnapshot {
  /** The same text whenever the same bytes are opened; another when anything changed. */
  readonly fingerprint: string;
  readonly caches: readonly SourceCache[];
  readonly blobs: readonly SourceBlob[];
  /** Manifests, indexes and configs that the references lead to: never orphans. */
  readonly documents: readonly Digest[];
  /** Layers of images that the references lead to, also those that caches share: no prune may take them. */
  readonly imageLayers?: readonly Digest[];
  readonly problems: readonly Problem[];
  /**
   * Bytes of all blobs, given where they lie in folders that hold nothing else, each a whole file with one name, and where
   * nothing is wrong with the source: what its `look` can then stand for.
   */
  readonly wholeBytes?: number;
  /** BuildKit's own figures by BuildKit's id, in the order it lists them; absent where the source has none. */
  readonly usage?: ReadonlyMap<string, RecordUsage>;
  /** True where those figures are rounded, so that nothing that follows from them is exact. */
  readonly isUsageRounded?: boolean;
  /** What the source itself calls its records, by digest, or by id where a digest has several names. */
  readonly names?: RecordNames;
  /** Builds that the source tells of. */
  readonly builds?: number;
}

/** Positional reads from a blob. Bytes are not checked against the digest: `verify` does that. */
export interface BlobReader extends AsyncDisposable {
  readonly size: number;
  /** Fills `buffer` from `offset`; fewer bytes only at the end. */
  read(buffer: Uint8Array, offset: number): Promise<number>;
  /** The bytes from `start` (default 0) to the end, in chunks. */
  stream(options?: { start?: number; signal?: AbortSignal }): AsyncIterable<Uint8Array>;
}

/** Progress while a source is read. `total` is absent while it is not known. */
export interface ReadProgress {
  readonly phase: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: 'bytes' | 'records' | 'blobs';
}

/**
 * Anything that holds a build cache, read-only.
 *
 * Strict and kind: what makes the source unreadable as a whole (layout, index, manifest, config) throws a `CacheError`
 * that names the file or field; one bad layer blob becomes a problem of the snapshot and hides nothing else.
 * A source that changes while it is read gives its last whole state, or `UNAVAILABLE` after three tries.
 */
export interface CacheSource {
  /** Part of its identity, and what its icon and name go by. What it can do stands in `can`. */
  readonly kind: SourceKind;
  /** Canonical: the same place gives the same text, however it was written. */
  readonly location: string;
  readonly can: SourceAbilities;
  /** Where its blobs are, for the blob info cache. */
  readonly place: Ref;
  /** Cheap: no config is parsed. */
  fingerprint(signal?: AbortSignal): Promise<string>;
  /**
   * A text that is the same only while no blob came, went, or was replaced, and the index is the same. It costs the same
   * however many blobs there are. Where a snapshot with `wholeBytes` was read after it, it stands for the fingerprint: only
   * who writes into a finished blob changes that one alone. Absent or undefined where nothing of the kind can be promised.
   */
  look?(): Promise<string | undefined>;
  read(options?: { signal?: AbortSignal; onProgress?: (progress: ReadProgress) => void }): Promise<SourceSnapshot>;
  /** @throws `NOT_FOUND` when the blob is not there, `ACCESS_DENIED`, or `CORRUPT` for what is not a plain file inside the source */
  openBlob(digest: Digest): Promise<BlobReader>;
  /**
   * Where blobs lie, for readers in other threads, in the order asked. Cheap: a folder only makes the paths, and whoever
   * opens one finds out whether it is there. `undefined` where a blob is not in the source, or not in a plain stretch of
   * a local file.
   * @throws `CORRUPT` where a path to blobs leads out of the source
   */
  locateBlobs(digests: readonly Digest[]): Promise<readonly (BlobExtent | undefined)[]>;
  /**
   * Names for its records from what lies beside it, once it was read. Absent where nothing does. Never the reason that
   * opening fails.
   * @throws `CANCELLED`
   */
  names?(signal?: AbortSignal): Promise<RecordNames>;
  /** The same place for whoever deletes from it; there where `can.collect` says so. */
  readonly collect?: CollectedBucket;
}

import type { CacheErrorData } from '../../../shared/base/errors.ts';
import type { DigestAlgorithm } from '../../../shared/oci/digest.ts';

/** Where the bytes of a blob lie on this machine: a stretch of one file, so that a worker thread can read it by itself. */
export interface BlobExtent {
  /** Absolute path. The last part is opened without following a symbolic link. */
  readonly path: string;
  readonly offset: number;
  /** Bytes from `offset`; absent: to the end of the file. */
  readonly length?: number;
}

/** One piece of work. `id` comes back with the answer. */
export interface BlobToHash extends BlobExtent {
  readonly id: number;
  readonly algorithm: DigestAlgorithm;
  /** For sharing out the work only: it may be wrong. */
  readonly expectedBytes?: number;
}

/** The hash of one blob, or why it could not be read: a missing file is `NOT_FOUND`, one that is too short `SIZE_MISMATCH`. */
export type BlobHash =
  | { readonly id: number; readonly hex: string; readonly bytes: number; readonly error?: undefined }
  | { readonly id: number; readonly error: CacheErrorData };

/** Options of `hashAll`. */
export interface HashOptions {
  readonly signal?: AbortSignal;
  /** Batches of answers, in the order they are ready; every blob is answered once. */
  readonly onHashed: (hashes: readonly BlobHash[]) => void;
  /** Bytes read since the last call, at most some times a second for each thread. */
  readonly onBytes?: (bytes: number) => void;
}

/** Hashes many blobs on all cores. One pool serves every caller of a process. */
export interface BlobHasher extends AsyncDisposable {
  /**
   * Resolves when all are answered. An unreadable blob is an answer, never a rejection.
   * @throws `CANCELLED` within a moment of the signal
   */
  hashAll(blobs: readonly BlobToHash[], options: HashOptions): Promise<void>;
}

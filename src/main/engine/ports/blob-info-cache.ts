import type { Ref } from '../../../shared/oci/reference.ts';

/** A place where a blob was seen, and when (epoch milliseconds). */
export interface KnownLocation {
  readonly ref: Ref;
  readonly recordedAt: number;
}

/**
 * Blob info cache: what is known of blobs without asking anyone. Two relations: digest → digest of the uncompressed
 * bytes, and digest → places that were seen to hold it. Nothing here is a promise that the blob is still there.
 *
 * A location is one place (transport, registry, repository): recording it again renews its time and its tag.
 */
export interface BIC extends AsyncDisposable {
  /** Digest of the uncompressed bytes of a blob; its own where it was recorded as uncompressed; `undefined` if unknown. */
  uncompressedDigest(digest: string): Promise<string | undefined>;
  /** Remembers what a blob uncompresses to; the newest word counts. */
  recordUncompressed(digest: string, uncompressed: string): Promise<void>;
  /** The same for many blobs, digest → uncompressed, in one write. */
  recordAllUncompressed(uncompressed: ReadonlyMap<string, string>): Promise<void>;
  /** Remembers that a place holds a blob, as of now. */
  recordKnownLocation(digest: string, ref: Ref): Promise<void>;
  /** The same for many blobs of one place, in one write. */
  recordKnownLocations(digests: readonly string[], ref: Ref): Promise<void>;
  /** All places known, the most recently recorded first; ties by their text. */
  knownLocations(digest: string): Promise<KnownLocation[]>;
  /** Forgets a place that turned out not to hold the blob. Unknown: nothing happens. */
  forgetLocation(digest: string, ref: Ref): Promise<void>;
}

import { createHash } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import { compareText, type PackedTexts, textBuffers, textRuns } from '../../engine/remotecache/packed-texts.ts';

/** What is wrong with an entry that stands where a blob should be; as a number, so that it fits a column. */
export const BLOB_FLAW = { none: 0, notAFile: 1, notReadable: 2, wrongSize: 3, cutOff: 4 } as const;

/** Everything that lies under the names of blobs, sorted by digest. Columns, since there may be a million. */
export interface Listing {
  readonly digests: PackedTexts;
  readonly sizes: Float64Array<ArrayBuffer>;
  readonly mtimesMs: Float64Array<ArrayBuffer>;
  readonly flaws: Uint8Array<ArrayBuffer>;
  /** Where the bytes begin in the file of the source; only for a tar. */
  readonly offsets?: Float64Array<ArrayBuffer>;
  /** Whether the folders hold nothing but files under the names of blobs, each with that one name; never of a tar. */
  readonly isPlain: boolean;
}

/**
 * Place of a digest, given by its bytes, in a listing; -1 where it is not.
 * @param guess a place to look at first: BuildKit lists layers by digest too
 */
export function placeOf(listing: Listing, digest: Uint8Array, guess = 0): number {
  let low = 0;
  let high = listing.digests.positions.length - 1;
  let middle = Math.min(guess, high);
  while (low <= high) {
    const order = compareText(listing.digests, middle, digest);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
    middle = (low + high) >> 1;
  }
  return -1;
}

/** The buffers of a listing, to be handed over to another thread. */
export function listingBuffers({ digests, sizes, mtimesMs, flaws, offsets }: Listing): ArrayBuffer[] {
  const columns = [sizes, mtimesMs, flaws, ...(offsets ? [offsets] : [])];
  return [...textBuffers(digests), ...columns.map((column) => column.buffer)];
}

/** A document that is about to be read. */
export interface OpenDocument {
  readonly size: number;
  /** The bytes in chunks of about a MiB; to be read once, and to the end or not at all. */
  chunks(): Iterable<Uint8Array>;
}

/** A layout as the reading thread sees it. Everything here waits for the disk. */
export interface LayoutStorage extends Disposable {
  /** Name of the source in errors: the folder or the tar. */
  readonly name: string;
  /** Looks at the source anew: every call may give another state. @throws when no state can be made out at all */
  list(onProgress: (blobs: number) => void): Listing;
  /** Opens `index.json` or a blob. @throws `NOT_FOUND`, `ACCESS_DENIED`, `CORRUPT` naming the file */
  open(name: string): OpenDocument;
}

/**
 * Reads a document of some MiB at most.
 * @throws `INVALID_INPUT` for a larger one, before any of it is read
 */
export function readWhole(document: OpenDocument, maxBytes: number, subject: string): Uint8Array {
  if (document.size > maxBytes) {
    throw new CacheError('INVALID_INPUT', `${subject} is ${document.size} bytes long, more than can be right.`, {
      subject,
      hint: `At most ${maxBytes} bytes are read.`,
    });
  }
  return Buffer.concat([...document.chunks()]);
}

/**
 * The fingerprint of a state: the same for the same bytes wherever they lie, so neither paths nor times go in. What is
 * inside a blob shows in its name; that the content keeps the promise is for `verify` to find out.
 */
export function fingerprintOf(index: Uint8Array, listing: Listing): string {
  const digests = createHash('sha256');
  for (const { bytes } of textRuns(listing.digests)) digests.update(bytes);
  const hash = createHash('sha256').update('cachewright oci-layout 1\n').update(digests.digest());
  for (const part of [index, listing.sizes, listing.flaws]) hash.update(createHash('sha256').update(part).digest());
  return hash.digest('hex');
}

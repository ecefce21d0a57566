import { CacheError, type CacheErrorCode, isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { BlobExtent } from '../ports/blob-hasher.ts';
import type { BlobContent } from '../ports/cache-target.ts';
import type { BlobStore } from '../ports/managed-store.ts';
import { CommitCopy, type MoteWorkOptions } from '../ports/mote-cache.ts';
import { eachOf } from '../streams/each-of.ts';

/** Small blobs copied at once: the more there are, the more share the price of making them durable. */
const SMALL_AT_ONCE = 64;
const SMALL_BYTES = 64 * 1024;
/** Large blobs copied into a layout at once: enough that neither the disk nor the hash waits. */
const LARGE_AT_ONCE = 8;

/** Options of `copyBlobs`. `onBytes`: how many more are done. */
export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes: (bytes: number, blob: Descriptor) => void;
  readonly onCopied: (descriptor: Descriptor) => void;
}

/** Copies blobs into a layout, each checked against its digest while it is written; see `takeBlobs`. */
export async function copyBlobs(
  source: BlobContent,
  target: BlobStore,
  blobs: readonly Descriptor[],
  { signal, onBytes, onCopied }: CopyOptions,
): Promise<readonly CacheError[]> {
  const places = await source.locateBlobs(blobs.map(({ digest }) => parseDigest(digest)));
  const placeOf = new Map(blobs.map(({ digest }, at) => [digest, places[at]]));
  return takeBlobs(blobs, { signal, largeAtOnce: LARGE_AT_ONCE }, async (blob, stop) => {
    const options = { signal: stop, onBytes: (bytes: number) => onBytes(bytes, blob) };
    await copyBlob(source, placeOf.get(blob.digest), target, blob, options);
    onCopied(blob);
  });
}

/**
 * Does something with many blobs, some at once. A damaged one does not stop the others; what stops them all is any other
 * failure, or the signal.
 * @param largeAtOnce blobs beyond 64 KiB that are worked on at once; of small ones it is 64
 * @param take throws an error whose subject is the blob's digest when it is damaged
 * @returns the damage
 */
export async function takeBlobs(
  blobs: readonly Descriptor[],
  { signal: outer, largeAtOnce }: { readonly signal?: AbortSignal | undefined; readonly largeAtOnce: number },
  take: (blob: Descriptor, signal: AbortSignal) => Promise<void>,
): Promise<readonly CacheError[]> {
  const stop = new AbortController();
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal;
  const damaged: CacheError[] = [];
  const work = async (blob: Descriptor, cut: AbortSignal): Promise<void> => {
    try {
      await take(blob, cut);
    } catch (error) {
      if (!isDamage(error, blob)) throw error;
      damaged.push(error);
    }
  };
  const part = (atOnce: number, some: readonly Descriptor[]) =>
    eachOf(some, { atOnce, signal }, work).catch((error: unknown) => {
      stop.abort();
      throw error;
    });
  const isSmall = ({ size }: Descriptor) => size <= SMALL_BYTES;
  const small = blobs.filter(isSmall);
  const large = blobs.filter((blob) => !isSmall(blob));
  const ends = await Promise.allSettled([part(SMALL_AT_ONCE, small), part(largeAtOnce, large)]);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  // The other part was cancelled by the one that failed; its reason is the one to tell.
  const failure = failures.find((error) => !isCacheError(error, 'CANCELLED')) ?? failures[0];
  if (failure !== undefined) throw failure;
  return damaged;
}

async function copyBlob(
  source: BlobContent,
  place: BlobExtent | undefined,
  target: BlobStore,
  { digest: text, mediaType, size }: Descriptor,
  options: MoteWorkOptions,
): Promise<void> {
  const digest = parseDigest(text);
  /** What goes wrong at the target is told of its own place. */
  const written = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw writersError(error, target.moteRef(digest), digest);
    });
  if (place && place.offset === 0 && place.length === undefined) {
    const commit = target.commitMote(place.path, { digest, mediaType, dataSize: size }, CommitCopy, options);
    await written(commit).catch((error: unknown) => {
      throw missingFile(error, place.path, digest);
    });
    return;
  }
  await using reader = await source.openBlob(digest);
  await written(target.createMote(digest, mediaType, size));
  await using writer = await written(target.moteWriter(digest, options));
  for await (const chunk of reader.stream(options.signal ? { signal: options.signal } : {})) {
    await written(writer.write(chunk));
  }
  await written(writer.close());
}

const DAMAGE: readonly CacheErrorCode[] = ['DIGEST_MISMATCH', 'SIZE_MISMATCH', 'NOT_FOUND', 'CORRUPT'];

/** Whether an error says that a blob is not what its descriptor says, and nothing about where it lies. */
export function isDamage(error: unknown, { digest }: Pick<Descriptor, 'digest'>): error is CacheError {
  return isCacheError(error) && error.subject === digest && DAMAGE.includes(error.code);
}

/** Only a writer can tell that bytes are others than they should be; whatever else it says is about its own disk. */
function writersError(error: unknown, place: string, digest: Digest): unknown {
  const isContent = isCacheError(error, 'DIGEST_MISMATCH') || isCacheError(error, 'SIZE_MISMATCH');
  if (isContent || !isDamage(error, { digest })) return error;
  return CacheError.fromData({ ...error.toJSON(), subject: place }, error);
}

/** The source's file is gone: said of the blob, as a reader would. */
function missingFile(error: unknown, path: string, digest: Digest): unknown {
  if (!isCacheError(error, 'NOT_FOUND') || error.subject !== path) return error;
  return new CacheError('NOT_FOUND', 'The blob is not in the source any more.', { subject: digest, cause: error });
}

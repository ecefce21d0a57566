import { CacheError, type CacheErrorData } from '../../../shared/base/errors.ts';
import type { VerifyReport } from '../../../shared/model/job.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { splitDigest } from '../../../shared/oci/digest.ts';
import type { BlobHash, BlobHasher, BlobToHash } from '../ports/blob-hasher.ts';
import type { CacheSource, SourceBlob } from '../ports/cache-source.ts';
import type { RawProgress } from '../ports/jobs.ts';
import { eachOf } from '../streams/each-of.ts';
import { hashStream } from '../streams/hash-stream.ts';
import { type ExpectedBlob, expectedBlobs } from './expected-blobs.ts';

/** Blobs that come from elsewhere are waited for together. */
const STREAMS_AT_ONCE = 4;

/** What a check is given. */
export interface VerifyOptions {
  readonly hasher: BlobHasher;
  readonly signal: AbortSignal;
  progress(progress: RawProgress): void;
}

/**
 * Reads and hashes every blob of a source, whatever it is for: layers, configs, manifests, and what nothing refers to.
 *
 * `checked` counts the blobs that are there; each is either `ok` or in `corrupt`. `missing`: referred to and not there.
 * A blob is corrupt when its bytes have another digest or another size than its descriptors say, or when it cannot be
 * read at all; `details` say which. All lists are sorted.
 * @throws what makes the source unreadable as a whole, `CANCELLED`
 */
export async function verifyBlobs(source: CacheSource, options: VerifyOptions): Promise<VerifyReport> {
  const { signal, progress } = options;
  const snapshot = await source.read({ signal, onProgress: progress });
  const expected = expectedBlobs(snapshot);
  const present = new Set<string>(snapshot.blobs.map((blob) => blob.digest));
  const missing = [...expected.keys()].filter((digest) => !present.has(digest)).sort();

  const details: CacheErrorData[] = missing.map((digest) => missingBlob(digest, expected.get(digest)));
  const corrupt = new Set<string>();
  const condemn = (detail: CacheErrorData): void => {
    if (detail.subject === undefined || corrupt.has(detail.subject)) return;
    corrupt.add(detail.subject);
    details.push(detail);
  };
  let bytes = 0;
  let done = 0;
  const total = snapshot.blobs.reduce((sum, blob) => sum + blob.size, 0);
  const onBytes = (more: number): void => {
    done += more;
    progress({ phase: 'hashing', done: Math.min(done, total), total, unit: 'bytes' });
  };
  const judge = (blob: SourceBlob, found: BlobHash): void => {
    if (found.error === undefined) bytes += found.bytes;
    const fault = compare(blob, expected.get(blob.digest), found);
    if (fault) condemn(fault);
  };

  onBytes(0);
  const work: BlobToHash[] = [];
  const streamed: number[] = [];
  const extents = await source.locateBlobs(snapshot.blobs.map((blob) => blob.digest));
  for (const [id, blob] of snapshot.blobs.entries()) {
    const extent = extents[id];
    if (!extent) streamed.push(id);
    else work.push({ id, ...extent, algorithm: splitDigest(blob.digest).algorithm, expectedBytes: blob.size });
  }
  await options.hasher.hashAll(work, {
    signal,
    onBytes,
    onHashed(hashes) {
      for (const found of hashes) {
        const blob = snapshot.blobs[found.id];
        if (blob) judge(blob, found);
      }
    },
  });
  await eachOf(streamed, { atOnce: STREAMS_AT_ONCE, signal }, async (id, stop) => {
    const blob = snapshot.blobs[id];
    if (blob) judge(blob, await hashStream(source, blob.digest, { id, signal: stop, onBytes }));
  });

  const checked = snapshot.blobs.length;
  return {
    checked,
    bytes,
    ok: checked - corrupt.size,
    missing,
    corrupt: [...corrupt].sort(),
    details: sorted(details),
  };
}

/** What is wrong with a blob that is there, if anything. Size comes first: it says more about what happened. */
function compare(blob: SourceBlob, expected: ExpectedBlob | undefined, found: BlobHash): CacheErrorData | undefined {
  if (found.error !== undefined) return { ...found.error, subject: blob.digest };
  const { hex } = splitDigest(blob.digest);
  const differs = found.hex !== hex;
  if (expected?.size !== undefined && expected.size !== found.bytes) {
    return fault('SIZE_MISMATCH', blob.digest, {
      message: `The ${expected.role} has ${found.bytes} bytes; its descriptor says ${expected.size}.`,
      hint: differs ? 'It was cut off or written to: export or copy the cache again.' : 'Its descriptor is wrong.',
    });
  }
  if (!differs) return undefined;
  return fault('DIGEST_MISMATCH', blob.digest, {
    message: `The ${found.bytes} bytes of this ${expected?.role ?? 'blob'} have the digest ${splitDigest(blob.digest).algorithm}:${found.hex}.`,
    hint: 'Its bytes changed after it was written: copy it from another cache, or prune the records that use it.',
  });
}

function missingBlob(digest: string, expected: ExpectedBlob | undefined): CacheErrorData {
  return fault('NOT_FOUND', digest as Digest, {
    message: `A ${expected?.role ?? 'blob'} that is referred to is not there.`,
    hint: 'Builds that need it will fail or miss: copy it from another cache, or prune the records that use it.',
  });
}

function fault(
  code: CacheErrorData['code'],
  subject: Digest,
  { message, hint }: { message: string; hint: string },
): CacheErrorData {
  return new CacheError(code, message, { subject, hint }).toJSON();
}

function sorted(details: readonly CacheErrorData[]): CacheErrorData[] {
  const key = (detail: CacheErrorData): string => detail.subject ?? '';
  return [...details].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

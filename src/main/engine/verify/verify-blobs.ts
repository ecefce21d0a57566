import { CacheError, type CacheErrorData } from '../../../shared/base/errors.ts';
import type { VerifyReport } from '../../../shared/model/job.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { splitDigest } from '../../../shared/oci/digest.ts';
import type { BlobHash, BlobHasher, BlobToHash } from '../ports/blob-hasher.ts';
import type { CacheSource, SourceBlob, SourceSnapshot } from '../ports/cache-source.ts';
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

/** Times that a source which others change is looked at again. */
const MAX_LOOKS = 5;

/**
 * Reads and hashes every blob of a source, whatever it is for: layers, configs, manifests, and what nothing refers to.
 *
 * `checked` counts the blobs that are there; each is either `ok` or in `corrupt`. `missing`: referred to and not there.
 * A blob is corrupt when its bytes have another digest or another size than its descriptors say, or when it cannot be
 * read at all; `details` say which. All lists are sorted. Where something is wrong and the source has changed meanwhile,
 * it is judged as it is then: what a prune beside it took is not missing.
 * @throws what makes the source unreadable as a whole, `CANCELLED`
 */
export async function verifyBlobs(source: CacheSource, options: VerifyOptions): Promise<VerifyReport> {
  const { signal, progress } = options;
  const found = new Map<string, BlobHash>();
  for (let look = 1; ; look += 1) {
    const snapshot = await source.read({ signal, onProgress: progress });
    await hashBlobs(source, snapshot.blobs, found, options);
    const report = judge(snapshot, found);
    if (report.details.length === 0 || look === MAX_LOOKS) return report;
    if ((await source.fingerprint(signal)) === snapshot.fingerprint) return report;
    for (const [digest, { error }] of found) if (error !== undefined) found.delete(digest);
  }
}

/** Hashes those that were not yet. */
async function hashBlobs(
  source: CacheSource,
  all: readonly SourceBlob[],
  found: Map<string, BlobHash>,
  { hasher, signal, progress }: VerifyOptions,
): Promise<void> {
  const blobs = all.filter(({ digest }) => !found.has(digest));
  const total = all.reduce((sum, blob) => sum + blob.size, 0);
  let done = total - blobs.reduce((sum, blob) => sum + blob.size, 0);
  const onBytes = (more: number): void => {
    done += more;
    progress({ phase: 'hashing', done: Math.min(done, total), total, unit: 'bytes' });
  };

  onBytes(0);
  const work: BlobToHash[] = [];
  const streamed: number[] = [];
  const extents = await source.locateBlobs(blobs.map((blob) => blob.digest));
  for (const [id, blob] of blobs.entries()) {
    const extent = extents[id];
    if (!extent) streamed.push(id);
    else work.push({ id, ...extent, algorithm: splitDigest(blob.digest).algorithm, expectedBytes: blob.size });
  }
  await hasher.hashAll(work, {
    signal,
    onBytes,
    onHashed(hashes) {
      for (const hash of hashes) {
        const blob = blobs[hash.id];
        if (blob) found.set(blob.digest, hash);
      }
    },
  });
  await eachOf(streamed, { atOnce: STREAMS_AT_ONCE, signal }, async (id, stop) => {
    const blob = blobs[id];
    if (blob) found.set(blob.digest, await hashStream(source, blob.digest, { id, signal: stop, onBytes }));
  });
}

/** What the hashes say of a source as it was read. */
function judge(snapshot: SourceSnapshot, found: ReadonlyMap<string, BlobHash>): VerifyReport {
  const expected = expectedBlobs(snapshot);
  const present = new Set<string>(snapshot.blobs.map((blob) => blob.digest));
  const missing = [...expected.keys()].filter((digest) => !present.has(digest)).sort();
  const details: CacheErrorData[] = missing.map((digest) => missingBlob(digest, expected.get(digest)));
  const corrupt = new Set<string>();
  let bytes = 0;
  for (const blob of snapshot.blobs) {
    const hash = found.get(blob.digest);
    if (!hash) continue;
    if (hash.error === undefined) bytes += hash.bytes;
    const fault = compare(blob, expected.get(blob.digest), hash);
    if (!fault || corrupt.has(blob.digest)) continue;
    corrupt.add(blob.digest);
    details.push(fault);
  }
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

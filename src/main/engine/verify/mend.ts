import { CacheError, type CacheErrorCode, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { MendReport, QuarantineReport } from '../../../shared/model/damage.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest, shortDigest, splitDigest } from '../../../shared/oci/digest.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { ManagedStore } from '../ports/managed-store.ts';
import { copyBlobs } from '../store/copy-blobs.ts';
import { quarantineDamaged } from '../store/quarantine-damaged.ts';
import { waiting } from '../store/waiting.ts';
import { hashStream } from '../streams/hash-stream.ts';
import { type ExpectedBlob, expectedBlobs } from './expected-blobs.ts';

/** A store with damage, and which of it is meant: absent, all that is known. */
export interface DamagedStore {
  readonly store: ManagedStore;
  /** The same store, for reading. */
  readonly source: CacheSource;
  readonly digests?: readonly Digest[] | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
  readonly log: (text: string) => void;
}

interface LeftAlone {
  readonly digest: string;
  readonly reason: string;
}

/** Why a blob that was held to be damaged stays. */
export const IS_WHOLE = 'its bytes are right';

const ANOTHER_READ = 'Looking at damaged blobs';

/** Takes damaged layers out of a store. Its manifests and configs stay: without them nobody could read the rest. */
export async function quarantineInStore(damaged: DamagedStore): Promise<QuarantineReport> {
  const { store, signal, onProgress, log } = damaged;
  const { wanted, expected } = await suspects(damaged, 'damaged');
  const leftAlone: LeftAlone[] = [];
  const layers = wanted.filter((digest) => {
    const isDocument = isDocumentRole(expected.get(digest));
    if (isDocument) leftAlone.push({ digest, reason: 'the store cannot be read without it: re-import it' });
    return !isDocument;
  });
  const { moved, whole, absent } = await quarantineDamaged(store, layers, {
    signal,
    onWait: waiting(onProgress),
    onBytes: byteCount(onProgress, ANOTHER_READ),
  });
  for (const digest of whole) leftAlone.push({ digest, reason: IS_WHOLE });
  for (const digest of absent) leftAlone.push({ digest, reason: 'it is not there' });
  for (const { digest, problem } of moved) log(`quarantined ${digest}: ${problem}`);
  for (const { digest, reason } of leftAlone) log(`left alone ${digest}: ${reason}`);
  return {
    quarantined: moved.map(({ digest }) => digest),
    bytes: moved.reduce((sum, { size }) => sum + size, 0),
    leftAlone,
  };
}

/**
 * Copies damaged and missing blobs of a store anew from `origin`, each checked against its digest. Only what the origin
 * has is touched; what lies damaged goes into quarantine before. Cut off anywhere, running it again goes on.
 */
export async function mendStore(damaged: DamagedStore & { readonly origin: CacheSource }): Promise<MendReport> {
  const { store, origin, signal, onProgress, log } = damaged;
  const { wanted, expected } = await suspects(damaged, 'damaged or missing');
  const leftAlone: LeftAlone[] = [];
  const blobs: Descriptor[] = [];
  for (const digest of wanted) {
    throwIfAborted(signal);
    onProgress({
      phase: 'Looking for blobs',
      done: blobs.length,
      total: wanted.length,
      unit: 'blobs',
      subject: digest,
    });
    const size = await sizeAt(origin, digest, expected.get(digest), signal);
    if (typeof size === 'number') blobs.push({ mediaType: 'application/octet-stream', digest, size });
    else leftAlone.push({ digest, reason: size.message });
  }
  const digests = blobs.map(({ digest }) => parseDigest(digest));
  await using _lease = await store.lease(digests);
  const { moved, whole } = await quarantineDamaged(store, digests, {
    signal,
    onWait: waiting(onProgress),
    onBytes: byteCount(onProgress, ANOTHER_READ),
  });
  for (const { digest, problem } of moved) log(`quarantined ${digest}: ${problem}`);
  for (const digest of whole) leftAlone.push({ digest, reason: IS_WHOLE });

  const isWhole = new Set<string>(whole);
  const missing = blobs.filter(({ digest }) => !isWhole.has(digest));
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const mended: Descriptor[] = [];
  let done = 0;
  const failed = await copyBlobs(origin, store.blobs, missing, {
    signal,
    onBytes: (bytes, { digest }) => {
      done += bytes;
      onProgress({ phase: 'Copying', done: Math.min(done, total), total, unit: 'bytes', subject: digest });
    },
    onCopied: (blob) => {
      mended.push(blob);
      log(`mended ${shortDigest(blob.digest)}`);
    },
  });
  for (const { subject = '', message } of failed) leftAlone.push({ digest: subject, reason: message });
  for (const { digest, reason } of leftAlone) log(`not mended ${digest}: ${reason}`);
  return {
    from: origin.location,
    mended: mended.map(({ digest }) => digest).sort(),
    bytes: mended.reduce((sum, { size }) => sum + size, 0),
    quarantined: moved.map(({ digest }) => digest),
    leftAlone,
  };
}

/** Which blobs are meant, and what every blob of the store is for. */
async function suspects(
  { source, digests, signal }: DamagedStore,
  what: 'damaged' | 'damaged or missing',
): Promise<{ wanted: Digest[]; expected: ReadonlyMap<string, ExpectedBlob> }> {
  const snapshot = await source.read({ signal });
  const expected = expectedBlobs(snapshot);
  if (digests) return { wanted: [...new Set(digests)], expected };
  const present = new Set<string>(snapshot.blobs.map(({ digest }) => digest));
  const damaged = snapshot.blobs.filter(({ problem }) => problem).map(({ digest }) => digest);
  const missing = [...expected.keys()].filter((digest) => !present.has(digest)).map((text) => parseDigest(text));
  return { wanted: what === 'damaged' ? damaged : [...damaged, ...missing], expected };
}

const NOT_TO_BE_HAD: readonly CacheErrorCode[] = ['NOT_FOUND', 'CORRUPT', 'ACCESS_DENIED'];

/** The size under which a blob can be copied from there, or why it cannot. Of a document the bytes are looked at too. */
async function sizeAt(
  origin: CacheSource,
  digest: Digest,
  expected: ExpectedBlob | undefined,
  signal: AbortSignal,
): Promise<number | CacheError> {
  try {
    await using reader = await origin.openBlob(digest);
    if (isDocumentRole(expected)) {
      // A store without one of these cannot be read: it is not given away for a promise.
      const found = await hashStream(origin, digest, { id: 0, signal, onBytes: () => {} });
      if (found.error !== undefined) return CacheError.fromData(found.error);
      if (found.hex !== splitDigest(digest).hex) {
        return new CacheError('DIGEST_MISMATCH', 'The blob is damaged there too.', { subject: digest });
      }
    }
    return expected?.size ?? reader.size;
  } catch (thrown) {
    const error = toCacheError(thrown, digest);
    if (!NOT_TO_BE_HAD.includes(error.code)) throw error;
    return error.code === 'NOT_FOUND'
      ? new CacheError('NOT_FOUND', `It is not in ${origin.location}.`, { subject: digest })
      : error;
  }
}

function isDocumentRole(expected: ExpectedBlob | undefined): boolean {
  return expected !== undefined && expected.role !== 'layer';
}

function byteCount(onProgress: DamagedStore['onProgress'], phase: string): (bytes: number, subject: string) => void {
  let done = 0;
  return (bytes, subject) => {
    done += bytes;
    onProgress({ phase, done, unit: 'bytes', subject });
  };
}

import { createHash } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Problem } from '../../../shared/model/source.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { s3Place } from '../../../shared/oci/reference.ts';
import { formatS3Address, type S3Address } from '../../../shared/oci/s3-address.ts';
import type { CacheSource, ReadProgress, SourceBlob, SourceSnapshot } from '../../engine/ports/cache-source.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { layerProblems } from '../../engine/remotecache/layer-problems.ts';
import { type Bucket, createBucket, type S3Object } from './bucket.ts';
import type { S3Connector } from './client.ts';
import { createCollectedBucket } from './collected-bucket.ts';
import { s3Layout } from './layout.ts';
import { askForBlobs, listBlobs } from './list-blobs.ts';
import { createObjectReader } from './object-reader.ts';
import { type ReadManifest, readManifest } from './read-manifest.ts';

/** What is declared of every cache in S3. */
export const S3 = { kind: 's3', can: { ...READ_ONLY_CACHE, collect: true } } as const;

/** A source in S3, and a cheap check that there is one. */
export interface S3Source extends CacheSource {
  /** @throws `NOT_FOUND` where no cache lies, and why it cannot be asked */
  checkThere(signal?: AbortSignal): Promise<void>;
}

/** Which blobs are there; `isWhole` where that is all that lie there, and not only those that were asked for. */
interface Blobs {
  readonly there: ReadonlyMap<Digest, S3Object>;
  readonly isWhole: boolean;
}

/**
 * Caches that BuildKit's `type=s3` has written to a bucket: those that the address names, or all below its prefix. An
 * account that may read but not list can open caches by their names; then what else lies there is not known.
 * @param now epoch ms
 */
export function createS3Source(address: S3Address, connect: S3Connector, now = systemClock.now): S3Source {
  const location = formatS3Address(address);
  const layout = s3Layout(address);
  const bucket = createBucket(address, location, connect);
  /** Where each document lies, and how large each blob is, as they were last read. */
  let keys: ReadonlyMap<Digest, string> = new Map();
  let sizes: ReadonlyMap<Digest, number> = new Map();

  /** The manifests that are meant, by name. */
  async function manifests(signal?: AbortSignal): Promise<Map<string, S3Object>> {
    if (address.names.length > 0) return namedManifests(bucket, layout.manifestKey, address.names, location, signal);
    const { objects } = await bucket.list(layout.manifests, { signal }).catch((error: unknown) => {
      throw isCacheError(error, 'ACCESS_DENIED') ? withNameHint(error) : error;
    });
    const found = objects.flatMap((object): [string, S3Object][] => {
      const name = layout.nameOf(object.key);
      return name === undefined ? [] : [[name, object]];
    });
    if (found.length === 0) throw noCache(location, layout.manifests);
    return new Map(found);
  }

  /** All blobs that lie there, or, for an account that may not list, those that are needed. */
  async function blobs(
    needed: Iterable<string>,
    signal?: AbortSignal,
    onProgress?: (progress: ReadProgress) => void,
  ): Promise<Blobs> {
    const onListed = (done: number): void => onProgress?.({ phase: 'Listing blobs', done, unit: 'blobs' });
    try {
      return { there: await listBlobs(bucket, layout, { signal, onListed }), isWhole: true };
    } catch (error) {
      if (!isCacheError(error, 'ACCESS_DENIED')) throw error;
      return { there: await askForBlobs(bucket, layout, needed, { signal, onListed }), isWhole: false };
    }
  }

  async function read(signal: AbortSignal | undefined, onProgress: (progress: ReadProgress) => void) {
    const problems: Problem[] = [];
    const read: ReadManifest[] = [];
    for (const [name, { key }] of await manifests(signal)) {
      try {
        read.push(await readManifest(bucket, key, name, { subject: location, signal, onProgress }));
      } catch (error) {
        // What was not asked for by name hides nothing else.
        const isBad = isCacheError(error, 'CORRUPT') || isCacheError(error, 'INVALID_INPUT');
        if (!isBad || address.names.length > 0) throw error;
        problems.push({ ...error.toJSON(), hint: `It is left out. ${error.hint ?? ''}`.trim() });
      }
    }
    if (read.length === 0) throw problems[0] ? CacheError.fromData(problems[0]) : noCache(location, layout.manifests);
    const layers = read.flatMap(({ cache }) => cache.descriptors);
    const found = await blobs(
      layers.map(({ digest }) => digest),
      signal,
      onProgress,
    );
    keys = new Map(read.map(({ cache, object }) => [parseDigest(cache.manifest?.digest ?? ''), object.key]));
    sizes = new Map([...found.there].map(([digest, { size }]) => [digest, size]));
    const objects = new Map(read.map(({ cache, object }) => [cache.ref, object]));
    const snapshot: SourceSnapshot = {
      fingerprint: fingerprintOf(objects, found),
      caches: read.map(({ cache }) => cache),
      blobs: blobsOf(read, found.there, new Map(layers.map(({ digest, size }) => [digest, size]))),
      documents: [...keys.keys()],
      problems: [...problems, ...layerProblems(layers, sizes, 'bucket')],
    };
    return snapshot;
  }

  return {
    ...S3,
    collect: createCollectedBucket(address, connect, now),
    location,
    place: s3Place(address),
    checkThere: async (signal) => void (await manifests(signal)),
    async fingerprint(signal) {
      const found = await manifests(signal);
      // Where blobs cannot be listed, the manifests alone must do.
      const there = await listBlobs(bucket, layout, { signal }).catch((error: unknown) => {
        if (isCacheError(error, 'ACCESS_DENIED')) return undefined;
        throw error;
      });
      return fingerprintOf(found, { there: there ?? new Map(), isWhole: there !== undefined });
    },
    read: ({ signal, onProgress = () => {} } = {}) => read(signal, onProgress),
    locateBlobs: async (digests) => digests.map(() => undefined),
    async openBlob(digest) {
      const key = keys.get(parseDigest(digest)) ?? layout.blobKey(digest);
      const size = sizes.get(digest) ?? (await bucket.head(key, undefined, digest))?.size;
      if (size === undefined) throw noBlob(digest);
      return createObjectReader(bucket, key, digest, size);
    },
  };
}

async function namedManifests(
  bucket: Bucket,
  keyOf: (name: string) => string,
  names: readonly string[],
  location: string,
  signal?: AbortSignal,
): Promise<Map<string, S3Object>> {
  const found = new Map<string, S3Object>();
  for (const name of names) {
    const object = await bucket.head(keyOf(name), signal);
    if (!object) throw noCache(location, keyOf(name));
    found.set(name, object);
  }
  return found;
}

/** The same whenever the same objects lie there. */
function fingerprintOf(manifests: ReadonlyMap<string, S3Object>, { there, isWhole }: Blobs): string {
  const hash = createHash('sha256').update('cachewright s3 1\n');
  for (const [name, { etag, size }] of [...manifests].sort(byText))
    hash.update(`${JSON.stringify(name)} ${etag} ${size}\n`);
  if (!isWhole) return hash.digest('hex');
  for (const [digest, { size }] of [...there].sort(byText)) hash.update(`${digest} ${size}\n`);
  return hash.digest('hex');
}

function byText([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Everything that lies there, sorted by digest. */
function blobsOf(
  manifests: readonly ReadManifest[],
  there: ReadonlyMap<Digest, S3Object>,
  expected: ReadonlyMap<string, number>,
): SourceBlob[] {
  const blobs = new Map<Digest, SourceBlob>();
  for (const [digest, { size, modifiedAt }] of there) {
    const isFit = (expected.get(digest) ?? size) === size;
    blobs.set(digest, { digest, size, mtimeMs: modifiedAt, ...(isFit ? {} : { problem: 'SIZE_MISMATCH' }) });
  }
  for (const { cache, object } of manifests) {
    const digest = parseDigest(cache.manifest?.digest ?? '');
    blobs.set(digest, { digest, size: cache.manifest?.size ?? 0, mtimeMs: object.modifiedAt });
  }
  return [...blobs.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

function noCache(location: string, key: string): CacheError {
  return new CacheError('NOT_FOUND', `No cache lies under ${key} in the bucket.`, {
    subject: location,
    hint: 'Check prefix and name. BuildKit writes to manifests/buildkit where no prefix and no name is given.',
  });
}

function noBlob(digest: Digest): CacheError {
  return new CacheError('NOT_FOUND', 'The bucket does not have this blob.', {
    subject: digest,
    hint: 'A lifecycle rule or a person removed it, or it was never written. Export the cache again.',
  });
}

/** Names are found by listing; who knows one needs none. */
function withNameHint(error: CacheError): CacheError {
  const data = {
    ...error.toJSON(),
    hint: `${error.hint ?? ''} Without s3:ListBucket, write name=… with the name of a cache.`,
  };
  return CacheError.fromData(data, error);
}

import { createHash } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { ReadProgress, SourceCache } from '../../engine/ports/cache-source.ts';
import { textAt } from '../../engine/remotecache/packed-texts.ts';
import { type PackedConfig, parsePacked, unpackConfigSlowly } from '../../engine/remotecache/parse.ts';
import { withoutLayerAnnotations } from '../../engine/remotecache/s3-manifest.ts';
import type { Bucket, OpenObject, S3Object } from './bucket.ts';
import { readObject } from './read-object.ts';

/** How often a manifest is read again that was replaced in the middle. */
const TRIES = 3;

/** A cache, and the object that it was read from. */
export interface ReadManifest {
  readonly cache: SourceCache;
  readonly object: S3Object;
}

/** How a manifest is read. */
interface ReadManifestOptions {
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
  onProgress(done: ReadProgress): void;
}

/** The config that a manifest is, as it was read. */
interface PackedManifest {
  readonly packed: PackedConfig;
  readonly object: S3Object;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

/**
 * Reads the cache that a manifest of BuildKit's S3 back end holds. The digest is that of the bytes: nothing else names one.
 * @throws `NOT_FOUND`, `CORRUPT` or `INVALID_INPUT` naming the field, `UNAVAILABLE`, `ACCESS_DENIED`, `CANCELLED`
 */
export function readManifest(
  bucket: Bucket,
  key: string,
  name: string,
  options: ReadManifestOptions,
): Promise<ReadManifest> {
  return readWhole(bucket, key, name, options, async ({ packed, object, digest, size }) => {
    const { config, descriptors } = withoutLayerAnnotations(await unpackConfigSlowly(packed));
    const manifest = { mediaType: MEDIA_TYPES.cacheConfig, digest, size };
    // It is both: what a build asks for by name, and the config.
    return { cache: { ref: name, form: 's3', manifest, config: manifest, parsed: config, descriptors }, object };
  });
}

/**
 * Reads the digests of the layers that a manifest names, and nothing else of it: also of one that BuildKit would not import,
 * since its layers do not say what they are.
 * @throws as `readManifest`
 */
export function readNeeds(
  bucket: Bucket,
  key: string,
  name: string,
  options: Omit<ReadManifestOptions, 'onProgress'>,
): Promise<readonly string[]> {
  return readWhole(bucket, key, name, { ...options, onProgress: () => {} }, async ({ packed }) =>
    Array.from(packed.layerBlob, (text) => textAt(packed.packedTexts, text)),
  );
}

/** Reads a manifest, again where it is replaced in the middle. */
async function readWhole<T>(
  bucket: Bucket,
  key: string,
  name: string,
  options: ReadManifestOptions,
  use: (manifest: PackedManifest) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await use(await readOnce(bucket, key, name, options));
    } catch (error) {
      if (!isCacheError(error, 'CONFLICT') || tried === TRIES) throw inManifest(error, name);
    }
  }
}

async function readOnce(
  bucket: Bucket,
  key: string,
  name: string,
  { subject, signal, onProgress }: ReadManifestOptions,
): Promise<PackedManifest> {
  const hash = createHash('sha256');
  let object: OpenObject | undefined;
  let size = 0;
  const onOpen = (opened: OpenObject): void => {
    object = opened;
  };
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of readObject(bucket, key, { subject, signal, isFixed: true, onOpen })) {
      size += chunk.length;
      hash.update(chunk);
      yield chunk;
      onProgress({ phase: `Reading ${name}`, done: size, total: object?.size ?? size, unit: 'bytes' });
    }
  };
  const packed = await parsePacked(hashed(), signal ? { signal } : {});
  if (!object) throw new CacheError('INTERNAL', 'a manifest that was never opened');
  return { packed, object, digest: `sha256:${hash.digest('hex')}`, size };
}

/** The subject stays the field; the sentence says in which manifest. */
function inManifest(error: unknown, name: string): unknown {
  const isField = isCacheError(error, 'CORRUPT') || isCacheError(error, 'INVALID_INPUT');
  if (!isField) return error;
  return CacheError.fromData(
    { ...error.toJSON(), message: `${error.message} This is in the manifest of ${name}.` },
    error,
  );
}

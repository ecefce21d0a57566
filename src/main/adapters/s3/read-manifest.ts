import { createHash } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { ReadProgress, SourceCache } from '../../engine/ports/cache-source.ts';
import { parsePacked, unpackConfigSlowly } from '../../engine/remotecache/parse.ts';
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

/**
 * Reads the cache that a manifest of BuildKit's S3 back end holds. The digest is that of the bytes: nothing else names one.
 * @throws `NOT_FOUND`, `CORRUPT` or `INVALID_INPUT` naming the field, `UNAVAILABLE`, `ACCESS_DENIED`, `CANCELLED`
 */
export async function readManifest(
  bucket: Bucket,
  key: string,
  name: string,
  options: {
    readonly subject: string;
    readonly signal?: AbortSignal | undefined;
    onProgress(done: ReadProgress): void;
  },
): Promise<ReadManifest> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await readOnce(bucket, key, name, options);
    } catch (error) {
      if (!isCacheError(error, 'CONFLICT') || tried === TRIES) throw inManifest(error, name);
    }
  }
}

async function readOnce(
  bucket: Bucket,
  key: string,
  name: string,
  { subject, signal, onProgress }: Parameters<typeof readManifest>[3],
): Promise<ReadManifest> {
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
  const { config, descriptors } = withoutLayerAnnotations(await unpackConfigSlowly(packed));
  const manifest = { mediaType: MEDIA_TYPES.cacheConfig, digest: `sha256:${hash.digest('hex')}`, size };
  if (!object) throw new CacheError('INTERNAL', 'a manifest that was never opened');
  // It is both: what a build asks for by name, and the config.
  const cache: SourceCache = { ref: name, form: 's3', manifest, config: manifest, parsed: config, descriptors };
  return { cache, object };
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

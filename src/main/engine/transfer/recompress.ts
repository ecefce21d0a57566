import { createHash, type Hash } from 'node:crypto';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { CacheError, type CacheErrorCode, isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { isDigest, parseDigest, splitDigest } from '../../../shared/oci/digest.ts';
import { ANNOTATIONS, compressionOf } from '../../../shared/oci/media-types.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import { hashStream } from '../streams/hash-stream.ts';
import { through } from '../streams/through.ts';
import { packingOf, UNPACK_LIMITS, unpacked, withinLimits } from '../streams/unpack.ts';
import { type LayerCompression, recompressedLayer } from './recompressed-layer.ts';

/** Options of `recompressBlob`. */
export interface RecompressOptions {
  readonly signal?: AbortSignal | undefined;
  /** How many more bytes of the source blob are read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** For tests: what a layer may unpack to. */
  readonly limits?: typeof UNPACK_LIMITS | undefined;
}

/**
 * A layer with another compression: unpacked, packed anew and given to `write`, a piece after the other, in memory that
 * does not grow with the layer. The same bytes come out on every machine with the same zlib. On the way the source is
 * checked against its digest and what it unpacks to against its diff id; where there is none, it is put.
 *
 * Whoever writes must throw the pieces away when this throws: all are written by the time a digest turns out wrong.
 * @returns the descriptor of what was written, or `same` for a layer that has this compression; then nothing was written
 * @throws naming the blob: `DIGEST_MISMATCH`, `SIZE_MISMATCH`, `NOT_FOUND`, `CORRUPT` for what cannot be unpacked or unpacks beyond the limits,
 *   `UNSUPPORTED_FORMAT` for another compression; `CANCELLED`, and what `write` throws
 */
export async function recompressBlob(
  source: Pick<CacheSource, 'openBlob'>,
  blob: Descriptor,
  to: LayerCompression,
  write: (chunk: Uint8Array) => Promise<void>,
  options: RecompressOptions = {},
): Promise<Descriptor | 'same'> {
  if (compressionOf(blob.mediaType) === to) return 'same';
  const digest = parseDigest(blob.digest);
  const diffId = diffIdOf(blob);
  throwIfAborted(options.signal);
  await using reader = await source.openBlob(digest);
  const packing = await packingOf(reader, blob.mediaType).catch((error: unknown) => {
    throw isCacheError(error, 'UNSUPPORTED_FORMAT') ? refused('UNSUPPORTED_FORMAT', blob, error.message) : error;
  });
  if (packing === to && compressionOf(blob.mediaType) === 'unknown') return 'same';
  if (reader.size !== blob.size) {
    throw refused('SIZE_MISMATCH', blob, `It should be ${blob.size} bytes long, but has ${reader.size}.`);
  }
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const hashes = {
    source: createHash(splitDigest(digest).algorithm),
    diff: createHash(diffId ? splitDigest(diffId).algorithm : 'sha256'),
    target: createHash('sha256'),
  };
  const tar = async function* () {
    try {
      const packed = counted(hashed(reader.stream({ signal }), hashes.source), options.onBytes);
      const plain = withinLimits(unpacked(packed, packing), reader.size, options.limits ?? UNPACK_LIMITS, (what) =>
        refused('CORRUPT', blob, `${what}.`),
      );
      yield* hashed(plain, hashes.diff);
    } catch (error) {
      throwIfAborted(options.signal);
      throw isCacheError(error) ? error : await reasonOf(source, blob, signal, error);
    }
  };
  let size = 0;
  try {
    for await (const chunk of hashed(packed(tar(), to), hashes.target)) {
      throwIfAborted(options.signal);
      size += chunk.length;
      await write(chunk);
    }
  } catch (error) {
    throwIfAborted(options.signal);
    throw error;
  } finally {
    stop.abort();
  }
  if (hashes.source.digest('hex') !== splitDigest(digest).hex) throw changed(blob);
  const found = hashes.diff.digest('hex');
  if (diffId && found !== splitDigest(diffId).hex) {
    throw refused('DIGEST_MISMATCH', blob, `It does not unpack to the ${diffId} that its descriptor says.`);
  }
  return recompressedLayer(blob, to, {
    digest: `sha256:${hashes.target.digest('hex')}`,
    size,
    diffId: diffId ?? `sha256:${found}`,
  });
}

function diffIdOf(blob: Descriptor) {
  const text = blob.annotations?.[ANNOTATIONS.uncompressed];
  if (text === undefined || isDigest(text)) return text;
  throw refused('CORRUPT', blob, 'What its descriptor says of the digest without compression is no digest.');
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: RecompressOptions['onBytes'],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    onBytes?.(chunk.length);
  }
}

/** The level that BuildKit's libraries take where nobody asks for one. */
const LEVEL = { gzip: 6, zstd: 3 } as const;

/** Of what is written at a time. */
const CHUNK_BYTES = 64 * 1024;

function packed(tar: AsyncIterable<Uint8Array>, to: LayerCompression): AsyncIterable<Uint8Array> {
  if (to === 'gzip') return withoutSystem(through(createGzip({ level: LEVEL.gzip, chunkSize: CHUNK_BYTES }), tar));
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL.zstd, [constants.ZSTD_c_checksumFlag]: 1 };
  return through(createZstdCompress({ params, chunkSize: CHUNK_BYTES }), tar);
}

/** Where a gzip header names the system it was made on. zlib leaves the time at 0, but not this. */
const SYSTEM_AT = 9;
const SYSTEM_UNKNOWN = 255;

async function* withoutSystem(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of chunks) {
    if (at <= SYSTEM_AT && at + chunk.length > SYSTEM_AT) chunk[SYSTEM_AT - at] = SYSTEM_UNKNOWN;
    at += chunk.length;
    yield chunk;
  }
}

/** Why a blob does not unpack: it was changed, or it was made like that. */
async function reasonOf(source: Pick<CacheSource, 'openBlob'>, blob: Descriptor, signal: AbortSignal, cause: unknown) {
  const digest = parseDigest(blob.digest);
  const whole = await hashStream(source, digest, { id: 0, signal, onBytes: () => {} });
  if ('hex' in whole && whole.hex !== splitDigest(digest).hex) return changed(blob);
  return new CacheError('CORRUPT', 'This layer cannot be unpacked.', { subject: blob.digest, cause });
}

function changed(blob: Descriptor): CacheError {
  return refused('DIGEST_MISMATCH', blob, 'Its bytes have another digest: it was changed.');
}

function refused(code: CacheErrorCode, { digest }: Descriptor, why: string): CacheError {
  return new CacheError(code, `A layer cannot be recompressed. ${why.charAt(0).toUpperCase()}${why.slice(1)}`, {
    subject: digest,
    hint: code === 'UNSUPPORTED_FORMAT' ? 'Keep the compression.' : 'Verify the source, and export the cache again.',
  });
}

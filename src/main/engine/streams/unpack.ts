import { createGunzip, createZstdDecompress } from 'node:zlib';
import { CacheError } from '../../../shared/base/errors.ts';
import type { BlobReader } from '../ports/cache-source.ts';
import { through } from './through.ts';
import { splitAtFrames } from './zstd-frames.ts';

/** How the bytes of a layer are packed. */
export type Packing = 'gzip' | 'zstd' | 'none';

/** What a layer may unpack to before it counts as made to do harm. */
export const UNPACK_LIMITS = {
  /** Gzip does not do better than about 1032 : 1. */
  ratio: 1100,
  /** A layer that unpacks to less is read whatever its ratio. */
  floorBytes: 2 ** 30,
};

const MAGIC = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd], xz: [0xfd, 0x37, 0x7a, 0x58] } as const;
/** Skippable zstd frames begin with any of 16 values of the first byte. */
const SKIPPABLE_TAIL = [0x2a, 0x4d, 0x18] as const;

/**
 * How a layer is packed, by its first bytes: media types are not always true.
 * @throws `UNSUPPORTED_FORMAT` for another compression, or an encrypted layer
 */
export async function packingOf(reader: BlobReader, mediaType: string): Promise<Packing> {
  const head = new Uint8Array(4);
  const read = await reader.read(head, 0);
  const begins = (magic: readonly number[], from = 0) =>
    read >= from + magic.length && magic.every((byte, i) => head[from + i] === byte);
  if (begins(MAGIC.gzip)) return 'gzip';
  if (begins(MAGIC.zstd) || ((head[0] ?? 0) >> 4 === 5 && begins(SKIPPABLE_TAIL, 1))) return 'zstd';
  if (!begins(MAGIC.xz) && !mediaType.endsWith('+encrypted')) return 'none';
  throw new CacheError('UNSUPPORTED_FORMAT', 'This layer is compressed or encrypted in a way that is not read here.', {
    subject: mediaType,
    hint: 'BuildKit writes gzip, zstd, estargz and uncompressed layers.',
  });
}

/** The unpacked bytes, with all members and frames. Throws the errors of zlib, and those of `bytes`. */
export function unpacked(bytes: AsyncIterable<Uint8Array>, packing: Packing): AsyncIterable<Uint8Array> {
  if (packing === 'gzip') return through(createGunzip({ chunkSize: CHUNK_BYTES }), bytes);
  if (packing === 'zstd') return through(createZstdDecompress({ chunkSize: CHUNK_BYTES }), splitAtFrames(bytes));
  return bytes;
}

/** Of the decompressors' output: large enough that a GiB is not many steps. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The same chunks, up to what a layer of `size` packed bytes may unpack to.
 * @throws what `beyond` makes of a sentence's end
 */
export async function* withinLimits(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  { ratio, floorBytes }: typeof UNPACK_LIMITS,
  beyond: (what: string) => CacheError,
): AsyncGenerator<Uint8Array> {
  const mostBytes = Math.max(floorBytes, size * ratio);
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw beyond(`it unpacks to more than ${mostBytes} bytes`);
    yield chunk;
  }
}

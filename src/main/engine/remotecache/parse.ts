import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { drive } from '../streams/drive.ts';
import { runSteps } from '../streams/steps.ts';
import { checkIndexes } from './check.ts';
import { ConfigReader } from './config-reader.ts';
import { type PackedTexts, textBuffers, unpackTexts } from './packed-texts.ts';

/** A parsed config whose texts are still packed: all of it can be transferred between threads without a copy. */
export interface PackedConfig extends Omit<CacheConfig, 'texts'> {
  readonly packedTexts: PackedTexts;
}

/** Options of `parseCacheConfig`. */
export interface ParseOptions {
  readonly signal?: AbortSignal;
  /** Called after each chunk with the bytes read so far. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Reads a cache config v0 into columns, as it comes in and without an object for each record. Linear in the bytes.
 *
 * Strict where BuildKit's own parser is (`cache/remotecache/v1/parse.go`): indexes in range, no loops, no input without
 * alternatives; and beyond it: no field twice, whole numbers only, a layer's blob is a digest, a record's digest follows
 * the digest grammar (`random:…` and foreign algorithms are kept as they are, since a key is never a path).
 * Kind where Go's decoder is: field names in any case, unknown fields, `null` for nothing, a missing `parent` is 0.
 *
 * @throws `CORRUPT` or `INVALID_INPUT` whose subject is the path of the field, such as `records[17].inputs[0][1].link`
 */
export async function parseCacheConfig(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ParseOptions = {},
): Promise<CacheConfig> {
  return unpackConfig(await parsePacked(chunks, options));
}

/** `parseCacheConfig` without making strings. */
export async function parsePacked(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ParseOptions = {},
): Promise<PackedConfig> {
  const reader = new ConfigReader();
  let bytes = 0;
  for await (const chunk of chunks) {
    throwIfAborted(options.signal);
    reader.feed(chunk);
    bytes += chunk.length;
    options.onProgress?.(bytes);
  }
  reader.end();
  const config = {
    layerBlob: reader.layerBlob.finish(),
    layerParent: new Int32Array(reader.layerParent.finish().buffer),
    layerAnnotations: reader.layerAnnotations,
    recordDigest: reader.recordDigest.finish(),
    inputOffset: reader.inputOffset.finish(),
    alternativeOffset: reader.alternativeOffset.finish(),
    alternativeLink: reader.alternativeLink.finish(),
    alternativeSelector: reader.alternativeSelector.finish(),
    resultOffset: reader.resultOffset.finish(),
    resultLayer: reader.resultLayer.finish(),
    resultCreatedAt: reader.resultCreatedAt.finish(),
    chains: reader.chains,
  };
  checkIndexes(config);
  return { ...config, packedTexts: reader.finishTexts() };
}

/** Every buffer of a packed config, for a transfer list. */
export function configBuffers(config: PackedConfig): ArrayBuffer[] {
  const columns = Object.values(config).filter((value) => ArrayBuffer.isView(value));
  return [...textBuffers(config.packedTexts), ...columns.map((view) => view.buffer as ArrayBuffer)];
}

/** Makes the strings, all at once; nothing is left of what was packed. */
export function unpackConfig(packed: PackedConfig): CacheConfig {
  const { packedTexts, ...columns } = packed;
  return { ...columns, texts: runSteps(unpackTexts(packedTexts)) };
}

/** As `unpackConfig`, in slices of a few milliseconds, so that the event loop of the caller stays free. */
export async function unpackConfigSlowly(packed: PackedConfig): Promise<CacheConfig> {
  const { packedTexts, ...columns } = packed;
  return { ...columns, texts: await drive(unpackTexts(packedTexts)) };
}

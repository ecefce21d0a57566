import { type Extract, extract, type Header } from 'tar-stream';
import { CacheError, isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { LayerFile } from '../../../shared/model/layer.ts';
import type { BlobReader } from '../ports/cache-source.ts';
import { drained } from '../streams/through.ts';
import { packingOf, UNPACK_LIMITS, unpacked, withinLimits } from '../streams/unpack.ts';

/** How a layer is listed. */
export interface ListOptions {
  /** Of the layer; what errors are about. */
  readonly digest: string;
  /** Of the layer's descriptor; for sentences only: compression shows in the first bytes. */
  readonly mediaType: string;
  readonly signal?: AbortSignal;
}

/** What a layer may be before it counts as made to do harm. */
const LIMITS = {
  ...UNPACK_LIMITS,
  /** Files pack to a tenth; a listing unpacks all of them to show their names, so it is stricter than a copy. */
  ratio: 250,
  entries: 5_000_000,
  /** Between the end of an entry and the next header, or the end of the tar, whose padding is some KiB. */
  idleBytes: 16 * 2 ** 20,
};

/**
 * The entries of a layer's tar, in its order, whiteouts told apart. Gzip (estargz too), zstd or uncompressed, read as it
 * comes and nothing kept: no entry is extracted, and its bytes are skipped.
 * @throws `CORRUPT` for what is no tar, is cut short or goes beyond the limits, `UNSUPPORTED_FORMAT` for another
 *   compression, `CANCELLED` from the signal, and what the reader throws
 */
export async function* listLayerFiles(
  reader: BlobReader,
  options: ListOptions,
  limits = LIMITS,
): AsyncGenerator<LayerFile> {
  const entries = extract();
  const beyond = (what: string) => beyondLimits(what, options.digest);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  let fault: unknown;
  const tar = async function* () {
    const packing = await packingOf(reader, options.mediaType);
    yield* withinLimits(unpacked(reader.stream({ signal }), packing), reader.size, limits, beyond);
  };
  let entryEnd = 0;
  const check = (fed: number): void => {
    if (fed - entryEnd > limits.idleBytes) throw beyond(`${limits.idleBytes} bytes of it belong to no entry`);
  };
  const feeding = feed(tar(), entries, check).catch((error: unknown) => {
    fault = error;
    // With an error: a tar reader that ends without one while nobody waits for an entry keeps the next one waiting.
    entries.destroy(asCacheError(error, options.digest));
  });
  try {
    let count = 0;
    for await (const entry of entries) {
      throwIfAborted(options.signal);
      if (++count > limits.entries) throw beyond(`it has more than ${limits.entries} entries`);
      entryEnd = endOf(entry.header);
      yield layerFile(entry.header);
      entry.resume();
    }
  } catch (error) {
    fault ??= error;
  } finally {
    stop.abort();
    entries.destroy();
    await feeding;
  }
  throwIfAborted(options.signal);
  if (fault !== undefined) throw asCacheError(fault, options.digest);
}

/** Brings the uncompressed bytes into the tar reader, no faster than it takes them. `check` hears how many went before. */
async function feed(chunks: AsyncIterable<Uint8Array>, entries: Extract, check: (fed: number) => void): Promise<void> {
  let fed = 0;
  for await (const chunk of chunks) {
    if (entries.destroyed) return;
    check(fed);
    fed += chunk.length;
    if (!entries.write(chunk)) await drained(entries);
  }
  entries.end(undefined);
}

/** Where the bytes of an entry end in the tar. The library knows where they begin, its types do not say so. */
function endOf(header: Header & { readonly byteOffset?: number }): number {
  return (header.byteOffset ?? 0) + whole(header.size);
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** An entry as the model has it: `a/.wh.b` says that `a/b` is gone, `a/.wh..wh..opq` that all of `a` is. */
function layerFile(header: Header): LayerFile {
  const path = header.name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '') || '/';
  const slash = path.lastIndexOf('/') + 1;
  const base = path.slice(slash);
  const rest = {
    size: whole(header.size),
    mode: whole(header.mode),
    uid: whole(header.uid),
    gid: whole(header.gid),
    mtime: Math.floor((header.mtime?.getTime() ?? 0) / 1000) || 0,
  };
  if (base === OPAQUE) return { path: path.slice(0, Math.max(slash - 1, 0)) || '/', type: 'opaque', ...rest };
  if (base.startsWith(WHITEOUT)) {
    return { path: path.slice(0, slash) + base.slice(WHITEOUT.length), type: 'whiteout', ...rest };
  }
  return { path, type: typeOf(header), ...rest, ...(header.linkname ? { target: header.linkname } : {}) };
}

function typeOf({ type, name }: Header): LayerFile['type'] {
  switch (type) {
    case 'link':
    case 'symlink':
    case 'character-device':
    case 'block-device':
    case 'directory':
    case 'fifo':
      return type;
    default:
      return name.endsWith('/') ? 'directory' : 'file';
  }
}

function whole(value: number | null | undefined): number {
  return value !== null && value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function beyondLimits(what: string, digest: string): CacheError {
  return new CacheError('CORRUPT', `This layer is not listed: ${what}.`, {
    subject: digest,
    hint: 'It may have been made to use up memory or time.',
  });
}

/** Errors of the two libraries say that the bytes are not what they should be. */
function asCacheError(error: unknown, digest: string): CacheError {
  if (isCacheError(error)) return error;
  return new CacheError('CORRUPT', 'This layer is not a whole tar.', {
    subject: digest,
    hint: 'Verify the cache: the blob may have been cut or changed.',
    cause: error,
  });
}

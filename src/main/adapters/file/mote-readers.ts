import { toCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { MoteReader, MoteReaderAt } from '../../engine/ports/mote-cache.ts';
import { readAt } from './descriptors.ts';
import type { OpenBlob } from './open-blob.ts';
import { readChunks } from './read-chunks.ts';

/** Reads a blob from its start. It closes itself at the end and when the reading is broken off. */
export function sequentialReader(blob: OpenBlob, digest: Digest): MoteReader {
  return {
    size: blob.size,
    close: blob.close,
    [Symbol.asyncDispose]: blob.close,
    async *[Symbol.asyncIterator]() {
      try {
        for await (const chunk of readChunks(blob.file, blob.size)) yield chunk;
      } catch (error) {
        throw toCacheError(error, digest);
      } finally {
        await blob.close();
      }
    },
  };
}

/** Reads a blob at any offset. */
export function positionalReader(blob: OpenBlob, digest: Digest): MoteReaderAt {
  return {
    size: blob.size,
    close: blob.close,
    [Symbol.asyncDispose]: blob.close,
    readAt: async (buffer, offset) => {
      let filled = 0;
      try {
        while (filled < buffer.byteLength) {
          const bytes = await readAt(blob.file, buffer, filled, buffer.byteLength - filled, offset + filled);
          if (bytes === 0) break;
          filled += bytes;
        }
      } catch (error) {
        throw toCacheError(error, digest);
      }
      return filled;
    },
  };
}

import { type Descriptor, readAt } from './descriptors.ts';

/** Large enough that the system's calls do not show, small enough that many readers fit in memory. */
const CHUNK_BYTES = 256 * 1024;

/**
 * The bytes of a file from its start. The next chunk is read while the last one is worked on; a chunk is good
 * until the next one is asked for. `sizeHint`: bytes expected.
 */
export async function* readChunks(file: Descriptor, sizeHint: number): AsyncGenerator<Uint8Array, void, void> {
  // One byte more than expected, so that a small file comes with one read that shows that it was the last.
  const length = Math.max(1, Math.min(CHUNK_BYTES, sizeHint + 1));
  let offset = 0;
  let buffer = new Uint8Array(length);
  let spare: Uint8Array<ArrayBuffer> | undefined;
  let reading = readAt(file, buffer, 0, length, 0);
  try {
    while (true) {
      const bytes = await reading;
      if (bytes === 0) return;
      offset += bytes;
      if (bytes < length) return yield buffer.subarray(0, bytes);
      spare ??= new Uint8Array(length);
      reading = readAt(file, spare, 0, length, offset);
      const filled = buffer.subarray(0, bytes);
      [buffer, spare] = [spare, buffer];
      yield filled;
    }
  } finally {
    // The file is closed after this: no read may still be on its way.
    await reading.catch(() => {});
  }
}

import type * as fs from 'node:fs/promises';

/** Large enough that the system's calls do not show, small enough that many readers fit in memory. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The bytes of a file from its start. The next chunk is read while the last one is worked on; a chunk is good
 * until the next one is asked for. `sizeHint`: bytes expected.
 */
export async function* readChunks(file: fs.FileHandle, sizeHint: number): AsyncGenerator<Uint8Array, void, void> {
  // One byte more than expected, so that a small file and its end come with one read each.
  const length = Math.max(1, Math.min(CHUNK_BYTES, sizeHint + 1));
  let offset = 0;
  let spare = new Uint8Array(length);
  let reading = file.read(new Uint8Array(length), 0, length, 0);
  try {
    while (true) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return;
      offset += bytesRead;
      reading = file.read(spare, 0, length, offset);
      spare = buffer;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    // The file is closed after this: no read may still be on its way.
    await reading.catch(() => {});
  }
}

import type { createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';

/** What can be waited on: Node's streams, and those of the tar library, which resemble them. */
export interface Drainable {
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
  readonly destroyed: boolean;
}

/** Waits until a stream takes more, or never will. */
export async function drained(stream: Drainable): Promise<void> {
  if (stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}

type Zlib = typeof createGunzip | typeof createGzip | typeof createZstdCompress | typeof createZstdDecompress;

/** The output of a transform that is filled as fast as it is emptied. Throws what fails first, the bytes or the transform. */
export async function* through(
  transform: ReturnType<Zlib>,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let fault: unknown;
  const filling = (async () => {
    for await (const chunk of bytes) {
      if (transform.destroyed) return;
      if (!transform.write(chunk)) await drained(transform);
    }
    transform.end();
  })().catch((error: unknown) => {
    fault = error;
    transform.destroy();
  });
  try {
    yield* transform as AsyncIterable<Uint8Array>;
  } catch (error) {
    fault ??= error;
  } finally {
    transform.destroy();
    await filling;
  }
  if (fault !== undefined) throw fault;
}

import { createHash, type Hash } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import { type Digest, splitDigest } from '../../../shared/oci/digest.ts';
import type { LayerReaderAt } from '../ports/layer-store.ts';

/**
 * Reads the same bytes, and checks them with the last one where all were read in order. A read out of order ends the
 * checking. Reads wait for one another.
 */
export function createCheckedReader(reader: LayerReaderAt, digest: Digest): LayerReaderAt {
  const { algorithm, hex } = splitDigest(digest);
  let hash: Hash | undefined = createHash(algorithm);
  let position = 0;
  let turn: Promise<unknown> = Promise.resolve();

  async function read(buffer: Uint8Array, offset: number): Promise<number> {
    const done = await reader.readAt(buffer, offset);
    if (offset !== position) hash = undefined;
    position = offset + done;
    hash?.update(buffer.subarray(0, done));
    if (position < reader.size || !hash) return done;
    const found = hash.digest('hex');
    hash = undefined;
    if (found === hex) return done;
    throw new CacheError('DIGEST_MISMATCH', 'The bytes of the layer have another digest.', {
      subject: digest,
      hint: 'It was damaged or overwritten where it is kept. Delete it there, and export the cache again.',
    });
  }

  return {
    size: reader.size,
    readAt(buffer, offset) {
      const mine = turn.then(() => read(buffer, offset));
      turn = mine.catch(() => {});
      return mine;
    },
    close: () => reader.close(),
    [Symbol.asyncDispose]: () => reader.close(),
  };
}

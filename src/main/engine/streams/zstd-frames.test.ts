import { constants, createZstdDecompress, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { through } from './through.ts';
import { splitAtFrames } from './zstd-frames.ts';

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return all;
}

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const frame = (content: Uint8Array, checksum: boolean, level: number) =>
  zstdCompressSync(content, {
    params: {
      [constants.ZSTD_c_checksumFlag]: Number(checksum),
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_contentSizeFlag]: Number(!checksum),
    },
  });

test('frames of every kind come apart where they end, whatever the chunks', async () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.nat(300_000).map((length) => Buffer.alloc(length, 7)),
    fc.nat(300_000).map((length) => Buffer.from(Array.from({ length }, (_, i) => (i * i) >> 3))),
  );
  const frames = fc.array(fc.tuple(content, fc.boolean(), fc.constantFrom(-5, 1, 3)), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(frames, fc.constantFrom(1, 3, 1000, 1 << 20), async (parts, size) => {
      const packed = parts.map((part) => frame(...part));
      const whole = Buffer.concat(packed);
      const chunkSize = whole.length / size > 2000 ? 1000 : size;
      const pieces = await gather(splitAtFrames(inChunks(whole, chunkSize)));
      expect(Buffer.concat(pieces).equals(whole)).toBe(true);
      const cuts = new Set(
        pieces.map(
          (
            (at) => (piece: Buffer) =>
              (at += piece.length)
          )(0),
        ),
      );
      let end = 0;
      for (const { length } of packed) {
        end += length;
        expect(cuts).toContain(end);
      }
      const out = await gather(through(createZstdDecompress(), splitAtFrames(inChunks(whole, chunkSize))));
      expect(Buffer.concat(out).equals(Buffer.concat(parts.map(([bytes]) => bytes)))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseRef } from '../../../shared/oci/reference.ts';
import type { BIC } from './blob-info-cache.ts';
import type { Clock } from './clock.ts';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const U = `sha256:${'c'.repeat(64)}`;

/** What every `BIC` must do. `create` gives an empty one on the clock it is handed; it is disposed after each test. */
export function describeBlobInfoCache(name: string, create: (clock: Clock) => Promise<BIC>): void {
  describe(`BIC: ${name}`, () => {
    let bic: BIC;
    let now: number;
    beforeEach(async () => {
      now = 1_000;
      bic = await create({ now: () => now, wait: async () => {} });
    });
    afterEach(async () => {
      await bic[Symbol.asyncDispose]();
    });
    const refs = async (digest: string) => (await bic.knownLocations(digest)).map((l) => l.ref);

    test('knows nothing at first', async () => {
      expect(await bic.uncompressedDigest(A)).toBeUndefined();
      expect(await bic.knownLocations(A)).toEqual([]);
    });

    test('digest → uncompressed digest, the newest word counts', async () => {
      await bic.recordUncompressed(A, B);
      await bic.recordUncompressed(A, U);
      await bic.recordUncompressed(U, U);
      expect(await bic.uncompressedDigest(A)).toBe(U);
      expect(await bic.uncompressedDigest(U)).toBe(U);
      expect(await bic.uncompressedDigest(B)).toBeUndefined();
    });

    test('what many blobs uncompress to, in one write; none is nothing', async () => {
      await bic.recordAllUncompressed(new Map());
      await bic.recordUncompressed(A, B);
      await bic.recordAllUncompressed(
        new Map([
          [A, U],
          [B, U],
        ]),
      );
      expect([await bic.uncompressedDigest(A), await bic.uncompressedDigest(B)]).toEqual([U, U]);
    });

    test('locations come most recently recorded first', async () => {
      const [one, two, three] = [
        parseRef('docker://r1.io/a:x'),
        parseRef('oci:/caches/b'),
        parseRef('docker://r1.io/c'),
      ];
      await bic.recordKnownLocation(A, one);
      now += 1;
      await bic.recordKnownLocation(A, two);
      now += 1;
      await bic.recordKnownLocation(A, three);
      expect(await refs(A)).toEqual([three, two, one]);
      expect((await bic.knownLocations(A)).map((l) => l.recordedAt)).toEqual([1_002, 1_001, 1_000]);
      now += 1;
      await bic.recordKnownLocation(A, one);
      expect(await refs(A)).toEqual([one, three, two]);
      expect(await refs(B)).toEqual([]);
    });

    test('a place is one place whatever its tag: the newest tag counts', async () => {
      await bic.recordKnownLocation(A, parseRef('docker://r1.io/a:old'));
      await bic.recordKnownLocation(A, parseRef('docker://r1.io/a:new'));
      expect(await refs(A)).toEqual([parseRef('docker://r1.io/a:new')]);
    });

    test('many of one place in one write', async () => {
      const digests = Array.from({ length: 300 }, (_, n) => `sha256:${n.toString(16).padStart(64, '0')}`);
      const ref = parseRef('s3://bucket/prefix');
      await bic.recordKnownLocations(digests, ref);
      for (const digest of digests) expect(await refs(digest)).toEqual([ref]);
    });

    test('forgets what turned out wrong, and only that', async () => {
      const [one, two] = [parseRef('docker://r1.io/a:x'), parseRef('docker://r2.io/a:x')];
      await bic.recordKnownLocation(A, one);
      await bic.recordKnownLocation(A, two);
      await bic.forgetLocation(A, parseRef('docker://r1.io/a'));
      await bic.forgetLocation(B, one);
      expect(await refs(A)).toEqual([two]);
    });

    test('paths with odd characters come back as they were', async () => {
      const ref = parseRef(`oci:/caches/ünï "quoted" 'n' \\slashed`);
      await bic.recordKnownLocation(A, ref);
      expect(await refs(A)).toEqual([ref]);
    });
  });
}

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { BlobReader, CacheSource } from './cache-source.ts';
import type { SourceAdapter } from './source-adapter.ts';

const ABSENT = parseDigest(`sha256:${'0'.repeat(64)}`);

/** What is tested of one kind of source. */
export interface SourceUnderTest {
  readonly adapter: SourceAdapter;
  /** A location that the adapter opens: a path, or a whole reference. */
  location(): string;
}

/** What every `SourceAdapter`, and every `CacheSource` that it opens, must do. */
export function describeCacheSource(name: string, { adapter, location }: SourceUnderTest): void {
  describe(`CacheSource: ${name}`, () => {
    const open = async (): Promise<CacheSource> =>
      (await adapter.open(location(), { isMeant: false })) ?? expect.fail('the adapter opens nothing here');

    test('is what its adapter declares', async () => {
      const source = await open();
      expect([source.kind, source.can]).toEqual([adapter.kind, adapter.can]);
      expect(source.place).toEqual(adapter.place(source.location));
      // Who writes to a source also keeps it whole, and who prunes it here can plan for it.
      const { can } = source;
      expect(can.repair && !can.verify).toBe(false);
      expect(can.prune === 'here' && !can.plan).toBe(false);
    });

    test('has one location, however it is opened, and is recognised there', async () => {
      const source = await open();
      expect((await adapter.open(source.location, { isMeant: true }))?.location).toBe(source.location);
      if (adapter.probe) expect(await adapter.probe(source.location)).toBe(true);
    });

    test('tells the same fingerprint before, in and after a reading', async () => {
      const source = await open();
      const before = await source.fingerprint();
      expect((await source.read()).fingerprint).toBe(before);
      expect(await (await open()).fingerprint()).toBe(before);
    });

    test('reads at least one cache, each under another name, whose descriptors are whole', async () => {
      const { caches } = await (await open()).read();
      const refs = caches.map(({ ref }) => ref);
      expect(refs.length).toBeGreaterThan(0);
      expect(new Set(refs).size).toBe(refs.length);
      for (const { digest, size } of caches.flatMap(({ descriptors }) => descriptors)) {
        expect(size).toBeGreaterThanOrEqual(0);
        expect(parseDigest(digest)).toBe(digest);
      }
    });

    test('opens each blob that it lists, with the size that it lists', async () => {
      const source = await open();
      const { blobs } = await source.read();
      for (const { digest, size } of blobs.filter(({ problem }) => problem === undefined).slice(0, 20)) {
        await using reader = await source.openBlob(digest);
        expect(reader.size).toBe(size);
        const [algorithm = '', hex] = digest.split(':');
        expect(await hashOf(reader, algorithm)).toBe(hex);
      }
    });

    test('reads a blob from any position', async () => {
      const source = await open();
      const { blobs } = await source.read();
      const large = blobs.find(({ size, problem }) => size > 10 && problem === undefined);
      if (!large) return;
      await using reader = await source.openBlob(large.digest);
      const buffer = new Uint8Array(10);
      expect(await reader.read(buffer, large.size - 4)).toBe(4);
      const tail = new Uint8Array(4);
      let at = 0;
      for await (const chunk of reader.stream({ start: large.size - 4 })) {
        tail.set(chunk, at);
        at += chunk.length;
      }
      expect(buffer.subarray(0, 4)).toEqual(tail);
    });

    test('has no blob that it does not list', async () => {
      const source = await open();
      await expect(source.openBlob(ABSENT)).rejects.toMatchObject({ code: 'NOT_FOUND', subject: ABSENT });
      const [listed] = (await source.read()).blobs;
      const asked = listed ? [ABSENT, listed.digest, ABSENT] : [ABSENT];
      expect(await source.locateBlobs(asked)).toHaveLength(asked.length);
    });

    test('stops reading when it is told to', async () => {
      const reading = (await open()).read({ signal: AbortSignal.abort() });
      await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    });
  });
}

async function hashOf(reader: BlobReader, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of reader.stream()) hash.update(chunk);
  return hash.digest('hex');
}

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CacheErrorCode } from '../../../shared/base/errors.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { CommitCopy, CommitMove, type Mote, type MoteCache } from './mote-cache.ts';

/** One place a cache can be opened at, as often as a test likes. */
export interface MoteCachePlace extends AsyncDisposable {
  /** Opens it, initialized. Every call opens the same place. */
  open(): Promise<MoteCache>;
  /** Puts bytes where `commitMote` can take them; answers the reference. */
  stage(bytes: Uint8Array): Promise<string>;
  isStaged(ref: string): Promise<boolean>;
}

const TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** The digest of some bytes, as a store keyed by sha256 names them. */
export function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

function moteOf(bytes: Uint8Array): Mote {
  return { digest: digestOf(bytes), mediaType: TYPE, dataSize: bytes.byteLength };
}

const code = (expected: CacheErrorCode) => expect.objectContaining({ name: 'CacheError', code: expected });

async function readAll(cache: MoteCache, digest: Digest): Promise<Buffer> {
  const reader = await cache.moteReader(digest);
  const chunks: Buffer[] = [];
  // Copied: a chunk is good only until the next one is asked for.
  for await (const chunk of reader) chunks.push(Buffer.from(chunk));
  await reader.close();
  return Buffer.concat(chunks);
}

/** Writes bytes through a writer. */
export async function writeMote(cache: MoteCache, bytes: Uint8Array): Promise<Digest> {
  const mote = await cache.createMote(digestOf(bytes), TYPE, bytes.byteLength);
  const writer = await cache.moteWriter(mote.digest);
  await writer.write(bytes);
  await writer.close();
  return mote.digest;
}

/**
 * What every `MoteCache` promises. `place` makes a new, empty place. `keeps: false` is for caching switched off: everything
 * is taken and nothing is there.
 */
export function describeMoteCache(
  name: string,
  place: () => Promise<MoteCachePlace>,
  { keeps } = { keeps: true },
): void {
  if (keeps) describeKeeping(name, place);
  else describeSwitchedOff(name, place);
}

function describeSwitchedOff(name: string, place: () => Promise<MoteCachePlace>): void {
  describe(`mote cache: ${name}`, () => {
    const bytes = Buffer.from('bytes');
    const mote = moteOf(bytes);

    test('takes everything and keeps nothing; its readers are empty', async () => {
      await using at = await place();
      const cache = await at.open();
      expect(await cache.createMote(mote.digest, TYPE, bytes.byteLength)).toEqual(mote);
      await writeMote(cache, bytes);
      const ref = await at.stage(bytes);
      await cache.commitMote(ref, mote, CommitMove);
      expect(await at.isStaged(ref)).toBe(true);
      expect([await cache.moteExists(mote.digest), await cache.find(mote.digest), cache.moteRef(mote.digest)]).toEqual([
        false,
        undefined,
        '',
      ]);
      expect(await readAll(cache, mote.digest)).toEqual(Buffer.alloc(0));
      await using reader = await cache.moteReaderAt(mote.digest);
      expect([reader.size, await reader.readAt(Buffer.alloc(4), 0)]).toEqual([0, 0]);
      await cache.removeMote(mote.digest);
      expect([cache.isDirty(), await cache.refresh()]).toEqual([false, false]);
      expect(await cache.prune(0)).toEqual({ removed: 0, freedBytes: 0 });
    });
  });
}

function describeKeeping(name: string, place: () => Promise<MoteCachePlace>): void {
  describe(`mote cache: ${name}`, () => {
    let at: MoteCachePlace;
    let cache: MoteCache;
    const bytes = Buffer.from('some bytes of a layer');
    const { digest } = moteOf(bytes);

    beforeEach(async () => {
      at = await place();
      cache = await at.open();
    });
    afterEach(() => at[Symbol.asyncDispose]());

    test('an empty cache has nothing, says so by code, and removes nothing without an error', async () => {
      expect(await cache.moteExists(digest)).toBe(false);
      expect(await cache.find(digest)).toBeUndefined();
      await expect(cache.moteReader(digest)).rejects.toEqual(code('NOT_FOUND'));
      await expect(cache.moteReaderAt(digest)).rejects.toEqual(code('NOT_FOUND'));
      await expect(cache.moteWriter(digest)).rejects.toEqual(code('NOT_FOUND'));
      await expect(cache.moteReader(digest)).rejects.toMatchObject({ subject: digest });
      await cache.removeMote(digest);
      expect([cache.isDirty(), await cache.refresh()]).toEqual([false, false]);
    });

    test('what is written is there after close, and not a moment before', async () => {
      await cache.createMote(digest, TYPE, bytes.byteLength);
      const writer = await cache.moteWriter(digest);
      await writer.write(bytes.subarray(0, 5));
      await writer.write(bytes.subarray(5));
      expect(await cache.moteExists(digest)).toBe(false);
      expect(await cache.find(digest)).toBeUndefined();
      await writer.close();
      expect(await cache.moteExists(digest)).toBe(true);
      expect(await cache.find(digest)).toMatchObject({ digest, size: bytes.byteLength });
      expect(await readAll(cache, digest)).toEqual(bytes);
      expect(cache.moteRef(digest)).toContain(digest.slice(7));
      expect(await readAll(await at.open(), digest)).toEqual(bytes);
    });

    test('a declared item that is not written does not count', async () => {
      await cache.createMote(digest, TYPE, bytes.byteLength);
      expect(await cache.moteExists(digest)).toBe(false);
      await expect(cache.moteReader(digest)).rejects.toEqual(code('NOT_FOUND'));
    });

    test.each([
      { what: 'fewer bytes than declared', write: bytes.subarray(1), expected: 'SIZE_MISMATCH' },
      { what: 'more bytes than declared', write: Buffer.concat([bytes, bytes]), expected: 'SIZE_MISMATCH' },
      { what: 'other bytes of the same size', write: Buffer.alloc(bytes.byteLength, 1), expected: 'DIGEST_MISMATCH' },
    ] as const)('$what: $expected, and nothing is there', async ({ write, expected }) => {
      await cache.createMote(digest, TYPE, bytes.byteLength);
      const writer = await cache.moteWriter(digest);
      const end = writer.write(write).then(() => writer.close());
      await expect(end).rejects.toMatchObject({ code: expected, subject: digest });
      await writer.close();
      expect(await cache.moteExists(digest)).toBe(false);
      // The declaration still stands: the next try succeeds.
      const again = await cache.moteWriter(digest);
      await again.write(bytes);
      await again.close();
      expect(await readAll(cache, digest)).toEqual(bytes);
    });

    test('an aborted or disposed writer leaves nothing', async () => {
      await cache.createMote(digest, TYPE, bytes.byteLength);
      const aborted = await cache.moteWriter(digest);
      await aborted.write(bytes);
      await aborted.abort();
      await aborted.close();
      {
        await using disposed = await cache.moteWriter(digest);
        await disposed.write(bytes);
      }
      expect(await cache.moteExists(digest)).toBe(false);
    });

    test('a signal ends a write with CANCELLED', async () => {
      const abort = new AbortController();
      await cache.createMote(digest, TYPE, bytes.byteLength);
      const writer = await cache.moteWriter(digest, { signal: abort.signal });
      await writer.write(bytes.subarray(0, 5));
      abort.abort();
      await expect(writer.write(bytes.subarray(5))).rejects.toEqual(code('CANCELLED'));
      expect(await cache.moteExists(digest)).toBe(false);
    });

    test('two writers of one digest both succeed, in one cache and in two', async () => {
      const other = await at.open();
      await cache.createMote(digest, TYPE, bytes.byteLength);
      await other.createMote(digest, TYPE, bytes.byteLength);
      const writers = await Promise.all([cache.moteWriter(digest), cache.moteWriter(digest), other.moteWriter(digest)]);
      await Promise.all(writers.map((writer) => writer.write(bytes)));
      await Promise.all(writers.map((writer) => writer.close()));
      expect(await readAll(cache, digest)).toEqual(bytes);
      expect(await cache.prune(0)).toEqual({ removed: 1, freedBytes: bytes.byteLength });
    });

    test('an item of no bytes is an item', async () => {
      const none = Buffer.alloc(0);
      await writeMote(cache, none);
      expect(await cache.find(digestOf(none))).toMatchObject({ size: 0 });
      expect(await readAll(cache, digestOf(none))).toEqual(none);
    });

    test('many writers at once, and bytes done are told', async () => {
      let told = 0;
      const many = Array.from({ length: 40 }, (_, i) => Buffer.from(`blob ${i} `.repeat(i + 1)));
      await Promise.all(
        many.map(async (each) => {
          await cache.createMote(digestOf(each), TYPE, each.byteLength);
          const writer = await cache.moteWriter(digestOf(each), { onBytes: (n) => (told += n) });
          await writer.write(each);
          await writer.close();
        }),
      );
      for (const each of many) expect(await readAll(cache, digestOf(each))).toEqual(each);
      expect(told).toBe(many.reduce((sum, each) => sum + each.byteLength, 0));
    });

    test('commit by copy keeps the original, commit by move takes it', async () => {
      const copied = await at.stage(bytes);
      await cache.commitMote(copied, moteOf(bytes), CommitCopy);
      expect([await at.isStaged(copied), await cache.moteExists(digest)]).toEqual([true, true]);

      const other = Buffer.from('other bytes');
      const moved = await at.stage(other);
      await cache.commitMote(moved, moteOf(other), CommitMove);
      expect([await at.isStaged(moved), await cache.moteExists(digestOf(other))]).toEqual([false, true]);
      expect(await readAll(cache, digestOf(other))).toEqual(other);
    });

    test('commit of what is there already does nothing, to the original neither', async () => {
      await writeMote(cache, bytes);
      const ref = await at.stage(bytes);
      await cache.commitMote(ref, moteOf(bytes), CommitMove);
      expect(await at.isStaged(ref)).toBe(true);
    });

    test.each([
      { mode: CommitCopy, name: 'copy' },
      { mode: CommitMove, name: 'move' },
    ] as const)('commit by $name checks size and digest, and leaves the original when it refuses', async ({ mode }) => {
      const ref = await at.stage(bytes);
      const short = { ...moteOf(bytes), dataSize: bytes.byteLength - 1 };
      await expect(cache.commitMote(ref, short, mode)).rejects.toEqual(code('SIZE_MISMATCH'));
      const wrong = { ...moteOf(bytes), digest: digestOf(Buffer.from('x')) };
      await expect(cache.commitMote(ref, wrong, mode)).rejects.toEqual(code('DIGEST_MISMATCH'));
      await expect(cache.commitMote(`${ref}.gone`, moteOf(bytes), mode)).rejects.toEqual(code('NOT_FOUND'));
      expect([await at.isStaged(ref), await cache.moteExists(digest), await cache.moteExists(wrong.digest)]).toEqual([
        true,
        false,
        false,
      ]);
    });

    test('reads at any offset, short only at the end', async () => {
      await writeMote(cache, bytes);
      await using reader = await cache.moteReaderAt(digest);
      const buffer = Buffer.alloc(10);
      expect([reader.size, await reader.readAt(buffer, 5)]).toEqual([bytes.byteLength, 10]);
      expect(buffer).toEqual(bytes.subarray(5, 15));
      expect(await reader.readAt(buffer, bytes.byteLength - 3)).toBe(3);
      expect(await reader.readAt(buffer, bytes.byteLength + 3)).toBe(0);
    });

    test('a reader goes on while its item is removed', async () => {
      const large = Buffer.alloc(3_000_000, 'abcdefg');
      await writeMote(cache, large);
      const reader = await cache.moteReader(digestOf(large));
      const at = await cache.moteReaderAt(digestOf(large));
      await cache.removeMote(digestOf(large));
      expect(await cache.moteExists(digestOf(large))).toBe(false);
      const chunks: Buffer[] = [];
      for await (const chunk of reader) chunks.push(Buffer.from(chunk));
      expect(Buffer.concat(chunks).equals(large)).toBe(true);
      const end = Buffer.alloc(4);
      await at.readAt(end, large.byteLength - 4);
      expect(end).toEqual(large.subarray(-4));
      await at.close();
      await reader.close();
    });

    test('a reader that is broken off can be closed twice', async () => {
      await writeMote(cache, bytes);
      const reader = await cache.moteReader(digest);
      for await (const chunk of reader) {
        expect(chunk.byteLength).toBeGreaterThan(0);
        break;
      }
      await reader.close();
      await reader.close();
    });

    test('prunes to a size by the order given, ties by digest; a negative size is an error', async () => {
      const blobs = ['aaaa', 'bbbb', 'cccc'].map((text) => Buffer.from(text));
      for (const blob of blobs) await writeMote(cache, blob);
      await expect(cache.prune(-1)).rejects.toEqual(code('INVALID_INPUT'));
      await expect(cache.prune(Number.NaN)).rejects.toEqual(code('INVALID_INPUT'));
      expect(await cache.prune(12)).toEqual({ removed: 0, freedBytes: 0 });
      expect(await cache.prune(9, { policy: () => 0 })).toEqual({ removed: 1, freedBytes: 4 });
      const [first, ...rest] = blobs.map(digestOf).sort();
      expect(first && (await cache.moteExists(first))).toBe(false);
      for (const digest of rest) expect(await cache.moteExists(digest)).toBe(true);
      const aborted = cache.prune(0, { signal: AbortSignal.abort() });
      await expect(aborted).rejects.toEqual(code('CANCELLED'));
      expect(await cache.prune(0)).toEqual({ removed: 2, freedBytes: 8 });
    });

    test.each(['sha256:../../x', `sha256:${'A'.repeat(64)}`, 'sha256:', 'md5:d41d8cd98f00b204e9800998ecf8427e', ''])(
      '"%s" is no digest, whatever the call',
      async (text) => {
        const bad = text as Digest;
        const mote: Mote = { digest: bad, mediaType: TYPE, dataSize: 1 };
        const ref = await at.stage(Buffer.from('x'));
        const calls: readonly (() => unknown)[] = [
          () => cache.moteExists(bad),
          () => cache.find(bad),
          () => cache.createMote(bad, TYPE, 1),
          () => cache.moteWriter(bad),
          () => cache.moteReader(bad),
          () => cache.moteReaderAt(bad),
          () => cache.commitMote(ref, mote, CommitCopy),
          () => cache.removeMote(bad),
        ];
        for (const call of calls) await expect(async () => call()).rejects.toEqual(code('INVALID_INPUT'));
        expect(() => cache.moteRef(bad)).toThrow(code('INVALID_INPUT'));
      },
    );

    test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is no size', async (size) => {
      await expect(cache.createMote(digest, TYPE, size)).rejects.toEqual(code('INVALID_INPUT'));
    });

    test('a digest of another algorithm is not written', async () => {
      const sha512 = parseDigest(`sha512:${createHash('sha512').update(bytes).digest('hex')}`);
      await expect(cache.createMote(sha512, TYPE, bytes.byteLength)).rejects.toEqual(code('INVALID_INPUT'));
      expect(await cache.moteExists(sha512)).toBe(false);
    });
  });
}

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CacheError, type CacheErrorCode } from '../../../shared/base/errors.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { BlobContent } from '../ports/cache-target.ts';
import type { BlobStore } from '../ports/managed-store.ts';
import { copyBlobs, takeBlobs } from './copy-blobs.ts';

const BYTES = new TextEncoder().encode('layer');
const digest = parseDigest(`sha256:${createHash('sha256').update(BYTES).digest('hex')}`);
const blob = { digest, mediaType: 'application/octet-stream', size: BYTES.length };
const fault = (code: CacheErrorCode) => new CacheError(code, 'It went wrong.', { subject: digest });

/** A blob that comes as a stream; `fault` is thrown where it is read. */
const streamed = (fault?: CacheError): BlobContent => ({
  locateBlobs: async () => [undefined],
  openBlob: async () => ({
    size: BYTES.length,
    read: async () => 0,
    async *stream() {
      if (fault) throw fault;
      yield BYTES;
    },
    [Symbol.asyncDispose]: async () => {},
  }),
});
/** A blob that is a file of its own. */
const file: BlobContent = { ...streamed(), locateBlobs: async () => [{ path: '/source/blob', offset: 0 }] };

/** A target that throws at one step. */
function target(
  at: 'createMote' | 'moteWriter' | 'write' | 'close' | 'commitMote' | 'none',
  error: CacheError,
): BlobStore {
  const step = async <T>(name: typeof at, value: T): Promise<T> => {
    if (name === at) throw error;
    return value;
  };
  const writer = {
    write: () => step('write', undefined),
    close: () => step('close', undefined),
    abort: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return {
    moteRef: () => '/target/blob',
    createMote: () => step('createMote', { digest, mediaType: '', dataSize: BYTES.length }),
    moteWriter: () => step('moteWriter', writer),
    commitMote: () => step('commitMote', undefined),
  } as unknown as BlobStore;
}

describe('an error while a blob is copied is told of the side that has it', () => {
  const copy = (content: BlobContent, to: BlobStore) =>
    copyBlobs(content, to, [blob], { onBytes: () => {}, onCopied: () => {} });

  it.each(['NOT_FOUND', 'CORRUPT'] as const)('%s of the writer stops everything, and names the place', async (code) => {
    for (const at of ['createMote', 'moteWriter', 'write', 'close'] as const) {
      await expect(copy(streamed(), target(at, fault(code)))).rejects.toMatchObject({ code, subject: '/target/blob' });
    }
    await expect(copy(file, target('commitMote', fault(code)))).rejects.toMatchObject({
      code,
      subject: '/target/blob',
    });
  });

  it('bytes that are others than they should be are the damage of the source, whoever noticed', async () => {
    for (const code of ['DIGEST_MISMATCH', 'SIZE_MISMATCH'] as const) {
      expect(await copy(streamed(), target('close', fault(code)))).toMatchObject([{ code, subject: digest }]);
      expect(await copy(file, target('commitMote', fault(code)))).toMatchObject([{ code, subject: digest }]);
    }
    expect(await copy(streamed(fault('NOT_FOUND')), target('none', fault('INTERNAL')))).toMatchObject([
      { code: 'NOT_FOUND', subject: digest },
    ]);
  });

  it('a file that is gone is missing in the source', async () => {
    const gone = new CacheError('NOT_FOUND', 'There is no such file.', { subject: '/source/blob' });
    expect(await copy(file, target('commitMote', gone))).toMatchObject([{ code: 'NOT_FOUND', subject: digest }]);
  });
});

describe('many blobs at once', () => {
  const blobs = [1, 100_000].flatMap((size) => [1, 2].map((n) => ({ ...blob, size: size + n })));

  it('end with the cancel that ended them', async () => {
    const signal = AbortSignal.abort();
    const taken: number[] = [];
    const done = takeBlobs(blobs, { signal, largeAtOnce: 1 }, async ({ size }) => void taken.push(size));
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(taken).toEqual([]);
  });

  it('end with the failure that ended them, not with the cancel that the others get from it', async () => {
    const done = takeBlobs(blobs, { largeAtOnce: 2 }, async ({ size }, signal) => {
      if (size === 100_002) throw fault('NO_SPACE');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw fault('CANCELLED');
    });
    await expect(done).rejects.toMatchObject({ code: 'NO_SPACE' });
  });

  it('are all taken, large ones by as many as may be worked on at once', async () => {
    let [now, most] = [0, 0];
    const taken: number[] = [];
    const damage = await takeBlobs(blobs, { largeAtOnce: 1 }, async ({ size }) => {
      if (size < 1000) return void taken.push(size);
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      taken.push(size);
    });
    expect([damage, most, taken.sort((a, b) => a - b)]).toEqual([[], 1, blobs.map(({ size }) => size)]);
  });
});

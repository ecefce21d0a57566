import { describe, expect, it } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { BlobHasher } from '../ports/blob-hasher.ts';
import { createMemoryBlobs, digestOf } from '../testing/memory-blobs.ts';
import { verifyBlobs } from './verify-blobs.ts';

/** Sources in memory have no files: threads get no work. */
const hasher: BlobHasher = {
  hashAll: async (blobs) => expect(blobs).toEqual([]),
  [Symbol.asyncDispose]: async () => undefined,
};
const first = Buffer.from('the first layer');
const second = Buffer.from('the second layer');
const orphan = Buffer.from('nobody refers to this');

function check(source: ReturnType<typeof createMemoryBlobs>, signal = new AbortController().signal) {
  return verifyBlobs(source, { hasher, signal, progress: () => undefined });
}

describe('verify', () => {
  it('finds nothing wrong with a whole source, and counts every blob', async () => {
    const source = createMemoryBlobs([first, second, first], [orphan]);
    const bytes = [...source.blobs.values()].reduce((sum, blob) => sum + (blob as Buffer).length, 0);
    expect(await check(source)).toEqual({ checked: 5, bytes, ok: 5, missing: [], corrupt: [], details: [] });
  });

  it.each([
    ['layer', first],
    ['config', Buffer.from('config')],
    ['manifest', Buffer.from('manifest')],
  ] as const)('finds a flipped bit in a %s, and tells both digests', async (role, bytes) => {
    const source = createMemoryBlobs([first, second]);
    const flipped = Buffer.from(bytes);
    flipped[3] = (flipped[3] ?? 0) ^ 1;
    source.blobs.set(digestOf(bytes), flipped);
    const report = await check(source);
    expect(report).toMatchObject({ checked: 4, ok: 3, missing: [], corrupt: [digestOf(bytes)] });
    expect(report.details).toMatchObject([{ code: 'DIGEST_MISMATCH', subject: digestOf(bytes) }]);
    expect(report.details[0]?.message).toContain(role);
    expect(report.details[0]?.message).toContain(digestOf(flipped));
  });

  it('finds damage in a blob that nothing refers to', async () => {
    const source = createMemoryBlobs([first], [orphan]);
    source.blobs.set(digestOf(orphan), second);
    expect(await check(source)).toMatchObject({ ok: 3, corrupt: [digestOf(orphan)] });
  });

  it('tells a truncated blob by its size, and a wrong descriptor from a wrong blob', async () => {
    const cut = createMemoryBlobs([first]);
    cut.blobs.set(digestOf(first), first.subarray(0, 5));
    expect((await check(cut)).details).toMatchObject([
      { code: 'SIZE_MISMATCH', subject: digestOf(first), hint: expect.stringContaining('cut off') },
    ]);
    const misdescribed = createMemoryBlobs([first]);
    misdescribed.described.set(digestOf(first), 999);
    expect((await check(misdescribed)).details).toMatchObject([
      { code: 'SIZE_MISMATCH', subject: digestOf(first), hint: 'Its descriptor is wrong.' },
    ]);
  });

  it('lists what is missing, which is not counted as checked', async () => {
    const source = createMemoryBlobs([first, second]);
    source.blobs.delete(digestOf(second));
    const report = await check(source);
    expect(report).toMatchObject({ checked: 3, ok: 3, missing: [digestOf(second)], corrupt: [] });
    expect(report.details).toMatchObject([{ code: 'NOT_FOUND', subject: digestOf(second) }]);
  });

  it('counts what cannot be read as corrupt, and says why', async () => {
    const source = createMemoryBlobs([first, second]);
    source.blobs.set(digestOf(first), new CacheError('ACCESS_DENIED', 'Not permitted.', { subject: '/some/path' }));
    const report = await check(source);
    expect(report).toMatchObject({ checked: 4, ok: 3, corrupt: [digestOf(first)] });
    expect(report.details).toMatchObject([{ code: 'ACCESS_DENIED', subject: digestOf(first) }]);
  });

  it('condemns nothing when the source goes away', async () => {
    const source = createMemoryBlobs([first, second]);
    source.blobs.set(digestOf(first), new CacheError('UNAVAILABLE', 'Gone.', { subject: 'docker://host/app' }));
    await expect(check(source)).rejects.toMatchObject({ code: 'UNAVAILABLE', subject: 'docker://host/app' });
  });

  it('is over soon after it was cancelled', async () => {
    const controller = new AbortController();
    const source = createMemoryBlobs([first, second]);
    const report = verifyBlobs(source, {
      hasher,
      signal: controller.signal,
      progress: ({ done }) => done > 0 && controller.abort(),
    });
    await expect(report).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

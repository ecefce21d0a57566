import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobHash, BlobHasher, BlobToHash } from '../../engine/ports/blob-hasher.ts';
import { createHashPool } from './hash-pool.ts';

let folder: string;
let pool: BlobHasher;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hash-pool-'));
  pool = createHashPool({ threads: 2 });
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Bytes that differ everywhere, so that a hole or a shift shows. */
function content(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i += 1) bytes[i] = (i * 31 + seed * 17 + (i >> 8)) & 0xff;
  return bytes;
}

async function put(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const hex = (bytes: Buffer, algorithm = 'sha256'): string => createHash(algorithm).update(bytes).digest('hex');

async function hashAll(
  blobs: readonly Omit<BlobToHash, 'id' | 'algorithm'>[],
  algorithm: BlobToHash['algorithm'] = 'sha256',
) {
  const answers: BlobHash[] = [];
  let bytes = 0;
  await pool.hashAll(
    blobs.map((blob, id) => ({ ...blob, id, algorithm })),
    {
      onHashed: (hashes) => answers.push(...hashes),
      onBytes: (more) => {
        bytes += more;
      },
    },
  );
  return { bytes, answers: answers.sort((a, b) => a.id - b.id) };
}

describe('hash pool', () => {
  it('hashes files of every size around its read size, and counts their bytes', async () => {
    const sizes = [0, 1, 524_287, 524_288, 524_289, 3_000_001];
    const contents = sizes.map((size) => content(size, size));
    const paths = await Promise.all(contents.map((bytes, i) => put(`size-${i}`, bytes)));
    const { answers, bytes } = await hashAll(paths.map((path) => ({ path, offset: 0 })));
    expect(answers).toEqual(contents.map((c, id) => ({ id, hex: hex(c), bytes: c.length })));
    expect(bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
  });

  it('hashes a stretch of a file, as blobs lie in a tar', async () => {
    const bytes = content(2_000_000);
    const path = await put('archive', bytes);
    const stretches = [
      [0, 10],
      [512, 1_000_000],
      [1_999_999, 1],
      [700, 0],
    ] as const;
    const { answers } = await hashAll(stretches.map(([offset, length]) => ({ path, offset, length })));
    expect(answers).toEqual(
      stretches.map(([offset, length], id) => ({
        id,
        hex: hex(bytes.subarray(offset, offset + length)),
        bytes: length,
      })),
    );
  });

  it('knows the other algorithms', async () => {
    const bytes = content(1000);
    const path = await put('sha512', bytes);
    expect((await hashAll([{ path, offset: 0 }], 'sha512')).answers).toMatchObject([{ hex: hex(bytes, 'sha512') }]);
  });

  it('answers thousands of small files, each once', async () => {
    const paths = await Promise.all(Array.from({ length: 2000 }, (_, i) => put(`small-${i}`, content(i, i))));
    const { answers } = await hashAll(paths.map((path, i) => ({ path, offset: 0, expectedBytes: i })));
    expect(answers.map((answer) => answer.id)).toEqual(paths.map((_, i) => i));
    expect(answers[1234]).toEqual({ id: 1234, hex: hex(content(1234, 1234)), bytes: 1234 });
  });

  it('answers what cannot be read, and why, beside what can', async () => {
    const path = await put('good', content(100));
    await mkdir(join(folder, 'folder'));
    await symlink(path, join(folder, 'link'));
    const { answers } = await hashAll([
      { path, offset: 0 },
      { path: join(folder, 'absent'), offset: 0 },
      { path: join(folder, 'folder'), offset: 0 },
      { path: join(folder, 'link'), offset: 0 },
      { path, offset: 50, length: 51 },
    ]);
    expect(answers.map((answer) => answer.error?.code)).toEqual([
      undefined,
      'NOT_FOUND',
      'CORRUPT',
      'CORRUPT',
      'SIZE_MISMATCH',
    ]);
    expect(answers[1]).toMatchObject({ error: { subject: join(folder, 'absent') } });
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe that nobody writes to', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    expect((await hashAll([{ path, offset: 0 }])).answers).toMatchObject([{ error: { code: 'CORRUPT' } }]);
  });

  it('stops at once when it is cancelled, and goes on with other work', async () => {
    const path = await put('large', content(8_000_000));
    const controller = new AbortController();
    let answered = 0;
    let calls = 0;
    const work = Array.from({ length: 500 }, (_, id) => ({ id, algorithm: 'sha256' as const, path, offset: 0 }));
    const cancelled = pool.hashAll(work, {
      signal: controller.signal,
      onHashed: (hashes) => {
        answered += hashes.length;
        calls += 1;
        controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(answered).toBeLessThan(500);
    const again = [1, 2, 3, 4].map(() => ({ path, offset: 0 }));
    const { answers } = await hashAll(again);
    expect(answers.map((answer) => answer.error ?? answer.hex)).toEqual(again.map(() => hex(content(8_000_000))));
    expect(calls).toBe(1);
  });

  it('leaves a blob in the middle of which it was cancelled', async () => {
    await using single = createHashPool({ threads: 1 });
    const path = join(folder, 'endless');
    await writeFile(path, '');
    await truncate(path, 2 ** 40);
    const controller = new AbortController();
    const endless = single.hashAll([{ id: 0, algorithm: 'sha256', path, offset: 0 }], {
      signal: controller.signal,
      onHashed: () => undefined,
      onBytes: () => controller.abort(),
    });
    await expect(endless).rejects.toMatchObject({ code: 'CANCELLED' });
    const small = await put('after', content(10));
    let after = 0;
    await single.hashAll([{ id: 0, algorithm: 'sha256', path: small, offset: 0 }], {
      onHashed: (hashes) => {
        after += hashes.length;
      },
    });
    expect(after).toBe(1);
  });

  it('lets a short call through while a long one is under way', async () => {
    const path = await put('shared', content(4_000_000));
    const work = Array.from({ length: 200 }, (_, id) => ({ id, algorithm: 'sha256' as const, path, offset: 0 }));
    const controller = new AbortController();
    let longIsOver = false;
    const long = pool.hashAll(work, { signal: controller.signal, onHashed: () => undefined }).then(
      () => {
        longIsOver = true;
      },
      () => undefined,
    );
    await hashAll([{ path, offset: 0 }]);
    expect(longIsOver).toBe(false);
    controller.abort();
    await long;
  });

  it('starts a thread more for a call beside another', async () => {
    const path = await put('beside', content(4_000_000));
    let started = 0;
    const count = (): void => {
      started += 1;
    };
    process.on('worker', count);
    await using fresh = createHashPool({ threads: 2 });
    const one = () => fresh.hashAll([{ id: 0, algorithm: 'sha256', path, offset: 0 }], { onHashed: () => undefined });
    await Promise.all([one(), one(), one()]);
    process.off('worker', count);
    expect(started).toBe(2);
  });

  it('gives its caller an error of the caller', async () => {
    const path = await put('callback', content(10));
    const failing = pool.hashAll([{ id: 0, algorithm: 'sha256', path, offset: 0 }], {
      onHashed: () => {
        throw new Error('of the caller');
      },
    });
    await expect(failing).rejects.toThrow('of the caller');
  });

  it('has nothing to do for no blobs, and refuses work after it was disposed', async () => {
    const other = createHashPool({ threads: 1 });
    await other.hashAll([], { onHashed: () => undefined });
    await other[Symbol.asyncDispose]();
    const late = other.hashAll([{ id: 0, algorithm: 'sha256', path: folder, offset: 0 }], {
      onHashed: () => undefined,
    });
    await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { BlobHasher } from '../../engine/ports/blob-hasher.ts';
import { digestOf } from '../../engine/ports/mote-cache.suite.ts';
import { CommitCopy, CommitMove, type MoteWorkOptions } from '../../engine/ports/mote-cache.ts';
import { createHashPool } from '../workers/hash-pool.ts';
import { BottleFileCache } from './bottle-file-cache.ts';
import { createDisk, type Disk } from './disk.ts';

let folder: string;
let hasher: BlobHasher;
beforeAll(() => {
  hasher = createHashPool({ threads: 2 });
});
afterAll(() => hasher[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-by-kernel-'));
  await writeFile(from(), bytes);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = Buffer.alloc(20_000_000, 'bytes of a large layer ');
const mote = { digest: digestOf(bytes), mediaType: '', dataSize: bytes.byteLength };
const from = () => join(folder, 'original');

/** A cache, and the steps that changed its disk since it was opened. */
async function open(change: Partial<Disk> = {}, root = folder) {
  const steps: string[] = [];
  const disk = { ...createDisk({ beforeStep: (step) => steps.push(step) }), ...change };
  const cache = new BottleFileCache(join(root, 'cache'), { disk, hasher });
  await cache.initialize();
  steps.length = 0;
  const commit = (options: MoteWorkOptions = {}) => cache.commitMote(from(), mote, CommitCopy, options);
  return { cache, commit, steps };
}

/** A real copy, around which something happens. */
function copying(before: () => void, after: () => void = () => {}): Partial<Disk> {
  const { copy } = createDisk();
  return {
    copy: async (original, to) => {
      before();
      await copy(original, to);
      after();
    },
  };
}

async function expectNothing(cache: BottleFileCache): Promise<void> {
  expect([await readdir(cache.layout.ingest), await cache.moteExists(mote.digest)]).toEqual([[], false]);
}

describe.skipIf(process.platform !== 'linux')('a copy by the system', () => {
  test('is checked and synced before it gets its name, and no byte passes through this program', async () => {
    const { cache, commit, steps } = await open();
    let told = 0;
    await commit({ onBytes: (more) => (told += more) });
    expect(steps).toEqual(['create', 'copy', 'sync file', 'rename', 'sync folder']);
    expect(bytes.equals(await readFile(cache.moteRef(mote.digest)))).toBe(true);
    expect([told, await readdir(cache.layout.ingest)]).toEqual([bytes.byteLength, []]);
  });

  test('has the mode of any other blob, whatever the original has', async () => {
    const plain = join(folder, 'plain');
    await writeFile(plain, '', { mode: 0o644 });
    for (const mode of [0o400, 0o777, 0o4755]) {
      await chmod(from(), mode);
      const { cache, commit, steps } = await open();
      await commit();
      expect(steps.includes('copy')).toBe(mode !== 0o4755);
      expect((await stat(cache.moteRef(mote.digest))).mode).toBe((await stat(plain)).mode);
      await cache.removeMote(mote.digest);
    }
  });

  test.each([
    ['other bytes', () => writeFileSync(from(), Buffer.from(bytes).fill('x', 9_000_000, 9_000_001)), 'DIGEST_MISMATCH'],
    ['more bytes', () => appendFileSync(from(), 'x'), 'SIZE_MISMATCH'],
    ['fewer bytes', () => truncateSync(from(), 1000), 'SIZE_MISMATCH'],
  ])('of a file that has %s by then leaves nothing', async (_, change, code) => {
    const { cache, commit } = await open(copying(change));
    await expect(commit()).rejects.toMatchObject({ code, subject: mote.digest });
    await expectNothing(cache);
  });

  test('is of what was written, not of what the original has become', async () => {
    const { cache, commit } = await open(
      copying(
        () => {},
        () => writeFileSync(from(), 'something else'),
      ),
    );
    await commit();
    expect((await cache.find(mote.digest))?.size).toBe(bytes.byteLength);
    await cache.removeMote(mote.digest);
    await writeFile(from(), bytes);
    const other = await open({
      copy: async (_, to) => writeFileSync(to, Buffer.from(bytes).fill('x', 0, 1)),
    });
    await expect(other.commit()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    await expectNothing(other.cache);
  });

  test('goes on with a file whose name goes meanwhile', async () => {
    const { cache, commit } = await open(copying(() => unlinkSync(from())));
    await commit();
    expect(bytes.equals(await readFile(cache.moteRef(mote.digest)))).toBe(true);
  });

  test('that the system refuses is made piece by piece', async () => {
    const refuse = () => Promise.reject(Object.assign(new Error('not here'), { code: 'EIO' }));
    const { cache, commit, steps } = await open({ copy: refuse });
    await commit();
    expect(steps).toContain('write');
    expect(bytes.equals(await readFile(cache.moteRef(mote.digest)))).toBe(true);
    expect(await readdir(cache.layout.ingest)).toEqual([]);
  });

  test('of more than 512 MiB is made piece by piece, so that it can be stopped', async () => {
    const large = 600 * 1024 * 1024;
    truncateSync(from(), large);
    const { cache, steps } = await open();
    const abort = new AbortController();
    let told = 0;
    const commit = cache.commitMote(from(), { ...mote, dataSize: large }, CommitCopy, {
      signal: abort.signal,
      onBytes: (more) => {
        told += more;
        abort.abort();
      },
    });
    await expect(commit).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([steps.includes('copy'), steps.includes('write'), told < 10_000_000]).toEqual([false, true, true]);
    await expectNothing(cache);
  });

  test('that is cancelled in the copying, or in the checking, leaves nothing', async () => {
    const abort = new AbortController();
    const { cache, commit } = await open(copying(() => abort.abort()));
    await expect(commit({ signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expectNothing(cache);
    const later = new AbortController();
    const second = await open();
    const checked = second.commit({ signal: later.signal, onBytes: () => later.abort() });
    await expect(checked).rejects.toMatchObject({ code: 'CANCELLED' });
    await expectNothing(second.cache);
  });

  test('that cannot be synced does not get its name', async () => {
    const { sync } = createDisk();
    let isOpen = false;
    const { cache, commit } = await open({
      sync: (file) => (isOpen ? Promise.reject(Object.assign(new Error('bad block'), { code: 'EIO' })) : sync(file)),
    });
    isOpen = true;
    await expect(commit()).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { code: 'EIO' } });
    await expectNothing(cache);
  });
});

describe('a copy that is made piece by piece', () => {
  /** The system refuses both ways of its own. */
  const refuse = () => Promise.reject(Object.assign(new Error('not here'), { code: 'EIO' }));
  /** A pool that says the same of every file, so that it shows whose word counts. */
  const answering = (hex: string): BlobHasher => ({
    hashAll: async ([blob], { onHashed }) => onHashed([{ id: blob?.id ?? 0, hex, bytes: bytes.byteLength }]),
    [Symbol.asyncDispose]: async () => {},
  });

  test('is checked by the pool, and counted once', async () => {
    const { commit } = await open({ copy: refuse, clone: refuse });
    let told = 0;
    await commit({ onBytes: (more) => (told += more) });
    expect(told).toBe(bytes.byteLength);
  });

  test.each([
    ['piece by piece', { copy: refuse, clone: refuse }, CommitCopy],
    ['by a clone', { copy: refuse, clone: (a: string, b: string) => copyFile(a, b) }, CommitCopy],
    ['by a move', {}, CommitMove],
  ] as const)('and one made %s, is what the pool says, and not hashed here', async (_, change, mode) => {
    const disk = { ...createDisk(), ...change };
    const cache = new BottleFileCache(join(folder, 'cache'), { disk, hasher: answering('0'.repeat(64)) });
    await cache.initialize();
    const commit = (digest: typeof mote.digest) => cache.commitMote(from(), { ...mote, digest }, mode);
    await expect(commit(mote.digest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', subject: mote.digest });
    await expectNothing(cache);
    const wrong = parseDigest(`sha256:${'0'.repeat(64)}`);
    await commit(wrong);
    expect(await cache.moteExists(wrong)).toBe(true);
  });

  test('of a file that grows without end stops at its size', async () => {
    let written = 0;
    const { write } = createDisk();
    const { cache, commit } = await open({
      copy: refuse,
      clone: refuse,
      write: async (file, chunk) => {
        written += chunk.byteLength;
        appendFileSync(from(), chunk);
        await write(file, chunk);
      },
    });
    await expect(commit()).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
    expect(written).toBeLessThan(bytes.byteLength + 1_000_000);
    await expectNothing(cache);
  });
});

function whyNoMount(): string | undefined {
  const mounts = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  return mounts ? undefined : 'skipped: a full disk is tried on a small one; mounting is not permitted here';
}

const reason = whyNoMount();
if (reason) process.stdout.write(`${reason}\n`);

test.skipIf(reason)('a disk that fills up in the middle is NO_SPACE once, and nothing is left on it', async () => {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
  try {
    const { cache, commit, steps } = await open({}, disk);
    await expect(commit()).rejects.toMatchObject({ code: 'NO_SPACE', subject: mote.digest });
    expect(steps).not.toContain('write');
    await expectNothing(cache);
  } finally {
    execFileSync('umount', [disk]);
  }
});

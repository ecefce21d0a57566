import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../engine/ports/mote-cache.suite.ts';
import { CommitCopy } from '../../engine/ports/mote-cache.ts';
import { BottleFileCache } from './bottle-file-cache.ts';
import { createDisk, type Disk } from './disk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mote-reflink-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = Buffer.alloc(40_000_000, 'bytes that are shared ');
const mote = { digest: digestOf(bytes), mediaType: '', dataSize: bytes.byteLength };

async function open(root: string, disk?: Disk): Promise<BottleFileCache> {
  const cache = new BottleFileCache(join(root, 'cache'), disk ? { disk } : {});
  await cache.initialize();
  return cache;
}

/** A blob that came through a writer; its path. */
async function createWritten(cache: BottleFileCache): Promise<string> {
  const content = Buffer.from('written');
  const digest = digestOf(content);
  await cache.createMote(digest, '', content.byteLength);
  await using writer = await cache.moteWriter(digest);
  await writer.write(content);
  await writer.close();
  return cache.moteRef(digest);
}

describe('a copy that shares its blocks with the original', () => {
  /** Cloning works here, whatever the file system. */
  const cloning: Disk = { ...createDisk(), clone: (from, to) => copyFile(from, to) };

  test('is checked like any other', async () => {
    const cache = await open(folder, cloning);
    await writeFile(join(folder, 'blob'), bytes);
    let told = 0;
    await cache.commitMote(join(folder, 'blob'), mote, CommitCopy, { onBytes: (n) => (told += n) });
    expect([(await cache.find(mote.digest))?.size, told]).toEqual([bytes.byteLength, bytes.byteLength]);
    await writeFile(join(folder, 'other'), Buffer.from(bytes).fill('x', 5, 6));
    await cache.removeMote(mote.digest);
    await expect(cache.commitMote(join(folder, 'other'), mote, CommitCopy)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(await readdir(join(folder, 'cache/ingest'))).toEqual([]);
    expect(await cache.moteExists(mote.digest)).toBe(false);
  });

  test('has the mode of a blob, and not that of the original', async () => {
    const cache = await open(folder, cloning);
    await writeFile(join(folder, 'blob'), bytes);
    await chmod(join(folder, 'blob'), 0o4711);
    await cache.commitMote(join(folder, 'blob'), mote, CommitCopy);
    const written = await createWritten(cache);
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o7777).toString(8);
    expect(await modeOf(cache.moteRef(mote.digest))).toBe(await modeOf(written));
  });

  test('that is cancelled leaves nothing', async () => {
    const cache = await open(folder, cloning);
    await writeFile(join(folder, 'blob'), bytes);
    const abort = new AbortController();
    const copying = cache.commitMote(join(folder, 'blob'), mote, CommitCopy, {
      signal: abort.signal,
      onBytes: () => abort.abort(),
    });
    await expect(copying).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(join(folder, 'cache/ingest'))).toEqual([]);
  });
});

/** Why no file system that clones can be had; undefined where one can. */
function whyNoBtrfs(): string | undefined {
  if (spawnSync('mkfs.btrfs', ['--version']).status !== 0)
    return 'skipped: cloning is tried on btrfs; mkfs.btrfs is missing';
  if (spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status !== 0) {
    return 'skipped: cloning is tried on btrfs; mounting is not permitted here';
  }
  return undefined;
}

const reason = whyNoBtrfs();
if (reason) process.stdout.write(`${reason}\n`);

describe.skipIf(reason)('on btrfs', () => {
  test('a copy takes next to no space', async () => {
    const [image, disk] = [join(folder, 'image'), join(folder, 'disk')];
    execFileSync('truncate', ['-s', '200M', image]);
    execFileSync('mkfs.btrfs', ['-q', image]);
    execFileSync('mkdir', [disk]);
    execFileSync('mount', ['-o', 'loop', image, disk]);
    try {
      await writeFile(join(disk, 'blob'), bytes);
      const used = () => {
        execFileSync('sync', ['-f', disk]);
        return Number(execFileSync('df', ['--output=used', '-B1', disk], { encoding: 'utf8' }).split('\n')[1]);
      };
      const before = used();
      const cache = await open(disk);
      await cache.commitMote(join(disk, 'blob'), mote, CommitCopy);
      expect((await cache.find(mote.digest))?.size).toBe(bytes.byteLength);
      expect(used() - before).toBeLessThan(bytes.byteLength / 10);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

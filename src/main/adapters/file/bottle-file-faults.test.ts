import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DIGEST_ALGORITHMS, type Digest, type DigestAlgorithm, parseDigest } from '../../../shared/oci/digest.ts';
import { digestOf, writeMote } from '../../engine/ports/mote-cache.suite.ts';
import { CommitCopy, CommitMove, type MoteCache } from '../../engine/ports/mote-cache.ts';
import { NilCache } from '../memory/nil-cache.ts';
import { MemoryMoteCache } from '../memory/testing/memory-mote-cache.ts';
import { BottleFileCache, type BottleFileCacheOptions } from './bottle-file-cache.ts';
import { createDisk } from './disk.ts';
import { ownedName } from './owner.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mote-faults-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = Buffer.from('the bytes of a layer');
const digest = digestOf(bytes);

async function open(options: BottleFileCacheOptions = {}, name = 'cache'): Promise<BottleFileCache> {
  const cache = new BottleFileCache(join(folder, name), options);
  await cache.initialize();
  return cache;
}

async function readAll(cache: MoteCache, of: Digest): Promise<string> {
  await using reader = await cache.moteReader(of);
  let text = '';
  for await (const chunk of reader) text += Buffer.from(chunk).toString();
  return text;
}

const ingest = () => readdirSync(join(folder, 'cache/ingest'));

describe('on disk', () => {
  test('it is an OCI image layout', async () => {
    const cache = await open();
    await writeMote(cache, bytes);
    expect(readdirSync(join(folder, 'cache')).sort()).toEqual(['blobs', 'index.json', 'ingest', 'oci-layout']);
    expect(readFileSync(join(folder, 'cache/oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect(JSON.parse(readFileSync(join(folder, 'cache/index.json'), 'utf8'))).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [],
    });
    expect(readFileSync(join(folder, 'cache/blobs/sha256', digest.slice(7)))).toEqual(bytes);
    expect(ingest()).toEqual([]);
  });

  test.each(Object.keys(DIGEST_ALGORITHMS) as DigestAlgorithm[])('blobs can be keyed by %s', async (algorithm) => {
    const cache = await open({ keyAlgorithm: algorithm });
    const key = parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
    await cache.createMote(key, '', bytes.byteLength);
    await using writer = await cache.moteWriter(key);
    await writer.write(bytes);
    await writer.close();
    expect(await readAll(cache, key)).toBe(bytes.toString());
    expect(cache.moteRef(key)).toBe(join(folder, 'cache/blobs', algorithm, key.slice(algorithm.length + 1)));
    const other = algorithm === 'sha256' ? 'sha512' : 'sha256';
    const foreign = parseDigest(`${other}:${createHash(other).update(bytes).digest('hex')}`);
    await expect(cache.createMote(foreign, '', 1)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('a folder with something else in it is refused and left as it is', async () => {
    await mkdir(join(folder, 'cache'));
    await writeFile(join(folder, 'cache/notes.txt'), 'mine');
    await expect(open()).rejects.toMatchObject({ code: 'CONFLICT', subject: join(folder, 'cache') });
    expect(readdirSync(join(folder, 'cache'))).toEqual(['notes.txt']);
  });

  test('a layout of another version is refused', async () => {
    await mkdir(join(folder, 'cache'));
    await writeFile(join(folder, 'cache/oci-layout'), '{"imageLayoutVersion":"2.0.0"}');
    await expect(open()).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    expect(readdirSync(join(folder, 'cache'))).toEqual(['oci-layout']);
  });
});

describe('what crashed writers left', () => {
  test('goes with the next start when its process is gone, and stays while it runs', async () => {
    await open();
    // A process that has ended: its id may be used again, but not with the same start.
    const { pid } = spawnSync('true');
    const own = /\.(\d+)-(\d+)-([0-9a-f]+)-(\d+)\./.exec(ownedName('blob'));
    const [, , start, boot, namespace] = own ?? [];
    const name = (pid: number | string, startedAt = start) => `0011.${pid}-${startedAt}-${boot}-${namespace}.blob`;
    const names = {
      gone: name(pid),
      reused: name(process.pid, '1'),
      living: name(process.pid),
      parent: ownedName('link'),
      foreign: 'f00d',
    };
    for (const each of Object.values(names)) await writeFile(join(folder, 'cache/ingest', each), 'part');
    await mkdir(join(folder, 'cache/ingest/another-program'));
    await open();
    expect(ingest().sort()).toEqual([names.living, names.parent, names.foreign, 'another-program'].sort());
  });

  test('of an earlier boot goes; of another container it is given a day', async () => {
    await open();
    const old = `01.${process.pid}-1-${'0'.repeat(32)}-4026531836.blob`;
    const boot = /\.(\d+)-(\d+)-([0-9a-f]+)-(\d+)\./.exec(ownedName('blob'))?.[3];
    const [fresh, silent] = [`02.99-1-${boot}-17.blob`, `03.99-1-${boot}-17.blob`];
    for (const each of [old, fresh, silent]) await writeFile(join(folder, 'cache/ingest', each), 'part');
    await utimes(join(folder, 'cache/ingest', old), 1, 1);
    const yesterday = Date.now() / 1000 - 25 * 3600;
    await utimes(join(folder, 'cache/ingest', silent), yesterday, yesterday);
    await open();
    expect(ingest()).toEqual([fresh]);
  });
});

describe('reading', () => {
  test('a blob has a second name while it is read, and none after', async () => {
    const cache = await open();
    await writeMote(cache, bytes);
    const reader = await cache.moteReader(digest);
    expect(ingest()).toEqual([expect.stringMatching(/\.link$/)]);
    expect(statSync(cache.moteRef(digest)).nlink).toBe(2);
    await reader.close();
    expect(ingest()).toEqual([]);
    const plain = await open({ linkOnRead: false });
    await using _ = await plain.moteReaderAt(digest);
    expect(ingest()).toEqual([]);
  });

  test('where there are no second names it reads all the same, and warns once', async () => {
    const warnings: string[] = [];
    const refuse = () => Promise.reject(Object.assign(new Error('no links here'), { code: 'EPERM' }));
    const cache = await open({
      disk: { ...createDisk(), link: refuse },
      onWarning: (message) => warnings.push(message),
    });
    await writeMote(cache, bytes);
    expect([await readAll(cache, digest), await readAll(cache, digest)]).toEqual([String(bytes), String(bytes)]);
    expect(warnings).toEqual([expect.stringContaining('without a second name')]);
  });

  test('a read notes the access and keeps the time of writing; a prune goes by it', async () => {
    const cache = await open();
    const blobs = ['one', 'two', 'three'].map((text) => Buffer.from(text));
    for (const [at, blob] of blobs.entries()) {
      await writeMote(cache, blob);
      await utimes(cache.moteRef(digestOf(blob)), 1_700_000_000 + at, 1_700_000_000);
    }
    const [first, second, third] = blobs.map(digestOf) as [Digest, Digest, Digest];
    await readAll(cache, first);
    const { atimeMs, mtimeMs } = await stat(cache.moteRef(first));
    expect([atimeMs > Date.now() - 60_000, mtimeMs]).toEqual([true, 1_700_000_000_000]);
    expect(await cache.prune(8)).toEqual({ removed: 1, freedBytes: 3 });
    expect([await cache.moteExists(first), await cache.moteExists(second), await cache.moteExists(third)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('a read within a minute of the last does not touch the file', async () => {
    const steps: string[] = [];
    const cache = await open({ disk: createDisk({ beforeStep: (step) => steps.push(step) }) });
    await writeMote(cache, bytes);
    await readAll(cache, digest);
    expect(steps).not.toContain('set times');
  });
});

describe('a fallback', () => {
  test('is asked on reads only, and nothing of it is kept', async () => {
    const fallback = new MemoryMoteCache();
    await writeMote(fallback, bytes);
    const cache = await open({ fallbackCache: fallback });
    expect(await readAll(cache, digest)).toBe(bytes.toString());
    await using at = await cache.moteReaderAt(digest);
    expect(at.size).toBe(bytes.byteLength);
    expect([await cache.moteExists(digest), await cache.find(digest)]).toEqual([false, undefined]);
    const other = Buffer.from('own');
    await writeMote(cache, other);
    expect(await fallback.moteExists(digestOf(other))).toBe(false);
    await cache.removeMote(digest);
    expect(await fallback.moteExists(digest)).toBe(true);
    await expect(cache.moteReader(digestOf(Buffer.from('nowhere')))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('that is switched off has nothing', async () => {
    const cache = await open({ fallbackCache: new NilCache() });
    await expect(cache.moteReader(digest)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(cache.moteReaderAt(digest)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('must not lead back', async () => {
    const first = new BottleFileCache(join(folder, 'a'));
    const second = new BottleFileCache(join(folder, 'b'), { fallbackCache: first });
    const loop = () => new BottleFileCache(join(folder, 'x/../a'), { fallbackCache: second });
    expect(loop).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    const self = { fallbackCache: undefined as MoteCache | undefined };
    const looped = Object.assign(new MemoryMoteCache(), self);
    looped.fallbackCache = looped;
    expect(() => new BottleFileCache(join(folder, 'c'), { fallbackCache: looped })).toThrow(/lead back/);
  });
});

describe('something else in the place of a blob', () => {
  test('a folder: reads and writes say so', async () => {
    const cache = await open();
    await mkdir(cache.moteRef(digest));
    expect(await cache.moteExists(digest)).toBe(false);
    const corrupt = { code: 'CORRUPT', subject: digest };
    await expect(cache.find(digest)).rejects.toMatchObject(corrupt);
    await expect(cache.moteReader(digest)).rejects.toMatchObject(corrupt);
    await expect(cache.moteReaderAt(digest)).rejects.toMatchObject(corrupt);
    await expect(cache.removeMote(digest)).rejects.toMatchObject(corrupt);
    await expect(writeMote(cache, bytes)).rejects.toMatchObject(corrupt);
    expect(ingest()).toEqual([]);
  });

  test('a symbolic link out of the store is not followed; writing the blob replaces the link', async () => {
    const cache = await open();
    await writeFile(join(folder, 'outside'), 'secret');
    await symlink(join(folder, 'outside'), cache.moteRef(digest));
    await expect(cache.moteReader(digest)).rejects.toMatchObject({ code: 'CORRUPT', subject: digest });
    await expect(cache.find(digest)).rejects.toMatchObject({ code: 'CORRUPT' });
    await writeMote(cache, bytes);
    expect([await readAll(cache, digest), readFileSync(join(folder, 'outside'), 'utf8')]).toEqual([
      bytes.toString(),
      'secret',
    ]);
  });

  test('a blob that is cut off or has grown is written anew', async () => {
    const cache = await open();
    await writeMote(cache, bytes);
    await writeFile(cache.moteRef(digest), 'cut');
    await writeFile(join(folder, 'whole'), bytes);
    const mote = { digest, mediaType: '', dataSize: bytes.byteLength };
    await cache.commitMote(join(folder, 'whole'), mote, CommitCopy);
    expect(await readAll(cache, digest)).toBe(bytes.toString());
  });
});

describe('committing', () => {
  const mote = { digest, mediaType: '', dataSize: bytes.byteLength };

  test('a symbolic link or a folder is refused', async () => {
    const cache = await open();
    await writeFile(join(folder, 'real'), bytes);
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await expect(cache.commitMote(join(folder, 'link'), mote, CommitMove)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await mkdir(join(folder, 'dir'));
    await expect(cache.commitMote(join(folder, 'dir'), mote, CommitCopy)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await readFile(join(folder, 'real'))).toEqual(bytes);
  });

  test.skipIf(otherDevice() === undefined)('a move from another device copies, then removes', async () => {
    const far = await mkdtemp(join(otherDevice() ?? '', 'mote-'));
    try {
      const cache = await open();
      await writeFile(join(far, 'blob'), bytes);
      await cache.commitMote(join(far, 'blob'), mote, CommitMove);
      expect([readdirSync(far), await readAll(cache, digest)]).toEqual([[], bytes.toString()]);
    } finally {
      await rm(far, { recursive: true });
    }
  });

  test('a cancelled copy leaves nothing', async () => {
    const cache = await open();
    const large = Buffer.alloc(8_000_000, 'x');
    await writeFile(join(folder, 'large'), large);
    const abort = new AbortController();
    const copying = cache.commitMote(
      join(folder, 'large'),
      { digest: digestOf(large), mediaType: '', dataSize: large.byteLength },
      CommitCopy,
      { signal: abort.signal, onBytes: () => abort.abort() },
    );
    await expect(copying).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([ingest(), await cache.moteExists(digestOf(large))]).toEqual([[], false]);
  });
});

/** A folder on another file system than the temporary one; undefined, with a printed reason, where there is none. */
function otherDevice(): string | undefined {
  try {
    if (statSync('/dev/shm').dev !== statSync(tmpdir()).dev) return '/dev/shm';
  } catch {
    // There is none.
  }
  process.stdout.write(
    'skipped: a move between devices needs /dev/shm on another file system than the temporary folder\n',
  );
  return undefined;
}

const isLong = process.env.CACHEWRIGHT_LONG === '1';
if (!isLong) process.stdout.write('skipped: the blob of 5 GiB is tried with CACHEWRIGHT_LONG=1\n');

test.runIf(isLong)(
  'a blob of 5 GiB goes in and out in flat memory',
  async () => {
    const size = 5 * 2 ** 30;
    execFileSync('truncate', ['-s', String(size), join(folder, 'sparse')]);
    const sum = execFileSync('sha256sum', [join(folder, 'sparse')], { encoding: 'utf8' }).slice(0, 64);
    const mote = { digest: parseDigest(`sha256:${sum}`), mediaType: '', dataSize: size };
    const cache = await open();
    const before = process.memoryUsage().rss;
    let peak = 0;
    const look = () => {
      peak = Math.max(peak, process.memoryUsage().rss);
    };
    await cache.commitMote(join(folder, 'sparse'), mote, CommitCopy, { onBytes: look });
    expect((await cache.find(mote.digest))?.size).toBe(size);
    let bytes = 0;
    await using reader = await cache.moteReader(mote.digest);
    for await (const chunk of reader) {
      bytes += chunk.byteLength;
      look();
    }
    expect(bytes).toBe(size);
    expect(peak - before).toBeLessThan(64 * 2 ** 20);
  },
  900_000,
);

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  cpSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { RecordUsage } from '../../../shared/model/usage.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { fnv1a64, readMetas } from '../../engine/bolt/meta.ts';
import { deriveCatalog } from '../../engine/catalog/derive.ts';
import type { CacheSource, SourceSnapshot } from '../../engine/ports/cache-source.ts';
import { cacheDocuments } from '../../engine/remotecache/cache-documents.ts';
import { runSteps } from '../../engine/streams/steps.ts';
import { realCaches } from '../../engine/testing/real-caches.ts';
import { selectCache } from '../../engine/transfer/selected-cache.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { openDatabaseFile } from './database-file.ts';
import { isStateFolder, openStateFolder } from './index.ts';
import { readState } from './read-state.ts';

const app = dataSet('app');
const tiny = dataSet('tiny');

interface DuRow {
  readonly id: string;
  readonly size: number;
  readonly parents: readonly string[] | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly usageCount: number;
  readonly description: string;
  readonly recordType: string;
  readonly mutable: boolean;
  readonly inUse: boolean;
  readonly shared: boolean;
}

const readJson = (path: string): unknown =>
  JSON.parse((path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)).toString());

/** A row of `du` as a snapshot has it. */
function expectedUsage(row: DuRow): RecordUsage {
  const { size, recordType, parents, lastUsedAt, id: _id, ...same } = row;
  return {
    ...same,
    type: recordType,
    sizeBytes: size,
    parents: [...(parents ?? [])],
    ...(lastUsedAt === null ? {} : { lastUsedAt }),
  };
}

function opened(path: string): CacheSource {
  return openStateFolder(path, { isMeant: true }) ?? expect.fail('no state folder');
}

function countBuckets(dump: unknown): { keys: number; links: number; results: number } {
  const { _links: links, _result: results } = dump as Record<string, Record<string, object>>;
  const sum = (bucket: Record<string, object> | undefined) =>
    Object.values(bucket ?? {}).reduce((total, inner) => total + Object.keys(inner).length, 0);
  return { keys: Object.keys(links ?? {}).length, links: sum(links), results: sum(results) };
}

const SETS = [
  { set: 'tiny', root: tiny && join(tiny, 'state'), du: tiny && join(tiny, 'du.json') },
  { set: 'app', root: app && join(app, 'state-app'), du: app && join(app, 'oracle/final/du.json') },
].filter((one) => one.root !== undefined) as { set: string; root: string; du: string }[];

describe.each(SETS)('the state folder of $set', ({ root, du }) => {
  let snapshot: SourceSnapshot;
  const expected = readJson(du) as DuRow[];
  beforeAll(async () => {
    snapshot = await opened(root).read();
  });

  test('has the figures of du, record by record and in all', () => {
    expect(Object.fromEntries(snapshot.usage ?? [])).toEqual(
      Object.fromEntries(expected.map((row) => [row.id, expectedUsage(row)])),
    );
    const bytes = expected.reduce((sum, { size }) => sum + size, 0);
    expect(runSteps(deriveCatalog(snapshot)).du).toEqual({
      records: expected.length,
      totalBytes: bytes,
      reclaimableBytes: bytes,
    });
  });

  test('lists each record of du once, under its own id, with its size and the name its description gives', () => {
    const { records } = runSteps(deriveCatalog(snapshot));
    const ids = records.ownId ?? [];
    expect(new Set(ids).size).toBe(records.count);
    for (const row of expected) {
      const at = ids.indexOf(row.id);
      expect(records.addsBytes[at], row.id).toBe(row.size);
      const name = snapshot.names?.get(row.id) ?? snapshot.names?.get(records.digest[at] ?? '');
      expect(row.description).toContain(name?.name);
      expect(name?.nameFrom).toBe('reference');
    }
  });

  test('adds up sizes as the slow way does', () => {
    const { records } = runSteps(deriveCatalog(snapshot));
    const byId = new Map(expected.map((row) => [row.id, row]));
    const chain = (id: string): number => {
      const row = byId.get(id);
      return row ? row.size + (row.parents ?? []).reduce((sum, parent) => sum + chain(parent), 0) : 0;
    };
    for (const row of expected) {
      const at = records.ownId?.indexOf(row.id) ?? -1;
      const hasChild = expected.some(({ parents }) => parents?.includes(row.id));
      expect(records.ownBytes[at]).toBe(chain(row.id));
      expect((records.ownBytes[at] ?? 0) - (records.sharedBytes[at] ?? 0)).toBe(hasChild ? 0 : row.size);
    }
  });

  test('the same bytes have the same fingerprint, before and with a read', async () => {
    expect(await opened(root).fingerprint()).toBe(snapshot.fingerprint);
  });

  test('no damage, no problem; every blob of a result is there and its bytes can be read', async () => {
    expect(snapshot.problems).toEqual([]);
    const source = opened(root);
    const present = new Map(snapshot.blobs.map((blob) => [blob.digest as string, blob]));
    const [solver] = snapshot.caches;
    expect(solver?.descriptors.length).toBeGreaterThan(10);
    for (const { digest, size } of solver?.descriptors ?? []) {
      if (!present.has(digest)) continue;
      expect(present.get(digest as Digest)?.size).toBe(size);
      await using reader = await source.openBlob(digest as Digest);
      expect(reader.size).toBe(size);
    }
  });
});

describe.runIf(app)('what the solver has', () => {
  test('keys, links and results are those of the dump', async () => {
    const dump = countBuckets(readJson(join(app ?? '', 'oracle/db/cache.db.dump.json.gz')));
    const snapshot = await opened(join(app ?? '', 'state-app')).read();
    const { caches } = runSteps(deriveCatalog(snapshot));
    expect(caches[0]?.totals).toMatchObject({ records: dump.keys, links: dump.links });
    // Results without layers as blobs, and those whose reference was pruned, are not counted.
    expect(caches[0]?.totals.results).toBeGreaterThan(0);
    expect(caches[0]?.totals.results).toBeLessThan(dump.results);
  });

  test('builds are those that the daemon told of', async () => {
    const lines = readFileSync(join(app ?? '', 'oracle/final/histories.json'), 'utf8')
      .trim()
      .split('\n');
    const { builds } = await opened(join(app ?? '', 'state-app')).read();
    expect(builds).toBe(lines.length);
  });
});

describe.runIf(tiny)('an export of a daemon', () => {
  test('with mode=max is what the daemon itself exported, byte for byte', async () => {
    const [theirs] = realCaches(join(tiny ?? '', 'a/cache'));
    const { caches } = await opened(join(tiny ?? '', 'state')).read();
    const [solver] = caches;
    if (!solver || !theirs) expect.fail('no cache');
    const { config, blobs } = selectCache(solver, 'max', () => true);
    const documents = await cacheDocuments(config, 'image-manifest', blobs);
    expect([documents.config.digest, documents.manifest.digest]).toEqual(
      [theirs.config, theirs.manifest].map((bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`),
    );
  });

  test('leaves out results whose blobs are missing, and counts them', async () => {
    const { caches } = await opened(join(tiny ?? '', 'state')).read();
    const [solver] = caches;
    if (!solver) expect.fail('no cache');
    const whole = selectCache(solver, 'max', () => true);
    const gone = whole.blobs[0]?.digest;
    const less = selectCache(solver, 'max', (digest) => digest !== gone);
    expect(less.leftOut).toBeGreaterThan(0);
    expect(less.config.resultLayer.length).toBe(whole.config.resultLayer.length - less.leftOut);
  });
});

describe.runIf(tiny)('where a state folder is found', () => {
  const root = join(tiny ?? '', 'state');
  test.each(['', 'runc-native', 'cache.db', 'runc-native/metadata_v2.db'])('at "%s" of it', (below) => {
    expect(opened(join(root, below)).location).toBe(realpathSync(root));
  });

  test('nowhere else, and an error says what was looked for', () => {
    expect(openStateFolder(tiny ?? '', { isMeant: false })).toBeUndefined();
    expect([isStateFolder(root), isStateFolder(join(root, 'runc-native')), isStateFolder('/nowhere')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(() => openStateFolder(tiny ?? '', { isMeant: true })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', hint: expect.stringContaining('metadata_v2.db') }),
    );
    expect(() => opened(join(root, 'missing'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

/** What a commit does last: the older meta page becomes the newer one. */
function commitNothing(path: string): void {
  const bytes = readFileSync(path);
  const pageSize = bytes.readUInt32LE(16 + 8);
  const older = bytes.readBigUInt64LE(16 + 48) < bytes.readBigUInt64LE(pageSize + 16 + 48) ? 0 : 1;
  const newest = bytes.subarray((1 - older) * pageSize + 16, (1 - older) * pageSize + 16 + 64);
  const meta = Buffer.from(newest);
  meta.writeBigUInt64LE(meta.readBigUInt64LE(48) + 1n, 48);
  meta.writeBigUInt64LE(fnv1a64(meta.subarray(0, 56)), 56);
  poke(path, older * pageSize + 16, meta);
}

/** Overwrites bytes in place, as a daemon would. */
function poke(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

describe.runIf(tiny)('a copy that is not as it should be', () => {
  let folder: string;
  let copies = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cachewright-state-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const copy = (): string => {
    copies += 1;
    const root = join(folder, String(copies));
    cpSync(join(tiny ?? '', 'state'), root, { recursive: true });
    return root;
  };
  const damagePages = (path: string): void => {
    using file = openDatabaseFile(path);
    const { pageSize } = readMetas(file)[0];
    const bytes = readFileSync(path);
    // Every leaf but the first: the root stays.
    let seen = 0;
    for (let at = 2 * pageSize; at + pageSize <= bytes.length; at += pageSize) {
      if (bytes.readUInt16LE(at + 8) === 2 && bytes.readUInt16LE(at + 10) > 0 && seen++ > 0) {
        poke(path, at, new Uint8Array(16));
      }
    }
  };

  test.each(['cache.db', 'runc-native/metadata_v2.db', 'runc-native/containerdmeta.db', 'history.db'])(
    'damaged pages of %s are problems that name them, and the rest is read',
    async (file) => {
      const root = copy();
      const whole = await opened(root).read();
      damagePages(join(root, file));
      const source = opened(root);
      expect(await source.fingerprint()).not.toBe(whole.fingerprint);
      const { problems, caches, usage } = await source.read();
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) {
        expect(problem).toMatchObject({ code: 'CORRUPT', subject: expect.stringMatching(/^\w+\.db: page \d+$/) });
      }
      expect(caches.length).toBe(2);
      if (!file.includes('metadata_v2')) expect(usage?.size).toBe(whole.usage?.size);
    },
  );

  test.each(['cache.db', 'runc-native/metadata_v2.db'])(
    '%s without a meta page is an error that names it',
    async (file) => {
      const root = copy();
      poke(join(root, file), 0, new Uint8Array(8192 * 8));
      await expect(opened(root).read()).rejects.toMatchObject({
        code: 'UNSUPPORTED_FORMAT',
        subject: file.split('/').at(-1),
      });
    },
  );

  test.each([0, 10, 4096, 5000, 20_000])('cut off after %i bytes it ends in an error or in problems', async (bytes) => {
    const root = copy();
    truncateSync(join(root, 'cache.db'), bytes);
    const outcome = await opened(root)
      .read()
      .then((snapshot) => snapshot.problems.map(({ code }) => code))
      .catch((error: { code: string }) => [error.code]);
    expect(outcome.length).toBeGreaterThan(0);
    for (const code of outcome) expect(['CORRUPT', 'UNSUPPORTED_FORMAT']).toContain(code);
  });

  test('without its content it opens: names and sizes are there, layers are missing', async () => {
    const root = copy();
    await rm(join(root, 'runc-native/content'), { recursive: true });
    const snapshot = await opened(root).read();
    const { totals, du } = runSteps(deriveCatalog(snapshot));
    expect([snapshot.problems, totals.missingBlobs, du?.records]).toEqual([[], totals.blobs, 18]);
    await expect(opened(root).openBlob(snapshot.caches[0]?.descriptors[0]?.digest as Digest)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('as Docker keeps it, with the files of the worker in the root, it is the same', async () => {
    const root = copy();
    const { usage } = await opened(root).read();
    cpSync(join(root, 'runc-native'), root, { recursive: true });
    await rm(join(root, 'runc-native'), { recursive: true });
    const snapshot = await opened(root).read();
    expect(snapshot.caches.map(({ ref }) => ref)).toEqual(['cache.db', basename(root)]);
    expect([snapshot.usage, snapshot.problems]).toEqual([usage, []]);
  });

  test('a folder of blobs that leads out of it is not followed', async () => {
    const root = copy();
    const blobs = join(root, 'runc-native/content/blobs/sha256');
    renameSync(blobs, join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), blobs);
    const source = opened(root);
    const { caches } = await source.read();
    const digest = caches[0]?.descriptors[0]?.digest as Digest;
    await expect(source.openBlob(digest)).rejects.toMatchObject({ code: 'CORRUPT', subject: digest });
    await expect(source.locateBlobs([digest])).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  test('without cache.db the worker alone still has its records', async () => {
    const root = copy();
    await rm(join(root, 'cache.db'));
    const snapshot = await opened(join(root, 'runc-native')).read();
    expect(snapshot.caches.map(({ ref }) => ref)).toEqual(['runc-native']);
    expect(runSteps(deriveCatalog(snapshot)).du?.records).toBe(18);
  });

  test('a lock file alone is no daemon, where the system tells who holds locks', async () => {
    const root = copy();
    writeFileSync(join(root, 'buildkitd.lock'), '');
    const { problems } = await opened(root).read();
    expect(problems).toEqual([]);
  });

  test('databases that change while they are read are read three times, and the snapshot says so', async () => {
    const root = copy();
    const path = join(root, 'cache.db');
    let reads = 0;
    const snapshot = await readState(root, () => {
      reads += 1;
      commitNothing(path);
    });
    expect(reads).toBe(3);
    expect(snapshot.problems[0]).toMatchObject({ message: expect.stringContaining('in motion') });
    expect(snapshot.usage?.size).toBe(18);
  });

  test('a change during the first read is read again, and then it is a whole state', async () => {
    const root = copy();
    let reads = 0;
    const { problems } = await readState(root, () => {
      reads += 1;
      if (reads === 1) commitNothing(join(root, 'cache.db'));
    });
    expect([reads, problems]).toEqual([2, []]);
  });

  test('a daemon that has the databases open is said, and what was read is whole', async () => {
    const root = copy();
    const atRest = await opened(root).read();
    // What a daemon does: it holds a lock on each database as long as it runs.
    const daemon = spawn('flock', ['-x', join(root, 'cache.db'), 'sh', '-c', 'echo held; cat']);
    try {
      await once(daemon.stdout, 'data');
      const { problems, fingerprint, usage } = await opened(root).read();
      expect(problems).toEqual([
        expect.objectContaining({ code: 'UNAVAILABLE', message: expect.stringContaining('in motion') }),
      ]);
      expect(usage).toEqual(atRest.usage);
      expect(fingerprint).not.toBe(atRest.fingerprint);
    } finally {
      daemon.stdin.end();
      await once(daemon, 'exit');
    }
    expect((await opened(root).read()).problems).toEqual([]);
  });

  test('any damage ends in a snapshot or a CacheError', async () => {
    const root = copy();
    const files = ['cache.db', 'history.db', 'runc-native/metadata_v2.db', 'runc-native/containerdmeta.db'];
    const whole = new Map(files.map((file) => [file, readFileSync(join(root, file))]));
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    let read = 0;
    for (let round = 0; round < 120; round += 1) {
      for (const [file, bytes] of whole) {
        const damaged = Buffer.from(bytes);
        for (let n = random(12); n > 0; n -= 1) damaged[random(damaged.length)] = random(256);
        writeFileSync(join(root, file), damaged.subarray(0, random(8) === 0 ? random(damaged.length) : damaged.length));
      }
      try {
        runSteps(deriveCatalog(await readState(root, () => {})));
        read += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(CacheError);
      }
    }
    expect(read).toBeGreaterThan(20);
  });

  test('growing of the file while it is read does no harm', async () => {
    const root = copy();
    const { problems } = await readState(root, () => appendFileSync(join(root, 'cache.db'), new Uint8Array(4096)));
    expect(problems).toEqual([]);
  });
});

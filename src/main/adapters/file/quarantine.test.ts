import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { ManagedStore } from '../../engine/ports/managed-store.ts';
import { withNotedDamage } from '../../engine/sources/noted-damage.ts';
import { quarantineDamaged } from '../../engine/store/quarantine-damaged.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { openSource } from '../oci-layout/index.ts';
import { layoutOf } from './layout.ts';
import {
  createTestFolder,
  importFrom,
  sourceOf,
  startOn,
  type TestFolder,
  treeOf,
  wholenessOf,
} from './testing/store-folder.ts';

const SAMPLE = join(FIXTURES, 'sample');

let folder: TestFolder;
let store: ManagedStore;
beforeEach(async () => {
  folder = await createTestFolder();
  store = await startOn(folder.at('store'));
  await importFrom(SAMPLE, store);
});
afterEach(() => folder[Symbol.asyncDispose]());

const pathOf = (digest: Digest) => layoutOf(folder.at('store')).blob(digest);

/** Turns one bit of a blob, in place. */
async function flip(digest: Digest): Promise<void> {
  await using file = await open(pathOf(digest), 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, 0);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, 0);
}

/** Layers of the sample, and its two documents. */
async function blobsOf() {
  const [cache] = (await (await openSource(SAMPLE)).read()).caches;
  if (!cache?.config || !cache.manifest) throw new Error('no cache');
  const layers = [...new Set(cache.descriptors.map(({ digest }) => parseDigest(digest)))];
  return { layers, config: parseDigest(cache.config.digest), manifest: parseDigest(cache.manifest.digest) };
}

async function pair(): Promise<[Digest, Digest]> {
  const [first, second] = (await blobsOf()).layers;
  if (!first || !second) throw new Error('too few layers');
  return [first, second];
}

describe('quarantine', () => {
  test('takes a damaged blob out of sight and keeps its bytes until the trash is emptied', async () => {
    const [bad, good] = await pair();
    await flip(bad);
    const bytes = await readFile(pathOf(bad));
    const absent = parseDigest(`sha256:${'ab'.repeat(32)}`);
    const outcome = await quarantineDamaged(store, [bad, good, absent, bad]);
    expect(outcome).toMatchObject({ moved: [{ digest: bad, size: bytes.length }], whole: [good], absent: [absent] });

    expect(await store.blobs.moteExists(bad)).toBe(false);
    await expect(store.blobs.moteReader(bad)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [bad], corrupt: [], leftovers: [] });
    // Who starts later sees it too.
    const later = await startOn(store.location);
    const [kept] = await later.quarantined();
    expect(kept).toMatchObject({ digest: bad, problem: expect.stringContaining('sha256:') });
    expect(
      await readFile(
        layoutOf(store.location)
          .quarantineBatch(kept?.batch ?? '')
          .blob(bad),
      ),
    ).toEqual(bytes);
    expect(await later.trash()).toEqual([]);

    expect(await later.exclusive((session) => session.emptyTrash())).toEqual({
      blobs: 1,
      bytes: bytes.length,
      leftAlone: [],
    });
    expect(await later.quarantined()).toEqual([]);
    expect(readdirSync(layoutOf(store.location).quarantine)).toEqual([]);
  });

  test('the same digest twice: both are kept', async () => {
    const [bad] = await pair();
    for (let time = 1; time <= 2; time += 1) {
      await flip(bad);
      await quarantineDamaged(store, [bad]);
      await importFrom(SAMPLE, store);
      expect(await store.quarantined()).toHaveLength(time);
    }
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [] });
  });

  test("also what is no file at all; what is in a folder is nobody's to delete, and is named", async () => {
    const [bad] = await pair();
    await rm(pathOf(bad));
    await cp(SAMPLE, pathOf(bad), { recursive: true, dereference: true });
    expect((await quarantineDamaged(store, [bad])).moved).toMatchObject([{ digest: bad }]);
    expect(existsSync(pathOf(bad))).toBe(false);
    const { quarantine } = layoutOf(store.location);
    const before = await treeOf(quarantine);
    const batches = readdirSync(quarantine).map((name) => join(quarantine, name));
    expect(await store.exclusive((session) => session.emptyTrash())).toMatchObject({ leftAlone: batches });
    expect(await treeOf(quarantine)).toEqual(before);
  });

  test('a batch whose deletion was cut off is deleted by the next one who takes the lock', async () => {
    const [bad] = await pair();
    await flip(bad);
    const [moved] = (await quarantineDamaged(store, [bad])).moved;
    const { note, mark } = layoutOf(store.location).quarantineBatch(moved?.batch ?? '');
    await rename(note, mark);
    await startOn(store.location);
    expect(readdirSync(layoutOf(store.location).quarantine)).toEqual([]);
  });

  test('cut off anywhere, a blob is where it was or in quarantine, listed', async () => {
    const bad = await pair();
    for (const digest of bad) await flip(digest);
    const run = (at: string, dieAt?: number) =>
      new Promise<string>((resolve, reject) => {
        const order = { store: at, action: 'quarantine', ...(dieAt === undefined ? {} : { dieAt }) };
        const file = join(import.meta.dirname, 'testing/crash-child.ts');
        const child = spawn(process.execPath, [file, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
        let output = '';
        child.stdout.on('data', (chunk) => {
          output += chunk;
        });
        child.on('error', reject);
        child.on('close', (code, signal) => resolve(code === 0 ? output : (signal ?? `exit ${code}`)));
      });
    const copy = async (name: string) => {
      await cp(store.location, folder.at(name), { recursive: true, preserveTimestamps: true });
      return folder.at(name);
    };
    const count = Number(await run(await copy('count')));
    // The moves are near the end: reading every blob again comes first.
    const isLong = process.env.CACHEWRIGHT_LONG === '1';
    const points = Array.from({ length: count }, (_, at) => count - at).filter((_, at) => isLong || at % 6 === 0);
    const seen = new Set<number>();
    for (const point of points.slice(0, isLong ? count : 5)) {
      const at = await copy(`at-${point}`);
      expect(await run(at, point), `point ${point}`).toBe('SIGKILL');
      const listed = (await (await startOn(at)).quarantined()).map(({ digest }) => digest);
      seen.add(listed.length);
      const { missing, corrupt, leftovers } = await wholenessOf(at);
      expect([...listed].sort(), `point ${point}`).toEqual(missing);
      expect([...listed, ...corrupt].sort(), `point ${point}`).toEqual([...bad].sort());
      expect(leftovers, `point ${point}`).toEqual([]);
    }
    expect(seen.size).toBeGreaterThan(1);
  }, 120_000);
});

describe('what a check found', () => {
  test('is known until somebody touches the blob, to every reader', async () => {
    const [bad, other] = await pair();
    await flip(bad);
    await flip(other);
    const source = withNotedDamage(sourceOf(store), { known: () => store.knownDamage() });
    const before = await source.fingerprint();
    await store.noteDamage([bad, other].map((digest) => ({ digest, message: `${digest} is bad` })));
    const later = await startOn(store.location);
    expect([...(await later.knownDamage()).keys()].sort()).toEqual([bad, other].sort());

    const snapshot = await source.read();
    expect(snapshot.fingerprint).toBe(await source.fingerprint());
    expect(snapshot.fingerprint).not.toBe(before);
    expect(snapshot.blobs.filter(({ problem }) => problem).map(({ digest }) => digest)).toEqual([bad, other].sort());
    expect(snapshot.problems).toMatchObject([
      { code: 'DIGEST_MISMATCH', subject: bad, message: `${bad} is bad` },
      { code: 'DIGEST_MISMATCH', subject: other },
    ]);

    // One is mended by hand, one is taken away.
    await rm(pathOf(bad));
    await cp(join(SAMPLE, 'blobs', ...bad.split(':')), pathOf(bad), { dereference: true });
    await quarantineDamaged(store, [other]);
    expect((await store.knownDamage()).size).toBe(0);
    expect((await source.read()).problems).toMatchObject([{ code: 'NOT_FOUND', subject: other }]);
  });

  test('notes that cannot be read are none', async () => {
    await writeFile(layoutOf(store.location).damage, '{"found":[{}');
    expect((await store.knownDamage()).size).toBe(0);
  });
});

describe('an import into a store with damage', () => {
  test('mends what a check found, though its size is right, and keeps the damaged bytes', async () => {
    const [bad] = await pair();
    await flip(bad);
    // Nobody has looked yet: the import believes the size.
    expect(await importFrom(SAMPLE, store)).toMatchObject({ blobsCopied: 0 });
    await store.noteDamage([{ digest: bad, message: 'bad' }]);
    const report = await importFrom(SAMPLE, store);
    expect(report).toMatchObject({
      blobsCopied: 1,
      resultsLeftOut: 0,
      warnings: [expect.stringContaining('quarantine')],
    });
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [], leftovers: [] });
    expect(await store.quarantined()).toMatchObject([{ digest: bad }]);
  });

  test('keeps the bytes of one that is too short', async () => {
    const [bad] = await pair();
    await truncate(pathOf(bad), 3);
    expect(await importFrom(SAMPLE, store)).toMatchObject({ blobsCopied: 1 });
    expect(await store.quarantined()).toMatchObject([{ digest: bad, size: 3 }]);
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [] });
  });

  test('writes a damaged config and manifest anew, without a check before', async () => {
    const { config, manifest } = await blobsOf();
    await flip(config);
    await flip(manifest);
    await importFrom(SAMPLE, store);
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [] });
    expect((await store.quarantined()).map(({ digest }) => digest).sort()).toEqual([config, manifest].sort());
  });

  test('leaves alone what is damaged and what the source does not have', async () => {
    const [bad] = await pair();
    await flip(bad);
    await store.noteDamage([{ digest: bad, message: 'bad' }]);
    await cp(SAMPLE, folder.at('poor'), { recursive: true, dereference: true });
    await rm(join(folder.at('poor'), 'blobs', ...bad.split(':')));
    expect((await importFrom(folder.at('poor'), store)).resultsLeftOut).toBeGreaterThan(0);
    expect(await store.quarantined()).toEqual([]);
  });
});

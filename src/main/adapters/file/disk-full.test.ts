import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { undoPlan } from '../../engine/prune/undo.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { createWorkspace } from '../../hosts/cli/testing/workspace.ts';
import {
  createTestFolder,
  importFrom,
  planFor,
  prune,
  startOn,
  type TestFolder,
  treeOf,
  wholenessOf,
} from './testing/store-folder.ts';

const SAMPLE = join(FIXTURES, 'sample');

let folder: TestFolder;
let mounted: string[] = [];
beforeEach(async () => {
  folder = await createTestFolder();
  mounted = [];
});
afterEach(async () => {
  for (const path of mounted) execFileSync('umount', [path]);
  await folder[Symbol.asyncDispose]();
});

/** Mounts a file system in memory of some pages. */
function mountSmall(name: string, kib: number): string {
  const path = folder.at(name);
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path], { stdio: 'pipe' });
  mounted.push(path);
  return path;
}

/** Why no small disk can be had here; undefined where it can. */
function whyNoMount(): string | undefined {
  if (process.platform !== 'linux') return 'skipped: a small disk is mounted on Linux only';
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'skipped: mounting a small disk is not permitted here';
  }
}

const reason = whyNoMount();
if (reason) process.stdout.write(`${reason}\n`);

describe.skipIf(reason)('a disk that is full', () => {
  test('ends an import with NO_SPACE; the references are as before, and with space it goes on', async () => {
    const disk = mountSmall('disk', 140);
    const store = await startOn(join(disk, 'store'));
    await importFrom(join(FIXTURES, 'min'), store, { as: 'min' });
    // Fill it up but for a few pages.
    await writeFile(join(disk, 'ballast'), Buffer.alloc(1_000_000)).catch(() => {});
    execFileSync('truncate', ['-s', '-8K', join(disk, 'ballast')]);
    await expect(importFrom(SAMPLE, store)).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(await wholenessOf(store.location)).toMatchObject({
      references: ['min'],
      missing: [],
      corrupt: [],
      leftovers: [],
    });
    await rm(join(disk, 'ballast'));
    expect((await importFrom(SAMPLE, store)).resultsLeftOut).toBe(0);
    expect(await wholenessOf(store.location)).toMatchObject({
      references: ['latest', 'min'],
      missing: [],
      corrupt: [],
    });
  });

  test('a prune that cannot be written down changes nothing; one that can needs no space for blobs', async () => {
    const disk = mountSmall('disk', 200);
    const store = await startOn(join(disk, 'store'));
    await importFrom(SAMPLE, store);
    const before = await treeOf(store.location);
    const { applyPlan } = await import('../../engine/prune/apply.ts');
    const { createOciLayoutSource } = await import('../oci-layout/source.ts');
    const plan = await planFor(store, { maxBytes: 3000 });
    const apply = () => applyPlan({ store, source: createOciLayoutSource(store.location), plan, now: Date.now() });
    await writeFile(join(disk, 'ballast'), Buffer.alloc(1_000_000)).catch(() => {});
    // A plan is made all the same: this process alone has it then.
    const unkept = await planFor(store, { all: true });
    expect(unkept.goes.length).toBeGreaterThan(0);
    expect(await store.plans.get(unkept.plan.plan)).toBeUndefined();
    await expect(apply()).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(await treeOf(store.location)).toEqual(before);
    expect(await store.trash()).toEqual([]);
    execFileSync('truncate', ['-s', '-64K', join(disk, 'ballast')]);
    await apply();
    await undoPlan(store, undefined);
    expect(await treeOf(store.location)).toEqual(before);
  });
});

/** Fills a disk up but for this much. */
async function fillUp(disk: string, freeKib: number): Promise<void> {
  const ballast = join(disk, 'ballast');
  await writeFile(ballast, Buffer.alloc(80_000_000)).catch(() => {});
  if (freeKib > 0) execFileSync('truncate', ['-s', `-${freeKib}K`, ballast]);
}

describe.skipIf(reason)('a store with a reserve on a disk that is full', () => {
  test.each([0, 4, 8, 16])(
    'is pruned with %i KiB free, and the reserve is there again when there is room',
    async (free) => {
      const disk = mountSmall('disk', 4096);
      const store = await startOn(join(disk, 'store'));
      await importFrom(SAMPLE, store);
      const reserve = join(store.location, '.cachewright/reserve');
      expect(statSync(reserve).size).toBe(262_144);
      await fillUp(disk, free);
      const { removedBlobs } = await prune(await startOn(store.location), { maxBytes: 3000 });
      expect(removedBlobs).toBeGreaterThan(0);
      expect(existsSync(reserve)).toBe(false);
      expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [], orphans: [], leftovers: [] });
      await (await startOn(store.location)).exclusive((session) => session.emptyTrash());
      expect(await store.trash()).toEqual([]);
      await rm(join(disk, 'ballast'));
      await startOn(store.location);
      expect(statSync(reserve).size).toBe(262_144);
    },
  );

  test.each([0, 4])('is undone with %i KiB free, whole and byte for byte', async (free) => {
    const disk = mountSmall('disk', 4096);
    const store = await startOn(join(disk, 'store'));
    await importFrom(SAMPLE, store);
    const before = await treeOf(store.location);
    await prune(store, { maxBytes: 3000 });
    const reserve = join(store.location, '.cachewright/reserve');
    expect(existsSync(reserve)).toBe(true);
    await fillUp(disk, free);
    await undoPlan(await startOn(store.location), undefined);
    expect(existsSync(reserve)).toBe(false);
    expect(await treeOf(store.location)).toEqual(before);
  });

  test('is pruned with no room at all when it holds thousands of blobs: the reserve grew with it, and is small again without them', async () => {
    const disk = mountSmall('disk', 65_536);
    const store = await startOn(join(disk, 'store'));
    const reserve = join(store.location, '.cachewright/reserve');
    expect(statSync(reserve).size).toBe(262_144);
    const records = process.env.CACHEWRIGHT_LONG === '1' ? 10_000 : 2_000;
    const large = folder.at('large');
    execFileSync(process.execPath, ['scripts/generate-cache.ts', '--out', large, '--records', String(records)], {
      stdio: 'pipe',
    });
    await importFrom(large, store);
    expect(statSync(reserve).size).toBeGreaterThan(262_144);
    await fillUp(disk, 0);
    // Half of it goes: the journal names a thousand blobs, and a new config and manifest say what stays.
    const { removedBlobs } = await prune(await startOn(store.location), { maxBytes: records * 50 });
    expect(removedBlobs).toBeGreaterThan(records / 10);
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [], orphans: [], leftovers: [] });
    await rm(join(disk, 'ballast'));
    await prune(await startOn(store.location), { all: true });
    await (await startOn(store.location)).exclusive((session) => session.emptyTrash());
    expect(statSync(reserve).size).toBe(262_144);
  });

  test('the command line prunes it too, and without a reserve ends with 4 and leaves all as it was', async () => {
    const disk = mountSmall('disk', 4096);
    const work = await createWorkspace();
    try {
      const path = join(disk, 'store');
      await importFrom(SAMPLE, await startOn(path));
      await fillUp(disk, 0);
      const dry = await work.run('prune', path, '--max-size', '3000');
      expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('could not be kept')]);
      expect(dry.out).not.toContain('--apply');
      const done = await work.run('prune', path, '--max-size', '3000', '--yes');
      expect([done.err, done.code]).toEqual(['', 0]);
      await fillUp(disk, 0);
      const before = await treeOf(path);
      const failed = await work.run('prune', path, '--all', '--yes');
      expect([failed.code, failed.err]).toEqual([4, expect.stringMatching(/^NO_SPACE .*full/m)]);
      expect(await treeOf(path)).toEqual(before);
    } finally {
      await work.remove();
    }
  });
});

describe.skipIf(reason)('a disk that is read-only', () => {
  test('opens and plans; whatever changes it is ACCESS_DENIED, and nothing is changed', async () => {
    const disk = mountSmall('disk', 400);
    const path = join(disk, 'store');
    await importFrom(SAMPLE, await startOn(path));
    const before = await treeOf(path);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const store = await startOn(path);
    expect((await store.readIndex()).document.manifests).toHaveLength(1);
    expect(await store.trash()).toEqual([]);
    expect((await planFor(store, { all: true })).goes.length).toBeGreaterThan(0);
    await expect(importFrom(join(FIXTURES, 'next'), store)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    await expect(prune(store, { all: true })).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    await expect(undoPlan(store, undefined)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(await treeOf(path)).toEqual(before);
    // A reader gets on without a second name for the blob.
    const [blob = ''] = Object.keys(before).filter((name) => name.startsWith('blobs/sha256/'));
    await using reader = await store.blobs.moteReader(`sha256:${blob.slice(13)}` as never);
    expect(reader.size).toBeGreaterThan(0);
  });

  test('a new store on it is ACCESS_DENIED', async () => {
    const disk = mountSmall('disk', 40);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    await expect(startOn(join(disk, 'store'))).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });
});

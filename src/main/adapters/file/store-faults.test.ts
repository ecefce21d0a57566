import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyPlan } from '../../engine/prune/apply.ts';
import { undoPlan } from '../../engine/prune/undo.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { createDisk, type Disk } from './disk.ts';
import { layoutOf } from './layout.ts';
import { ownedName } from './owner.ts';
import { createStoreOpener } from './store-opener.ts';
import {
  createTestFolder,
  importFrom,
  planFor,
  prune,
  sourceOf,
  startOn,
  type TestFolder,
  treeOf,
  wholenessOf,
} from './testing/store-folder.ts';

const SAMPLE = join(FIXTURES, 'sample');
const EIO = Object.assign(new Error('input/output error'), { code: 'EIO' });

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** A disk that fails once: in the middle of the n-th time that many files are renamed. */
function failingDisk(nth: number): Disk {
  const disk = createDisk();
  let calls = 0;
  return {
    ...disk,
    renameAll: async (moves, onProgress) => {
      calls += 1;
      if (calls !== nth) return disk.renameAll(moves, onProgress);
      await disk.renameAll(moves.slice(0, moves.length / 2), onProgress);
      throw EIO;
    },
  };
}

describe('a disk that fails in the middle', () => {
  test('of a prune: everything is as before', async () => {
    await importFrom(SAMPLE, await startOn(folder.at('store')));
    const before = await treeOf(folder.at('store'));
    const store = await createStoreOpener({ disk: failingDisk(1) }).openStore(folder.at('store'));
    await expect(prune(store, { maxBytes: 3000 })).rejects.toMatchObject({ cause: EIO });
    expect(await treeOf(folder.at('store'))).toEqual(before);
    expect(await store.trash()).toEqual([]);
    // And it can be done again.
    await prune(store, { maxBytes: 3000 });
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [], orphans: [], leftovers: [] });
  });

  test('of an undo: the next one who takes the lock finishes it', async () => {
    const first = await startOn(folder.at('store'));
    await importFrom(SAMPLE, first);
    const before = await treeOf(folder.at('store'));
    await prune(first, { maxBytes: 3000 });
    const store = await createStoreOpener({ disk: failingDisk(1) }).openStore(folder.at('store'));
    await expect(undoPlan(store, undefined)).rejects.toMatchObject({ code: 'EIO' });
    expect(await wholenessOf(store.location)).toMatchObject({ missing: [], corrupt: [] });
    await startOn(folder.at('store'));
    expect(await treeOf(folder.at('store'))).toEqual(before);
  });
});

test('a folder that becomes a link in the middle of a prune: no blob leaves the store, and all comes back', async () => {
  const own = folder.at('store/.cachewright');
  await importFrom(SAMPLE, await startOn(folder.at('store')));
  const before = await treeOf(folder.at('store'));
  let armed = false;
  const store = await startOn(folder.at('store'), {
    beforeStep: (step) => {
      if (!armed || step !== 'make folder') return;
      armed = false;
      renameSync(join(own, 'trash'), folder.at('aside'));
      mkdirSync(folder.at('victim'));
      symlinkSync(folder.at('victim'), join(own, 'trash'));
    },
  });
  const plan = await planFor(store, { maxBytes: 3000 });
  armed = true;
  const applied = applyPlan({ store, source: sourceOf(store), plan, now: Date.now() });
  await expect(applied).rejects.toMatchObject({ code: 'CORRUPT', subject: join(own, 'trash') });
  expect(await treeOf(folder.at('victim'))).toEqual({});
  unlinkSync(join(own, 'trash'));
  renameSync(folder.at('aside'), join(own, 'trash'));
  await store.exclusive(async () => {});
  expect(await treeOf(folder.at('store'))).toEqual(before);
});

test('a manifest that cannot be read stops every prune: nobody can tell what is still needed', async () => {
  const store = await startOn(folder.at('store'));
  await importFrom(SAMPLE, store);
  const plan = await planFor(store, { maxBytes: 3000 });
  // An image beside the cache, whose manifest is damaged.
  const layout = layoutOf(store.location);
  const index = JSON.parse(readFileSync(layout.index, 'utf8'));
  const digest = `sha256:${'ab'.repeat(32)}`;
  index.manifests.push({ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 3 });
  await writeFile(layout.blob(digest as never), '{"l');
  await writeFile(layout.index, JSON.stringify(index));
  const before = await treeOf(store.location);
  const source = sourceOf(store);
  const again = { ...plan, version: (await store.readIndex()).version };
  const read = () => Promise.resolve(snapshot);
  const snapshot = await sourceOf(await withoutIndexEntry(digest)).read();
  await expect(applyPlan({ store, source: { ...source, read }, plan: again, now: Date.now() })).rejects.toMatchObject({
    code: 'CORRUPT',
    subject: digest,
  });
  expect(await treeOf(store.location)).toEqual(before);
  // What does not remove anything goes on.
  await importFrom(join(FIXTURES, 'next'), store, { as: 'next' });
});

/** A whole copy of the store, for a reader. */
async function withoutIndexEntry(digest: string): Promise<{ location: string }> {
  execFileSync('cp', ['-r', folder.at('store'), folder.at('copy')]);
  const layout = layoutOf(folder.at('copy'));
  const index = JSON.parse(readFileSync(layout.index, 'utf8'));
  index.manifests = index.manifests.filter((entry: { digest: string }) => entry.digest !== digest);
  await writeFile(layout.index, JSON.stringify(index));
  return { location: folder.at('copy') };
}

describe('a plan', () => {
  test('waits with the store for a day, and goes with the next one that is made', async () => {
    const store = await startOn(folder.at('store'));
    const layout = layoutOf(store.location);
    const old = JSON.stringify({ plan: { plan: 'p-old' } });
    await store.plans.put('p-old', old);
    await store.plans.put('p-new', 'new');
    expect([await store.plans.get('p-old'), await store.plans.get('p-none')]).toEqual([old, undefined]);
    const dayBefore = Date.now() / 1000 - 24 * 3600 - 1;
    await utimes(layout.plan('p-old'), dayBefore, dayBefore);
    expect(await store.plans.get('p-old')).toBeUndefined();
    await store.plans.put('p-next', 'next');
    expect(readdirSync(layout.plans).sort()).toEqual(['p-new.json', 'p-next.json']);
  });

  test.each(['../x', 'a/b', '', '.', 'a'.repeat(65)])('is not named "%s"', async (name) => {
    const store = await startOn(folder.at('store'));
    await expect(store.plans.get(name)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(undoPlan(store, name)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('the lock', () => {
  const locks = () => readdirSync(layoutOf(folder.at('store')).locks);
  const lockOf = (pid: number, start: string) =>
    ownedName('lock', '000000000000001-').replace(/\.\d+-\d+-/, `.${pid}-${start}-`);
  const startOf = (pid: number) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  };

  test('of a process that is gone is cleared away', async () => {
    const store = await startOn(folder.at('store'));
    const { pid } = spawnSync('true');
    await writeFile(layoutOf(store.location).lock(lockOf(pid, '1')), '');
    expect(await store.exclusive(async ({ index }) => index.document.manifests.length)).toBe(0);
    expect(locks()).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('of a living process is waited for, until one gives up', async () => {
    const store = await startOn(folder.at('store'));
    const other = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    await new Promise((resolve) => other.once('spawn', resolve));
    const pid = other.pid ?? 0;
    const name = lockOf(pid, startOf(pid));
    await writeFile(layoutOf(store.location).lock(name), '');
    const abort = new AbortController();
    const { promise: waited, resolve: onWait } = Promise.withResolvers<number>();
    const waiting = store.exclusive(async () => 'mine', { signal: abort.signal, onWait });
    expect(await waited).toBe(pid);
    // A reader needs no lock.
    expect((await store.readIndex()).document.manifests).toEqual([]);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(locks()).toEqual([name]);
    const second = store.exclusive(async () => 'mine');
    other.stdin.end();
    await new Promise((resolve) => other.once('close', resolve));
    expect(await second).toBe('mine');
    expect(locks()).toEqual([]);
  });

  test('within a process is taken in the order of asking', async () => {
    const store = await startOn(folder.at('store'));
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3, 4].map((n) =>
        store.exclusive(async () => {
          order.push(n);
          await store.readIndex();
          order.push(-n);
        }),
      ),
    );
    expect(order).toEqual([1, -1, 2, -2, 3, -3, 4, -4]);
  });
});

describe('a folder that is no store of ours', () => {
  test.each([
    { name: 'a newer version', mark: '{"version":2}', code: 'UNSUPPORTED_FORMAT' },
    { name: 'a damaged mark', mark: '', code: 'UNSUPPORTED_FORMAT' },
  ])('$name: $code', async ({ mark, code }) => {
    const store = await startOn(folder.at('store'));
    await writeFile(layoutOf(store.location).storeMark, mark);
    await expect(createStoreOpener().openStore(store.location)).rejects.toMatchObject({ code });
  });

  test('a plain layout, an empty folder, nothing, a file', async () => {
    const opener = createStoreOpener();
    execFileSync('cp', ['-rL', SAMPLE, folder.at('layout')]);
    execFileSync('mkdir', [folder.at('empty')]);
    await writeFile(folder.at('file'), '');
    await expect(opener.openStore(folder.at('layout'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(opener.openStore(folder.at('empty'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(opener.openStore(folder.at('nothing'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(opener.openStore(folder.at('file'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(opener.createStore(folder.at('layout'))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(opener.createStore(folder.at('file'))).rejects.toMatchObject({ code: expect.stringMatching(/./) });
    expect(readdirSync(folder.at('empty'))).toEqual([]);
    expect(await opener.openLayout(folder.at('empty'), { create: false })).toBeUndefined();
    expect(await opener.openLayout(folder.at('nothing'), { create: false })).toBeUndefined();
    expect((await opener.openLayout(folder.at('layout'), { create: false }))?.managed).toBe(false);
  });

  test.runIf(process.platform === 'linux')(
    'a place where the system knows of no folders is refused at once',
    async () => {
      await expect(createStoreOpener().createStore('/proc/nope/store')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    },
  );
});

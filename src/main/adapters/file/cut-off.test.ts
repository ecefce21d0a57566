import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { undoPlan } from '../../engine/prune/undo.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { createDisk, type Disk } from './disk.ts';
import { createStoreOpener } from './store-opener.ts';
import {
  createTestFolder,
  importFrom,
  prune,
  startOn,
  type TestFolder,
  treeOf,
  wholenessOf,
} from './testing/store-folder.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

type Store = Awaited<ReturnType<typeof startOn>>;

/** A disk that fails once, at the step after so many others that change it. Steps for the lock always succeed. */
function diskFailingAfter(steps: number): { readonly disk: Disk; readonly hasFailed: () => boolean } {
  let left = steps;
  const disk = new Proxy(createDisk(), {
    get:
      (real, name: keyof Disk) =>
      (...args: readonly unknown[]) => {
        const isForLock = args.some((one) => String(one).includes('locks'));
        if (!isForLock && name !== 'makeFolder') left -= 1;
        if (!isForLock && left === -1) throw new Error('cut off');
        return Reflect.apply(real[name], real, args);
      },
  });
  return { disk, hasFailed: () => left < 0 };
}

/** Does the work in a copy of the store for every step that changes the disk, each cut off before that step. */
async function cutOffEverywhere(
  work: (store: Store) => Promise<unknown>,
  check: (path: string) => Promise<void>,
): Promise<void> {
  for (let steps = 0; ; steps += 1) {
    const path = folder.at(`after-${steps}`);
    await cp(folder.at('store'), path, { recursive: true, preserveTimestamps: true });
    const { disk, hasFailed } = diskFailingAfter(steps);
    const store = createStoreOpener({ disk }).openStore(path);
    await store.then(work).catch(() => {});
    if (!hasFailed()) {
      expect(steps).toBeGreaterThan(10);
      return;
    }
    expect(await wholenessOf(path), `after ${steps} steps`).toMatchObject({ missing: [], corrupt: [] });
    await (await startOn(path)).exclusive(async () => {});
    await check(path);
    expect(await wholenessOf(path), `after ${steps} steps`).toMatchObject({ missing: [], corrupt: [], leftovers: [] });
  }
}

test('an emptied trash that is cut off before any step: a batch is whole, or nothing of it is left', async () => {
  const first = await startOn(folder.at('store'));
  await importFrom(join(FIXTURES, 'min'), first);
  const whole = await treeOf(first.location);
  await prune(first, { all: true });
  await cutOffEverywhere(
    (store) => store.exclusive((session) => session.emptyTrash()),
    async (path) => {
      const again = await startOn(path);
      if ((await again.trash()).length === 0) {
        // An empty folder at most, which counts as nothing and goes with the next trash.
        const left = await readdir(join(path, '.cachewright/trash'), { recursive: true });
        expect(left.length).toBeLessThanOrEqual(1);
        expect(left.join()).not.toMatch(/[/\\]|json/);
        return;
      }
      await undoPlan(again, undefined);
      expect(await treeOf(path)).toMatchObject(whole);
    },
  );
});

test('a prune that is cut off before any step: it did not happen, or can be undone', async () => {
  const first = await startOn(folder.at('store'));
  await importFrom(join(FIXTURES, 'min'), first);
  const whole = await treeOf(first.location);
  await cutOffEverywhere(
    (store) => prune(store, { all: true }),
    async (path) => {
      const again = await startOn(path);
      if ((await again.trash()).length > 0) await undoPlan(again, undefined);
      expect(await treeOf(path)).toEqual(whole);
    },
  );
});

test('an undo that is cut off before any step: it can be done again, or is done', async () => {
  const first = await startOn(folder.at('store'));
  await importFrom(join(FIXTURES, 'min'), first);
  const whole = await treeOf(first.location);
  await prune(first, { all: true });
  await cutOffEverywhere(
    (store) => undoPlan(store, undefined),
    async (path) => {
      const again = await startOn(path);
      if ((await again.trash()).length > 0) await undoPlan(again, undefined);
      expect(await treeOf(path)).toEqual(whole);
    },
  );
});

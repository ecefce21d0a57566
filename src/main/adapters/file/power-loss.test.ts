import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { undoPlan } from '../../engine/prune/undo.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { createStoreOpener } from './store-opener.ts';
import { type Loss, recordDisk, replay } from './testing/recording-disk.ts';
import {
  createTestFolder,
  importFrom,
  prune,
  startOn,
  type TestFolder,
  treeOf,
  wholenessOf,
} from './testing/store-folder.ts';

const SAMPLE = join(FIXTURES, 'sample');

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Moments that differ in what counts: locks and leases of a process that is gone do not. */
function distinct(moments: readonly ReadonlyMap<string, Buffer>[]): ReadonlyMap<string, Buffer>[] {
  const textOf = (moment: ReadonlyMap<string, Buffer>) =>
    [...moment]
      .filter(([path]) => !/[/\\](locks|leases)[/\\]|^ingest/.test(path))
      .map(([path, bytes]) => `${path} ${createHash('sha256').update(bytes).digest('hex')}`)
      .sort()
      .join('\n');
  return [...new Map(moments.map((moment) => [textOf(moment), moment])).values()];
}

/** All files but those of locks, leases, unfinished work and the reserve. */
async function settled(root: string): Promise<Record<string, string>> {
  const files = Object.entries(await treeOf(root));
  return Object.fromEntries(files.filter(([path]) => !/^ingest|[/\\](leases[/\\].*|reserve)$/.test(path)));
}

const LOSSES: readonly Loss[] = ['names and bytes', 'bytes', 'all but removals'];

describe.each(LOSSES.map((loss) => ({ loss })))('power lost with $loss', ({ loss }) => {
  /** Does something to a store and looks at every moment at which the power may have gone. */
  async function everyMoment(
    work: (store: Awaited<ReturnType<typeof startOn>>) => Promise<unknown>,
    check: (root: string) => Promise<void>,
  ): Promise<void> {
    const root = folder.at('store');
    const { disk, moments, now } = await recordDisk(root, loss);
    await work(await createStoreOpener({ disk }).openStore(root));
    const states = distinct([...moments, now()]);
    expect(states.length).toBeGreaterThan(2);
    for (const [at, files] of states.entries()) {
      const to = folder.at(`moment-${at}`);
      await replay(files, to);
      await startOn(to);
      expect(await wholenessOf(to), `moment ${at}`).toMatchObject({ missing: [], corrupt: [] });
      await check(to);
    }
    // What was said to be done is there: nothing of it needs a moment more.
    const end = folder.at('end');
    await replay(now(), end);
    expect(await settled(end)).toEqual(await settled(root));
  }

  test('an import: whole, with the references of before or after', async () => {
    await importFrom(join(FIXTURES, 'min'), await startOn(folder.at('store')), { as: 'min' });
    const seen = new Set<string>();
    await everyMoment(
      (store) => importFrom(SAMPLE, store),
      async (root) => {
        seen.add((await wholenessOf(root)).references.join());
      },
    );
    expect([...seen].sort()).toEqual(['latest,min', 'min']);
  });

  test('a prune: whole, and what it took can come back', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    const before = await wholenessOf(store.location);
    const blobsBefore = [...(await store.listBlobs())].sort();
    await everyMoment(
      (one) => prune(one, { maxBytes: 3000 }),
      async (root) => {
        const again = await startOn(root);
        for (const { plan } of await again.trash()) await again.exclusive((session) => session.restore(plan));
        expect(await wholenessOf(root)).toMatchObject({ references: before.references, missing: [], corrupt: [] });
        expect([...(await again.listBlobs())]).toEqual(expect.arrayContaining(blobsBefore));
      },
    );
  });

  test('an undo: whole, with everything back or in the trash', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(join(FIXTURES, 'min'), store);
    const before = await settled(store.location);
    await prune(store, { all: true });
    await everyMoment(
      (one) => undoPlan(one, undefined),
      async (root) => {
        const again = await startOn(root);
        if ((await again.trash()).length > 0) await undoPlan(again, undefined);
        expect(await settled(root)).toEqual(before);
      },
    );
  });

  test('an emptied trash: a batch can come back with everything, or is gone with everything', async () => {
    const store = await startOn(folder.at('store'));
    await importFrom(join(FIXTURES, 'min'), store);
    const before = await settled(store.location);
    await prune(store, { all: true });
    const pruned = await settled(store.location);
    const seen = new Set<number>();
    await everyMoment(
      (one) => one.exclusive((session) => session.emptyTrash()),
      async (root) => {
        const again = await startOn(root);
        const left = await again.trash();
        seen.add(left.length);
        if (left.length > 0) await undoPlan(again, undefined);
        const kept = Object.entries(pruned).filter(([path]) => !path.includes('trash'));
        expect(await settled(root)).toEqual(left.length > 0 ? before : Object.fromEntries(kept));
      },
    );
    expect(seen).toEqual(new Set([0, 1]));
  });
});

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LayoutStore, ManagedStore } from '../../engine/ports/managed-store.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { createLayoutTarget } from '../../engine/transfer/layout-target.ts';
import { transferCaches } from '../../engine/transfer/transfer.ts';
import { openSource } from '../oci-layout/index.ts';
import { layoutOf } from './layout.ts';
import { ownedName } from './owner.ts';
import type { BusyOrder } from './testing/busy-child.ts';
import {
  createTestFolder,
  dropReference,
  importFrom,
  planFor,
  prune,
  startOn,
  type TestFolder,
  wholenessOf,
} from './testing/store-folder.ts';

const SAMPLE = join(FIXTURES, 'sample');
const WHOLE = { missing: [], corrupt: [], leftovers: [] };

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** A store that does something else, once, in the moment before a transfer switches the references. */
function interrupted(store: ManagedStore, before: () => Promise<void>): LayoutStore {
  return {
    location: store.location,
    managed: false,
    blobs: store.blobs,
    listBlobs: () => store.listBlobs(),
    readIndex: () => store.readIndex(),
    lease: (digests) => store.lease(digests),
    discard: (digests) => store.discard(digests),
    changeIndex: async (change, options) => {
      await before();
      return store.changeIndex(change, options);
    },
  };
}

describe('a prune in the middle of an import', () => {
  test.each([
    { name: 'of everything', policy: { all: true } },
    { name: 'to a size', policy: { maxBytes: 1000 } },
    { name: 'of orphans', policy: { orphans: { olderThanMs: 0 } } },
  ])('$name takes no blob of it, though all were there before', async ({ policy }) => {
    const store = await startOn(folder.at('store'));
    await importFrom(SAMPLE, store);
    // What only the sample has is led to by nothing now, or by a reference that is pruned.
    if (policy.orphans) await dropReference(store.location, 'latest');
    const other = await startOn(folder.at('store'));
    let skipped = 0;
    const report = await transferCaches({
      source: await openSource(SAMPLE),
      openTarget: async () =>
        createLayoutTarget(
          interrupted(store, async () => {
            skipped += (await prune(other, policy)).skipped.length;
          }),
        ),
      options: { mode: 'max', as: 'again' },
    });
    expect(skipped).toBeGreaterThan(0);
    expect(report.blobsCopied).toBe(0);
    expect(await wholenessOf(store.location)).toMatchObject({
      ...WHOLE,
      references: expect.arrayContaining(['again']),
    });
    // The lease is over: now they may go.
    await prune(other, { all: true });
    expect(await wholenessOf(store.location)).toMatchObject({ ...WHOLE, references: [] });
  });

  test('that begins while blobs are being moved gets them back', async () => {
    await importFrom(SAMPLE, await startOn(folder.at('store')));
    const layout = layoutOf(folder.at('store'));
    let isPruning = false;
    let leased: string[] = [];
    const store = await startOn(folder.at('store'), {
      beforeStep: (step) => {
        // The first blob is about to go. Someone who has just seen all of them leases them.
        if (!isPruning || step !== 'rename one of many' || leased.length > 0) return;
        leased = plan.blobs;
        writeFileSync(layout.lease(ownedName('lease')), leased.join('\n'));
      },
    });
    const plan = await planFor(store, { all: true });
    const { applyPlan } = await import('../../engine/prune/apply.ts');
    const source = await openSource(folder.at('store'));
    isPruning = true;
    const report = await applyPlan({ store, source, plan, now: Date.now() });
    expect(leased.length).toBeGreaterThan(0);
    expect(report).toMatchObject({ removedBlobs: 0, freedBytes: 0 });
    expect(report.skipped.map(({ id }) => id).sort()).toEqual([...leased].sort());
    expect(await readdir(layout.blobFolder('sha256'))).toHaveLength(leased.length);
  });
});

test('blobs that somebody deletes in the middle of an import are copied again', async () => {
  const store = await startOn(folder.at('store'));
  let isFirst = true;
  const report = await transferCaches({
    source: await openSource(SAMPLE),
    openTarget: async () =>
      createLayoutTarget(
        interrupted(store, async () => {
          if (!isFirst) return;
          isFirst = false;
          const blobs = layoutOf(store.location).blobFolder('sha256');
          for (const name of (await readdir(blobs)).slice(0, 5)) await rm(join(blobs, name));
        }),
      ),
    options: { mode: 'max' },
  });
  expect(report.resultsLeftOut).toBe(0);
  expect(await wholenessOf(store.location)).toMatchObject({ ...WHOLE, references: ['latest'] });
});

describe('many processes at once', () => {
  const isLong = process.env.CACHEWRIGHT_LONG === '1';
  const seed = Number(process.env.CACHEWRIGHT_SEED ?? randomInt(1_000_000));

  const run = (order: BusyOrder): Promise<string> =>
    new Promise((resolve, reject) => {
      const file = join(import.meta.dirname, 'testing/busy-child.ts');
      const child = spawn(process.execPath, [file, JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'pipe'] });
      let errors = '';
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve(code === 0 ? '' : errors));
    });
  const runAll = (kind: BusyOrder['kind'], path: string, processes: number) =>
    Promise.all(
      Array.from({ length: processes }, (_, n) =>
        run({
          kind,
          path,
          seed: seed + n,
          rounds: isLong ? 50 : kind === 'motes' ? 60 : 6,
          ...(isLong ? { untilMs: Date.now() + 20_000 } : {}),
        }),
      ),
    );

  test.each(isLong ? [2, 8] : [3])(
    `%d write, read and prune one cache: nothing is torn (seed ${seed})`,
    async (processes) => {
      const errors = await runAll('motes', folder.at('motes'), processes);
      expect(errors.filter((text) => text !== '')).toEqual([]);
      expect(await wholenessOf(folder.at('motes'))).toMatchObject(WHOLE);
    },
    120_000,
  );

  test.each(isLong ? [2, 8] : [3])(
    `%d import into, prune and undo one store: nothing is lost (seed ${seed})`,
    async (processes) => {
      await startOn(folder.at('store'));
      const errors = await runAll('store', folder.at('store'), processes);
      expect(errors.filter((text) => text !== '')).toEqual([]);
      await startOn(folder.at('store'));
      expect(await wholenessOf(folder.at('store'))).toMatchObject(WHOLE);
    },
    120_000,
  );
});

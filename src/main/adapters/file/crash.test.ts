import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { undoPlan } from '../../engine/prune/undo.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import type { CrashOrder } from './testing/crash-child.ts';
import {
  createTestFolder,
  dropReference,
  importFrom,
  prune,
  startOn,
  type TestFolder,
  treeOf,
  wholenessOf,
} from './testing/store-folder.ts';

/** All points where the process can end are tried with CACHEWRIGHT_LONG=1, else some, by a seed that is printed. */
const isLong = process.env.CACHEWRIGHT_LONG === '1';
const POINTS = 3;
const seed = Number(process.env.CACHEWRIGHT_SEED ?? randomInt(1_000_000));

const SAMPLE = join(FIXTURES, 'sample');
const NEXT = join(FIXTURES, 'next');

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Runs the child; answers what it printed, or the signal that ended it. */
function run(order: CrashOrder): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'testing/crash-child.ts'), JSON.stringify(order)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => (code === 0 ? resolve(output) : resolve(signal ?? `exit ${code}`)));
  });
}

/** Some points of 1 … count, spread over the whole and shifted by the seed; or all of them. */
function pointsOf(count: number): number[] {
  const all = Array.from({ length: count }, (_, at) => at + 1);
  const stride = Math.max(1, Math.floor(count / POINTS));
  return isLong ? all : all.filter((at) => at % stride === seed % stride);
}

/** A store before the action, and what must hold after a crash and a new start. */
interface Case {
  readonly action: CrashOrder['action'];
  readonly from?: string;
  prepare(path: string): Promise<void>;
  check(path: string, before: Awaited<ReturnType<typeof treeOf>>): Promise<void>;
}

const prepareTwo = async (path: string) => {
  const store = await startOn(path);
  await importFrom(SAMPLE, store);
  await importFrom(NEXT, store, { as: 'next' });
};

const CASES: readonly Case[] = [
  {
    action: 'import',
    from: NEXT,
    prepare: async (path) => {
      await importFrom(SAMPLE, await startOn(path));
    },
    check: async (path, before) => {
      // Whole blobs may have stayed: the next import goes on from there, and then nothing is to be seen of the crash.
      const store = await startOn(path);
      await importFrom(NEXT, store);
      expect((await wholenessOf(path)).references).toEqual(['latest']);
      // What it took the place of is there, byte for byte.
      await undoPlan(store, undefined);
      expect(await store.trash()).toEqual([]);
      expect(await treeOf(path)).toMatchObject({ ...before, 'index.json': expect.any(String) });
    },
  },
  {
    action: 'undo',
    prepare: async (path) => {
      const store = await startOn(path);
      await importFrom(SAMPLE, store);
      await importFrom(NEXT, store);
    },
    check: async (path) => {
      const store = await startOn(path);
      if ((await store.trash()).length > 0) await undoPlan(store, undefined);
      expect((await wholenessOf(path)).references).toEqual(['latest', 'latest-imported']);
    },
  },
  {
    action: 'prune',
    prepare: prepareTwo,
    check: async (path, before) => {
      const store = await startOn(path);
      // Either it did not happen, or it did and can be undone: both ways every byte is there.
      if ((await store.trash()).length > 0) await undoPlan(store, undefined);
      expect(await treeOf(path)).toEqual(before);
    },
  },
  {
    action: 'orphans',
    prepare: async (path) => {
      const store = await startOn(path);
      await importFrom(SAMPLE, store);
      await importFrom(NEXT, store, { as: 'next' });
      await dropReference(path, 'latest');
    },
    check: async (path, before) => {
      const store = await startOn(path);
      if ((await store.trash()).length > 0) await undoPlan(store, undefined);
      expect(await treeOf(path)).toEqual(before);
    },
  },
  {
    action: 'undo',
    prepare: async (path) => {
      await prepareTwo(path);
      await prune(await startOn(path), { maxBytes: 3000 });
    },
    check: async (path) => {
      const store = await startOn(path);
      if ((await store.trash()).length > 0) await undoPlan(store, undefined);
      await prepareTwo(`${path}-fresh`);
      expect(await treeOf(path)).toEqual(await treeOf(`${path}-fresh`));
    },
  },
  {
    action: 'empty-trash',
    prepare: async (path) => {
      await prepareTwo(path);
      await prune(await startOn(path), { maxBytes: 3000 });
    },
    check: async (path, before) => {
      const store = await startOn(path);
      const left = Object.keys(await treeOf(path)).filter((name) => name.includes('trash'));
      // A batch is there with everything, or not at all.
      if ((await store.trash()).length > 0) expect(await treeOf(path)).toEqual(before);
      else expect(left).toEqual([]);
    },
  },
];

describe(`a process that is killed in the middle (${isLong ? 'all points' : `seed ${seed}`})`, () => {
  test.each(CASES)(
    '$action: nothing lost, nothing half done, nothing left over',
    async ({ action, from, prepare, check }) => {
      const template = folder.at('template');
      await prepare(template);
      const before = await treeOf(template);
      const order = (store: string, dieAt?: number): CrashOrder => ({
        store,
        action,
        ...(from === undefined ? {} : { from }),
        ...(dieAt === undefined ? {} : { dieAt }),
      });
      await cp(template, folder.at('count'), { recursive: true, preserveTimestamps: true });
      const count = Number(await run(order(folder.at('count'))));
      expect(count).toBeGreaterThan(POINTS);

      for (const point of pointsOf(count)) {
        const path = folder.at(`at-${point}`);
        await cp(template, path, { recursive: true, preserveTimestamps: true });
        expect(await run(order(path, point)), `point ${point}`).toBe('SIGKILL');
        // Before anything is done: readers of this moment must find whole references too.
        expect(await wholenessOf(path), `point ${point}, before recovery`).toMatchObject({ missing: [], corrupt: [] });
        await startOn(path);
        expect(await wholenessOf(path), `point ${point}`).toMatchObject({ missing: [], corrupt: [], leftovers: [] });
        await check(path, before);
        expect(await wholenessOf(path), `point ${point}, after`).toMatchObject({
          missing: [],
          corrupt: [],
          leftovers: [],
        });
      }
    },
    isLong ? 1_200_000 : 240_000,
  );
});

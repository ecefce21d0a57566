import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDisk } from './disk.ts';
import { ownedName } from './owner.ts';
import { withLock } from './store-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Puts the lock of another living process there, asks for the lock, and lets the other go after some rounds. */
async function beside(ticket: string, rounds: (steps: readonly string[]) => Promise<void>) {
  const other = join(folder, ownedName('lock', `${ticket}-`));
  await writeFile(other, '');
  const steps: string[] = [];
  const disk = createDisk({ beforeStep: (step) => steps.push(step) });
  const waits = Promise.withResolvers<number>();
  const place = { folder, pathOf: (name: string) => join(folder, name) };
  const work = withLock(place, disk, { onWait: waits.resolve }, () => readdir(folder));
  expect(await waits.promise).toBe(process.pid);
  await rounds(steps);
  await rm(other);
  expect(await work).toHaveLength(1);
  expect(await readdir(folder)).toEqual([]);
  return steps;
}

test('who asked later steps back and asks again', async () => {
  const steps = await beside('000000000000000', async (seen) => {
    while (!seen.includes('remove')) await delay(2);
  });
  expect(steps.slice(0, 3)).toEqual(['create', 'remove', 'create']);
});

test('who asked first waits in place', async () => {
  const steps = await beside('999999999999999', () => delay(200));
  expect(steps).toEqual(['create', 'remove']);
});

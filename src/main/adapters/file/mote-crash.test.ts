import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BottleFileCache } from './bottle-file-cache.ts';
import { MOTE_BLOBS, type MoteBlob, type MoteCrashOrder, moteDigest } from './testing/mote-crash-child.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mote-crash-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A cache with two blobs, and beside it a file to copy and one to move. */
async function prepare(name: string): Promise<string> {
  const folder = join(root, name);
  const cache = new BottleFileCache(join(folder, 'cache'));
  await mkdir(folder);
  await cache.initialize();
  for (const blob of ['old', 'read'] as const) await writeFile(cache.moteRef(moteDigest(blob)), MOTE_BLOBS[blob]);
  for (const file of ['copied', 'moved'] as const) await writeFile(join(folder, file), MOTE_BLOBS[file]);
  return folder;
}

/** Runs the child; what it told, line by line, and the signal that ended it. */
function run(order: MoteCrashOrder): { readonly told: readonly string[]; readonly signal: string | null } {
  const child = join(import.meta.dirname, 'testing/mote-crash-child.ts');
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, [child, JSON.stringify(order)], {
    encoding: 'utf8',
  });
  if (signal === null && status !== 0) throw new Error(stderr);
  return { told: stdout.split('\n').filter((line) => line !== ''), signal };
}

test('a process that is killed in a bare cache, at any point, leaves whole blobs and nothing else', {
  timeout: 300_000,
}, async () => {
  const count = Number(run({ folder: await prepare('count') }).told.at(-1));
  expect(count).toBeGreaterThan(20);
  for (let point = 1; point <= count; point += 1) {
    const folder = await prepare(`at-${point}`);
    const { told, signal } = run({ folder, dieAt: point });
    expect(signal, `point ${point}`).toBe('SIGKILL');

    const cache = new BottleFileCache(join(folder, 'cache'));
    await cache.initialize();
    expect(await readdir(cache.layout.ingest), `point ${point}`).toEqual([]);
    const there = await readdir(cache.layout.blobFolder('sha256'));
    const names = Object.keys(MOTE_BLOBS) as MoteBlob[];
    for (const name of names) {
      const isThere = await cache.moteExists(moteDigest(name));
      if (isThere) {
        const bytes = await readFile(cache.moteRef(moteDigest(name)));
        expect(bytes.equals(MOTE_BLOBS[name]), `point ${point}, ${name}`).toBe(true);
        expect(there.splice(there.indexOf(moteDigest(name).slice('sha256:'.length)), 1)).toHaveLength(1);
      }
      // What was told is so; what was not may be so.
      if (told.includes(name) || name === 'read') expect(isThere, `point ${point}, ${name}`).toBe(true);
    }
    if (told.includes('removed')) expect(await cache.moteExists(moteDigest('old'))).toBe(false);
    else if (!told.includes('moved')) expect(await cache.moteExists(moteDigest('old'))).toBe(true);
    expect(there, `point ${point}`).toEqual([]);
    // The original of a move is in one of the two places at every moment.
    expect(existsSync(join(folder, 'moved')) || (await cache.moteExists(moteDigest('moved')))).toBe(true);
    expect(existsSync(join(folder, 'copied'))).toBe(true);
  }
});

import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace, type Workspace } from './testing/workspace.ts';

// What a second command over the same cache saves, and what it must not get wrong by that.

let work: Workspace;
let cache: string;
beforeEach(async () => {
  work = await createWorkspace();
  cache = await work.copy('sample', 'cache');
});
afterEach(() => work.remove());

interface Inspected {
  readonly source: { readonly fingerprint: string };
  readonly caches: readonly { readonly config: { readonly digest: string } }[];
  readonly totals: { readonly records: number };
}

interface Listed extends Inspected {
  readonly totals: { readonly records: number; readonly missingBlobs: number };
  readonly disk: { readonly totalBytes: number };
  readonly problems: readonly unknown[];
}

/** So old are the times of a folder before they are believed, and a little more. */
const SETTLED_MS = 2_100;

async function anyLayer(of: string): Promise<string> {
  const { out } = await work.run('layers', of, '--jsonl');
  return (JSON.parse(out.split('\n')[0] ?? '') as { readonly digest: string }).digest;
}

/** Without what the folder takes on the disk: that is looked at anew each time. */
async function inspect(...more: string[]): Promise<Inspected> {
  const { disk: _disk, ...answer } = await work.json<Inspected & { readonly disk: unknown }>('inspect', cache, ...more);
  return answer;
}

/** Makes the config of the cache unreadable without changing anything that its fingerprint looks at. */
async function spoilConfig({ caches }: Inspected): Promise<void> {
  const path = join(cache, 'blobs', (caches[0]?.config.digest ?? '').replace(':', '/'));
  await writeFile(path, Buffer.alloc((await readFile(path)).length));
}

async function keptFiles(ending: string): Promise<string[]> {
  const folder = work.path('cache/commands');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

describe('a second command', () => {
  it('reads no config again, and answers the same', async () => {
    const first = await inspect();
    await spoilConfig(first);
    expect(await inspect()).toEqual(first);
    const keys = await work.run('keys', cache, '--jsonl');
    expect([keys.code, keys.out.split('\n').length - 1]).toEqual([0, first.totals.records]);
  });

  it('reads it again with --no-cache, and keeps nothing then', async () => {
    const first = await inspect('--no-cache');
    expect(await keptFiles('')).toEqual([]);
    await inspect();
    await spoilConfig(first);
    const { code, err } = await work.run('inspect', cache, '--no-cache');
    expect([code, err]).toEqual([3, expect.stringMatching(/^(CORRUPT|DIGEST_MISMATCH) /)]);
  });

  it('reads a cache that changed', async () => {
    const first = await inspect();
    const other = await work.copy('next', 'other');
    await writeFile(join(cache, 'index.json'), await readFile(join(other, 'index.json')));
    for (const name of await readdir(join(other, 'blobs/sha256'))) {
      await writeFile(join(cache, 'blobs/sha256', name), await readFile(join(other, 'blobs/sha256', name)));
    }
    const second = await inspect();
    expect(second.source.fingerprint).not.toBe(first.source.fingerprint);
    expect(second.caches).not.toEqual(first.caches);
    // Of the older state nothing stays.
    expect([(await keptFiles('.duckdb')).length, (await keptFiles('.json')).length]).toEqual([1, 1]);
  });

  it('lists the blobs again only when their folder changed, and leaves a blob that was written into to verify', async () => {
    // The folder that catalogs are kept in lies in the other copy.
    const cache = await work.copy('sample', 'lonely');
    await setTimeout(SETTLED_MS);
    const first = await work.json<Listed>('inspect', cache);
    const layer = join(cache, 'blobs', (await anyLayer(cache)).replace(':', '/'));
    const bytes = await readFile(layer);
    await writeFile(layer, bytes.subarray(1));
    expect(await work.json('inspect', cache)).toEqual({
      ...first,
      disk: { ...first.disk, freeBytes: expect.any(Number) },
    });
    expect(await work.run('verify', cache)).toMatchObject({ code: 1 });
    expect((await work.json<Listed>('inspect', cache)).problems).not.toEqual([]);

    await rename(layer, work.path('aside'));
    await writeFile(layer, bytes);
    expect((await work.json<Listed>('inspect', cache)).totals).toEqual(first.totals);
    await rm(layer);
    const last = await work.json<Listed>('inspect', cache);
    expect([last.totals.missingBlobs, last.problems.length]).toEqual([1, 1]);
    expect(last.disk.totalBytes).toBe(first.disk.totalBytes - bytes.length);
  }, 60_000);

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    [
      'overwritten behind its head',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 12), Buffer.alloc(bytes.length - 12)]),
    ],
  ])('answers where the kept catalog was %s', async (_name, spoil) => {
    const first = await work.run('keys', cache, '--jsonl');
    const [path = ''] = await keptFiles('.duckdb');
    await writeFile(path, spoil(await readFile(path)));
    expect(await work.run('keys', cache, '--jsonl')).toEqual(first);
  });

  it('finds one catalog, whole, after several at once made it', async () => {
    const answers = await Promise.all([inspect(), inspect(), inspect()]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect([(await keptFiles('.duckdb')).length, (await keptFiles('.json')).length]).toEqual([1, 1]);
    expect(await inspect()).toEqual(answers[0]);
  });
});

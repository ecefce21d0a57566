import { execFileSync } from 'node:child_process';
import { cp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source } from '../../shared/model/source.ts';
import { openSource } from '../adapters/oci-layout/index.ts';
import { createHashPool } from '../adapters/workers/hash-pool.ts';
import { FIXTURES } from '../engine/testing/real-caches.ts';
import { verifyBlobs } from '../engine/verify/verify-blobs.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createDisk, type Disk, finished, openReady } from './testing/engine-on-disk.ts';

let disk: Disk;
let engine: EngineHandle;

beforeEach(async () => {
  disk = await createDisk();
  engine = await disk.start();
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await disk[Symbol.asyncDispose]();
});

async function restart(): Promise<void> {
  await engine[Symbol.asyncDispose]();
  engine = await disk.start();
}

async function done(started: Promise<{ jobId: string }>): Promise<void> {
  const { state, error } = await finished(engine.client, await started);
  if (state !== 'done') throw new Error(`the job ended as ${state}: ${error?.code} ${error?.message}`);
}

/** Turns a bit of a blob, without a change of its size. */
async function flip(folder: string, digest: string): Promise<void> {
  await using file = await open(join(folder, 'blobs', ...digest.split(':')), 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, 0);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, 0);
}

const tarOf = (folder: string, tar: string) =>
  execFileSync('tar', ['-cf', tar, '-C', folder, 'oci-layout', 'index.json', 'blobs']);

const layers = async ({ id }: Source, filter: string) =>
  (await engine.client.layers.page({ sourceId: id, filter })).rows.map(({ digest }) => digest);

describe('damage that a check found in a source that is not ours', () => {
  test.each(['layout', 'tar'])('stands in a %s, after a restart too, until the bytes are others', async (kind) => {
    const folder = await disk.copy('sample');
    const location = kind === 'tar' ? join(disk.folder, 'cache.tar') : folder;
    const [bad = '', other = ''] = await layers(await openReady(engine.client, folder), 'present:yes');
    await flip(folder, bad);
    if (kind === 'tar') tarOf(folder, location);
    const source = await openReady(engine.client, location);
    expect(await layers(source, 'damaged:yes')).toEqual([]);
    await done(engine.client.verify.start({ sourceId: source.id }));

    const problems = [{ code: 'DIGEST_MISMATCH', subject: bad }];
    expect(await engine.client.sources.get({ sourceId: source.id })).toMatchObject({ problems });
    expect(await layers(source, 'damaged:yes')).toEqual([bad]);
    await restart();
    expect(await openReady(engine.client, location)).toMatchObject({ problems });
    expect(await layers(source, 'damaged:yes')).toEqual([bad]);
    expect(await layers(source, 'present:yes')).toContain(other);
    expect(await engine.client.verify.damage({ sourceId: source.id })).toMatchObject({ blobs: [{ digest: bad }] });

    // Somebody puts the whole blob back. Nothing is said of it any more, without another check.
    const at = join('blobs', ...bad.split(':'));
    await rm(join(folder, at));
    await cp(join(FIXTURES, 'sample', at), join(folder, at), { dereference: true });
    if (kind === 'tar') {
      tarOf(folder, `${location}.new`);
      await rename(`${location}.new`, location);
    }
    await done(Promise.resolve(engine.client.sources.reload({ sourceId: source.id })));
    expect(await engine.client.sources.get({ sourceId: source.id })).toMatchObject({ problems: [] });
    expect(await layers(source, 'damaged:yes')).toEqual([]);
  });

  test('is forgotten when the next check finds none', async () => {
    const folder = await disk.copy('sample');
    const source = await openReady(engine.client, folder);
    const [bad = ''] = await layers(source, 'present:yes');
    for (const problems of [[{ subject: bad }], []]) {
      await flip(folder, bad);
      await done(engine.client.verify.start({ sourceId: source.id }));
      expect(await engine.client.sources.get({ sourceId: source.id })).toMatchObject({ problems });
    }
    await restart();
    expect(await openReady(engine.client, folder)).toMatchObject({ problems: [] });
  });
});

test('a check beside a prune does not miss what the prune took', async () => {
  const { client } = engine;
  const origin = await openReady(client, await disk.copy('sample', 'origin'));
  const at = join(disk.folder, 'store');
  await done(client.transfer.import({ sourceId: origin.id, to: at }));
  const store = await openReady(client, at);
  const { plan } = await client.prune.plan({ sourceId: store.id, policy: { maxBytes: 3000 } });
  const before = await readdir(join(at, 'blobs/sha256'));

  await using pool = createHashPool();
  let isPruned = false;
  const report = await verifyBlobs(await openSource(at), {
    signal: new AbortController().signal,
    progress: () => undefined,
    hasher: {
      ...pool,
      // The check has read what there is, and has hashed nothing yet.
      async hashAll(blobs, options) {
        if (!isPruned) await done(client.prune.apply({ sourceId: store.id, plan }));
        isPruned = true;
        await pool.hashAll(blobs, options);
      },
    },
  });
  const after = await readdir(join(at, 'blobs/sha256'));
  expect(after.length).toBeLessThan(before.length);
  expect(report).toMatchObject({ missing: [], corrupt: [], details: [], checked: after.length, ok: after.length });
});

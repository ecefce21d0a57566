import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BlobPlace } from '../../shared/model/blob-place.ts';
import type { Source } from '../../shared/model/source.ts';
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

/** Digest of the largest layer. */
async function largest({ id: sourceId }: Source): Promise<string> {
  const { rows } = await engine.client.layers.page({ sourceId, sort: { field: 'size', descending: true } });
  return rows[0]?.digest ?? '';
}

async function elsewhere({ id: sourceId }: Source, digest: string): Promise<BlobPlace[]> {
  return (await engine.client.layers.get({ sourceId, digest })).places;
}

/** The places once there are as many: they are recorded when a source is open already. */
async function soon(source: Source, digest: string, count: number): Promise<BlobPlace[]> {
  return vi.waitFor(async () => {
    const places = await elsewhere(source, digest);
    expect(places).toHaveLength(count);
    return places;
  });
}

const blob = (location: string, digest: string) => join(location, 'blobs', ...digest.split(':'));

test('an opened source is a place for others, in the list or not, until it is found to be gone', async () => {
  const here = await openReady(engine.client, await disk.copy('sample', 'here'));
  const there = await openReady(engine.client, await disk.copy('sample', 'there'));
  const digest = await largest(here);
  expect(await soon(here, digest, 1)).toMatchObject([
    { location: there.location, kind: 'oci', how: 'open', sourceId: there.id },
  ]);
  expect(await soon(there, digest, 1)).toMatchObject([{ location: here.location }]);

  await engine.client.sources.close({ sourceId: there.id });
  const [closed] = await elsewhere(here, digest);
  expect(closed).toEqual({ location: there.location, kind: 'oci', how: 'known', recordedAt: expect.any(Number) });

  const opened = await engine.client.layers.openPlace({ digest, location: there.location });
  expect(await finished(engine.client, opened)).toMatchObject({ state: 'done' });
  await engine.client.sources.close({ sourceId: opened.source.id });
  await rm(there.location, { recursive: true });
  const gone = engine.client.layers.openPlace({ digest, location: there.location });
  await expect(gone).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await elsewhere(here, digest)).toEqual([]);
});

test('a blob that left an open source is forgotten of it, and the others are not', async () => {
  const here = await openReady(engine.client, await disk.copy('sample', 'here'));
  const there = await openReady(engine.client, await disk.copy('sample', 'there'));
  const { rows } = await engine.client.layers.page({ sourceId: here.id });
  const [left = '', stays = ''] = rows.map(({ digest }) => digest);
  await soon(here, left, 1);
  await rm(blob(there.location, left));
  await finished(engine.client, await engine.client.sources.reload({ sourceId: there.id }));
  await soon(here, left, 0);
  expect(await elsewhere(here, stays)).toHaveLength(1);
  // Not only hidden while it is open.
  await engine.client.sources.close({ sourceId: there.id });
  expect(await elsewhere(here, left)).toEqual([]);
});

test('what a restart takes from a kept catalog is not recorded again; what is read anew is', async () => {
  const here = await openReady(engine.client, await disk.copy('sample', 'here'));
  const there = await openReady(engine.client, await disk.copy('sample', 'there'));
  const digest = await largest(here);
  const [first] = await soon(here, digest, 1);
  await engine[Symbol.asyncDispose]();
  engine = await disk.start();
  await openReady(engine.client, there.location);
  const [again] = await elsewhere(here, digest);
  expect(again?.recordedAt).toBe(first?.recordedAt);
  await finished(engine.client, await engine.client.sources.reload({ sourceId: there.id, force: true }));
  await vi.waitFor(async () => {
    const [renewed] = await elsewhere(here, digest);
    expect(renewed?.recordedAt).toBeGreaterThan(first?.recordedAt ?? Number.POSITIVE_INFINITY);
  });
});

test('a command leaves no trace of what it opened', async () => {
  const there = await disk.copy('sample', 'there');
  {
    await using command = await disk.start('cli');
    const { id } = await openReady(command.client, there);
    await command.client.layers.page({ sourceId: id });
  }
  const here = await openReady(engine.client, await disk.copy('sample', 'here'));
  expect(await elsewhere(here, await largest(here))).toEqual([]);
});

test('a store that a re-import found without the blob is no place for it any more', async () => {
  const { client } = engine;
  const sample = await openReady(client, await disk.copy('sample', 'sample'));
  const digest = await largest(sample);
  const [broken, empty] = [join(disk.folder, 'broken'), join(disk.folder, 'empty')];
  for (const to of [broken, empty]) {
    await finished(client, await client.transfer.import({ sourceId: sample.id, to }));
  }
  expect((await elsewhere(sample, digest)).map(({ location }) => location).sort()).toEqual([
    `store://${broken}`,
    `store://${empty}`,
  ]);
  for (const location of [broken, empty]) await rm(blob(location, digest));
  const store = await openReady(client, broken);
  await finished(client, await client.verify.start({ sourceId: store.id }));
  const mend = await finished(client, await client.verify.mend({ sourceId: store.id, from: empty }));
  expect(mend).toMatchObject({ state: 'done', result: { report: { leftAlone: [{ digest }] } } });
  await soon(sample, digest, 0);
});

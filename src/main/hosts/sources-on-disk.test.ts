import { cp, open, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../shared/contract/index.ts';
import { FIXTURES, noTestData, openTestData } from '../engine/testing/real-caches.ts';
import { createDisk, type Disk, finished, openReady } from './testing/engine-on-disk.ts';

let disk: Disk;
beforeEach(async () => {
  disk = await createDisk();
});
afterEach(() => disk[Symbol.asyncDispose]());

const keys = async (client: EngineClient, sourceId: string): Promise<number> =>
  (await client.keys.page({ sourceId })).total;

describe('sources across sessions', () => {
  it('answers a deep link after a restart, without reading the source again', async () => {
    const folder = await disk.copy('sample');
    const before = await disk.start();
    const source = await openReady(before.client, folder);
    const rows = await keys(before.client, source.id);
    await before[Symbol.asyncDispose]();

    await using after = await disk.start();
    expect(await after.client.sources.list()).toMatchObject([{ id: source.id, location: folder }]);
    expect(await keys(after.client, source.id)).toBe(rows);
    expect(await after.client.sources.get({ sourceId: source.id })).toMatchObject({
      state: 'ready',
      fingerprint: source.fingerprint,
      totals: source.totals,
      caches: source.caches,
    });
    expect(await after.client.jobs.list()).toEqual([]);
  });

  it('builds the catalog again when it was damaged or deleted', async () => {
    const folder = await disk.copy('sample');
    const before = await disk.start();
    const source = await openReady(before.client, folder);
    const rows = await keys(before.client, source.id);
    await before[Symbol.asyncDispose]();

    for (const damage of [(path: string) => truncate(path, 5000), (path: string) => writeFile(path, 'x'), unlink]) {
      for (const path of await disk.kept()) await damage(path);
      await using engine = await disk.start();
      expect(await keys(engine.client, source.id)).toBe(rows);
      expect((await engine.client.sources.get({ sourceId: source.id })).totals).toEqual(source.totals);
      expect(await engine.client.jobs.list()).toMatchObject([{ kind: 'open', state: 'done' }]);
    }
  });

  it('builds a catalog again that turns out to be damaged while it is asked', async () => {
    const before = await disk.start();
    const { id } = await openReady(before.client, await disk.copy('sample'));
    const records = await before.client.keys.list({ sourceId: id });
    await before[Symbol.asyncDispose]();

    await using engine = await disk.start();
    let version = 0;
    for await (const [source] of await engine.client.sources.watch()) {
      version = source?.version ?? 0;
      if (source?.state === 'ready') break;
    }
    for (const path of (await disk.kept()).filter((each) => each.endsWith('.duckdb'))) {
      await using file = await open(path, 'r+');
      const { size } = await file.stat();
      // All but the headers at the start, which were read when it was opened.
      await file.write(Buffer.alloc(size - 12_288, 0x5a), 0, size - 12_288, 12_288);
    }
    expect(await engine.client.keys.list({ sourceId: id })).toEqual(records);
    expect(await engine.client.sources.get({ sourceId: id })).toMatchObject({ state: 'ready', version: version + 1 });
  });

  it('sees after a restart that the source changed', async () => {
    const folder = await disk.copy('sample');
    const before = await disk.start();
    const source = await openReady(before.client, folder);
    await before[Symbol.asyncDispose]();

    const next = join(FIXTURES, 'next');
    await rm(folder, { recursive: true });
    await cp(next, folder, { recursive: true });
    await using after = await disk.start();
    const fresh = await openReady(after.client, next);
    await keys(after.client, source.id);
    expect((await after.client.sources.get({ sourceId: source.id })).totals).toEqual(fresh.totals);
  });

  it('leaves no catalog of a source that was closed; that of a command is kept, and lists no source', async () => {
    const folder = await disk.copy('sample');
    {
      await using engine = await disk.start();
      const source = await openReady(engine.client, folder);
      expect((await disk.kept()).length).toBeGreaterThan(0);
      await engine.client.sources.close({ sourceId: source.id });
      expect(await disk.kept()).toEqual([]);
    }
    {
      await using command = await disk.start('cli');
      await openReady(command.client, folder);
      expect((await disk.kept()).length).toBeGreaterThan(0);
    }
    expect((await disk.kept()).every((path) => path.includes('/commands/'))).toBe(true);
    await using after = await disk.start();
    expect(await after.client.sources.list()).toEqual([]);
  });

  it('reads a damaged source up to what is wrong, and names it', async () => {
    const folder = await disk.copy('sample');
    const index = join(folder, 'index.json');
    const text = await readFile(index);
    await writeFile(index, text.subarray(0, text.length / 2));
    await using engine = await disk.start();
    const { source, jobId } = await engine.client.sources.open({ location: folder });
    expect(await finished(engine.client, { jobId })).toMatchObject({ state: 'failed', error: { code: 'CORRUPT' } });
    await expect(keys(engine.client, source.id)).rejects.toMatchObject({ code: 'CORRUPT' });
    await writeFile(index, text);
    await finished(engine.client, await engine.client.sources.reload({ sourceId: source.id }));
    expect(await keys(engine.client, source.id)).toBeGreaterThan(0);
  });

  it('serves two engines on the same list at once', async () => {
    const folder = await disk.copy('sample');
    await using one = await disk.start();
    const source = await openReady(one.client, folder);
    await using other = await disk.start();
    expect(await keys(other.client, source.id)).toBe(await keys(one.client, source.id));
    await using command = await disk.start('cli');
    expect((await openReady(command.client, folder)).totals).toEqual(source.totals);
  });
});

describe.skipIf(noTestData)(`totals of real caches ${noTestData ?? ''}`, () => {
  it.each(['tiny', 'app', 'pairs'])('%s: every cache has the totals that were counted independently', async (set) => {
    using data = openTestData();
    const folder = data.set(set);
    const expected = JSON.parse(
      await readFile(join(process.env.CACHEWRIGHT_TEST_DATA ?? '', 'expected', `${set}.json`), 'utf8'),
    ) as Record<string, object>;
    await using engine = await disk.start('cli');
    const byFolder = Map.groupBy(Object.entries(expected), ([name]) => name.slice(0, name.lastIndexOf('#')));
    for (const [name, caches] of byFolder) {
      const source = await openReady(engine.client, join(folder, name));
      const found = source.caches.map((cache) => [`${name}#${cache.ref}`, cache.totals]);
      expect(Object.fromEntries(found)).toMatchObject(Object.fromEntries(caches));
      await engine.client.sources.close({ sourceId: source.id });
    }
  });
});

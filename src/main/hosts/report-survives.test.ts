import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../../shared/model/source.ts';
import { FIXTURES } from '../engine/testing/real-caches.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createDisk, type Disk, finished, openReady } from './testing/engine-on-disk.ts';

/** Somebody damages the store while a job works in it: the job is done all the same, and the source says what is wrong. */
describe('the report of a job survives that its store cannot be read afterwards', () => {
  let disk: Disk;
  let engine: EngineHandle;
  let sample: Source;
  let store: Source;
  const folder = () => join(disk.folder, 'store');
  beforeEach(async () => {
    disk = await createDisk();
    engine = await disk.start();
    sample = await openReady(engine.client, join(FIXTURES, 'sample'));
    const imported = await engine.client.transfer.import({ sourceId: sample.id, to: folder() });
    await finished(engine.client, imported);
    store = await openReady(engine.client, folder());
  });
  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
    await disk[Symbol.asyncDispose]();
  });

  /** Writes over a manifest that a second reference leads to, which no job here touches. */
  const spoil = async () => {
    const path = join(folder(), 'index.json');
    const index = JSON.parse(await readFile(path, 'utf8')) as { manifests: { digest: string; size: number }[] };
    const [entry] = index.manifests;
    const lost = {
      ...entry,
      digest: `sha256:${'0'.repeat(64)}`,
      annotations: { 'org.opencontainers.image.ref.name': 'x' },
    };
    await writeFile(path, JSON.stringify({ ...index, manifests: [...index.manifests, lost] }));
  };
  const isFailed = async () =>
    expect(await engine.client.sources.get({ sourceId: store.id })).toMatchObject({
      state: 'failed',
      error: { code: 'NOT_FOUND', subject: `sha256:${'0'.repeat(64)}` },
    });

  it('of a transfer', async () => {
    await spoil();
    const options = { mode: 'max' as const, as: 'again' };
    const job = await finished(
      engine.client,
      await engine.client.transfer.import({ sourceId: sample.id, to: folder(), options }),
    );
    expect(job).toMatchObject({ state: 'done', result: { report: { caches: [{ ref: 'again' }] } } });
    await isFailed();
  });

  it('of an undo, and of emptying the trash', async () => {
    const { client } = engine;
    const plan = await client.prune.plan({ sourceId: store.id, policy: { maxBytes: 1000 } });
    const pruned = await finished(client, await client.prune.apply({ sourceId: store.id, plan: plan.plan }));
    expect(pruned.state).toBe('done');
    await spoil();
    const undone = await finished(client, await client.prune.undo({ sourceId: store.id }));
    expect(undone).toMatchObject({ state: 'done', result: { plan: plan.plan, restoredRecords: plan.goes.records } });
    await isFailed();
    const emptied = await finished(client, await client.prune.emptyTrash({ sourceId: store.id }));
    expect(emptied.state).toBe('done');
    expect(await readdir(join(folder(), '.cachewright/trash'))).toEqual([]);
  });
});

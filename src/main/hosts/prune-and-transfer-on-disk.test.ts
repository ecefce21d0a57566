import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job, JobResult } from '../../shared/model/job.ts';
import type { Source } from '../../shared/model/source.ts';
import { FIXTURES } from '../engine/testing/real-caches.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createDisk, type Disk, finished, openReady } from './testing/engine-on-disk.ts';

const SAMPLE = join(FIXTURES, 'sample');
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

const at = (name: string) => join(disk.folder, name);

/** The result of a job that has to succeed. */
async function done<Kind extends JobResult['kind']>(
  started: Promise<{ jobId: string }>,
  kind: Kind,
): Promise<Extract<JobResult, { kind: Kind }>> {
  const { state, error, result } = await ended(started);
  if (result?.kind !== kind) throw new Error(`the job ended as ${state}: ${error?.code} ${error?.message}`);
  return result as Extract<JobResult, { kind: Kind }>;
}

async function ended(started: Promise<{ jobId: string }>): Promise<Job> {
  return finished(engine.client, await started);
}

/** A store that holds the sample, open. */
async function sampleStore(): Promise<Source> {
  const { client } = engine;
  const sample = await openReady(client, SAMPLE);
  await done(client.transfer.import({ sourceId: sample.id, to: at('store') }), 'import');
  return openReady(client, at('store'));
}

describe('import', () => {
  it('creates a store where nothing is, and whoever has it open sees what came in', async () => {
    const { client } = engine;
    const store = await sampleStore();
    const sample = await openReady(client, SAMPLE);
    expect(store).toMatchObject({ kind: 'store', can: { prune: 'here', receive: true }, totals: sample.totals });
    const next = await openReady(client, join(FIXTURES, 'next'));
    const { report } = await done(
      client.transfer.import({ sourceId: next.id, to: at('store'), options: { mode: 'max', as: 'next' } }),
      'import',
    );
    expect(report.blobsSkipped).toBeGreaterThan(0);
    const after = await client.sources.get({ sourceId: store.id });
    expect(after.caches.map(({ ref }) => ref)).toEqual(['latest', 'next']);
    expect(after.version).toBeGreaterThan(store.version);
    expect((await client.jobs.audit({ limit: 5 })).map(({ action, outcome }) => [action, outcome])).toContainEqual([
      'import',
      'done',
    ]);
  });

  it('takes the names of the steps along', async () => {
    const { client } = engine;
    const store = await sampleStore();
    const named = async (sourceId: string) =>
      (await client.keys.page({ sourceId, limit: 1000 })).rows.map(({ digest, name, stage }) => ({
        digest,
        name,
        stage,
      }));
    const sample = await openReady(client, SAMPLE);
    expect((await named(sample.id)).filter(({ name }) => name !== undefined).length).toBeGreaterThan(5);
    expect(await named(store.id)).toEqual(await named(sample.id));
  });

  it('takes paths as people write them', async () => {
    const { client } = engine;
    const sample = await openReady(client, SAMPLE);
    await done(client.transfer.import({ sourceId: sample.id, to: `store://${at('a/b/store')}` }), 'import');
    expect((await openReady(client, at('a/b/store'))).kind).toBe('store');
    const elsewhere = client.transfer.import({ sourceId: sample.id, to: 'docker://host/repo' });
    await expect(elsewhere).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('refuses what is no store, and writes nothing', async () => {
    const { client } = engine;
    const sample = await openReady(client, SAMPLE);
    const layout = await disk.copy('next', 'layout');
    const toLayout = await ended(client.transfer.import({ sourceId: sample.id, to: layout }));
    expect(toLayout.error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(existsSync(join(layout, '.cachewright'))).toBe(false);
    await mkdir(at('mine'));
    await writeFile(at('mine/notes.txt'), 'mine');
    const toMine = await ended(client.transfer.import({ sourceId: sample.id, to: at('mine') }));
    expect(toMine.error).toMatchObject({ code: 'CONFLICT' });
    expect(await readdir(at('mine'))).toEqual(['notes.txt']);
    const unknown = client.transfer.import({
      sourceId: sample.id,
      to: at('new'),
      options: { mode: 'max', as: 'a b' },
    });
    expect((await ended(unknown)).error).toMatchObject({ code: 'INVALID_INPUT', subject: 'a b' });
    expect(existsSync(at('new'))).toBe(false);
  });
});

describe('export', () => {
  it('gives the same config and manifest, and adds to a layout that is there', async () => {
    const { client } = engine;
    const store = await sampleStore();
    const { report } = await done(client.transfer.export({ sourceId: store.id, to: at('out') }), 'export');
    expect(report.manifest.digest).toBe(store.caches[0]?.manifest?.digest);
    expect(report.commands.join()).toContain(at('out'));
    const out = await openReady(client, at('out'));
    expect([out.kind, out.totals, out.caches]).toEqual(['oci-layout', store.totals, store.caches]);
    expect(existsSync(at('out/.cachewright'))).toBe(false);

    const next = await openReady(client, join(FIXTURES, 'next'));
    const named = { mode: 'max' as const, as: 'next' };
    await done(client.transfer.export({ sourceId: next.id, to: at('out'), options: named }), 'export');
    expect((await client.sources.get({ sourceId: out.id })).caches.map(({ ref }) => ref)).toEqual(['latest', 'next']);
  });

  it('refuses the source itself and a folder with something else in it', async () => {
    const { client } = engine;
    const store = await sampleStore();
    for (const to of [at('store'), `${at('store')}/../store/`, `store://${at('store')}`]) {
      await expect(client.transfer.export({ sourceId: store.id, to })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    await mkdir(at('mine'));
    await writeFile(at('mine/notes.txt'), 'mine');
    const failed = await ended(client.transfer.export({ sourceId: store.id, to: at('mine') }));
    expect(failed.error).toMatchObject({ code: 'CONFLICT', subject: at('mine') });
    const both = { mode: 'max' as const, format: 'manifest' as const, ociMediaTypes: false };
    const mixed = await ended(client.transfer.export({ sourceId: store.id, to: at('out'), options: both }));
    expect(mixed.error).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('shows before what it would do, and writes nothing', async () => {
    const { client } = engine;
    const sample = await openReady(client, SAMPLE);
    const preview = (to: string) => client.transfer.preview({ sourceId: sample.id, to });
    const fresh = await preview(at('out'));
    expect(fresh).toMatchObject({ records: sample.totals?.records, skipBlobs: 0, resultsLeftOut: 0, warnings: [] });
    expect([fresh.copyBlobs, fresh.copyBytes]).toEqual([sample.totals?.blobs, sample.totals?.deduplicatedBytes]);
    expect(existsSync(at('out'))).toBe(false);
    const next = await openReady(client, join(FIXTURES, 'next'));
    await done(client.transfer.export({ sourceId: next.id, to: at('out') }), 'export');
    const partly = await preview(at('out'));
    expect(partly.skipBlobs).toBeGreaterThan(0);
    expect(partly.copyBytes + partly.skipBytes).toBe(sample.totals?.deduplicatedBytes);
    expect(partly.blobs.filter(({ state }) => state === 'there')).toHaveLength(partly.skipBlobs);
    expect(partly.warnings).toEqual([expect.stringContaining('latest leads to another cache')]);
    const { report } = await done(client.transfer.export({ sourceId: sample.id, to: at('out') }), 'export');
    expect([report.blobsCopied, report.bytesCopied, report.blobsSkipped]).toEqual([
      partly.copyBlobs,
      partly.copyBytes,
      partly.skipBlobs,
    ]);
  });
});

describe('prune', () => {
  it('plan, apply, undo, empty: what is shown is what happens', async () => {
    const { client } = engine;
    const store = await sampleStore();
    const sourceId = store.id;
    const half = Math.floor((store.totals?.deduplicatedBytes ?? 0) / 2);
    const plan = await client.prune.plan({ sourceId, policy: { maxBytes: half } });
    expect(plan).toMatchObject({ sourceId, exact: false, applied: false });
    expect(plan.keepBytes + plan.freedBytes).toBe(store.totals?.deduplicatedBytes);
    const goes = await client.prune.items({ sourceId, plan: plan.plan, what: 'goes', limit: 1000 });
    const stays = await client.prune.items({ sourceId, plan: plan.plan, what: 'stays', limit: 1000 });
    expect([goes.total, stays.total]).toEqual([plan.goes.records + plan.goes.results, plan.stays.records]);
    // Every step that goes is one that later ones are found through: it stays as a lookup key.
    const reason = `over ${half} B, 1 of ${bySize(goes.items)} to go; stays as a lookup key`;
    expect(goes.items[0]).toMatchObject({ kind: 'result', reason });
    expect(goes.items[0]?.recordKind).toBeDefined();
    const page = await client.prune.items({ sourceId, plan: plan.plan, what: 'goes', offset: 1, limit: 2 });
    expect(page.items).toEqual(goes.items.slice(1, 3));

    const { report } = await done(client.prune.apply({ sourceId, plan: plan.plan }), 'prune');
    expect(report).toMatchObject({ plan: plan.plan, removedRecords: plan.goes.records, freedBytes: plan.freedBytes });
    const after = await client.sources.get({ sourceId });
    expect(after.totals).toMatchObject({ deduplicatedBytes: plan.keepBytes, missingBlobs: 0, orphanBlobs: 0 });
    expect((await client.prune.get({ sourceId, plan: plan.plan })).applied).toBe(true);
    expect(await client.prune.trash({ sourceId })).toMatchObject([{ plan: plan.plan, records: plan.goes.records }]);

    expect(await done(client.prune.undo({ sourceId }), 'undo')).toMatchObject({ plan: plan.plan });
    const undone = await client.sources.get({ sourceId });
    expect([undone.fingerprint, undone.totals]).toEqual([store.fingerprint, store.totals]);
    expect((await client.prune.get({ sourceId, plan: plan.plan })).applied).toBe(false);

    // The plan still fits the store: it is as it was.
    await done(client.prune.apply({ sourceId, plan: plan.plan }), 'prune');
    expect(await done(client.prune.emptyTrash({ sourceId }), 'empty-trash')).toMatchObject({ bytes: plan.freedBytes });
    const late = await ended(client.prune.undo({ sourceId }));
    expect(late.error).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a plan outlives the program, for its store only', async () => {
    const store = await sampleStore();
    const plan = await engine.client.prune.plan({ sourceId: store.id, policy: { maxBytes: 1000 } });
    await engine[Symbol.asyncDispose]();
    engine = await disk.start();
    const again = await openReady(engine.client, at('store'));
    expect(await engine.client.prune.get({ sourceId: again.id, plan: plan.plan })).toEqual(plan);
    await done(engine.client.prune.apply({ sourceId: again.id, plan: plan.plan }), 'prune');
    const sample = await openReady(engine.client, SAMPLE);
    await expect(engine.client.prune.get({ sourceId: sample.id, plan: plan.plan })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('a source that is no store can be planned for, and not more', async () => {
    const { client } = engine;
    const { id: sourceId } = await openReady(client, SAMPLE);
    const plan = await client.prune.plan({ sourceId, policy: { all: true } });
    expect((await client.prune.items({ sourceId, plan: plan.plan, what: 'goes' })).total).toBeGreaterThan(0);
    const refused = { code: 'INVALID_INPUT', hint: expect.stringContaining('Import it into a store') };
    await expect(client.prune.apply({ sourceId, plan: plan.plan })).rejects.toMatchObject(refused);
    await expect(client.prune.undo({ sourceId })).rejects.toMatchObject(refused);
    await expect(client.prune.emptyTrash({ sourceId })).rejects.toMatchObject(refused);
    expect(await client.prune.trash({ sourceId })).toEqual([]);
  });

  it('a preview writes nothing to the store, and can be applied', async () => {
    const { client } = engine;
    const { id: sourceId } = await sampleStore();
    const before = await readdir(at('store'), { recursive: true });
    const plan = await client.prune.plan({ sourceId, policy: { maxBytes: 1000 }, keep: false });
    expect(await readdir(at('store'), { recursive: true })).toEqual(before);
    await done(client.prune.apply({ sourceId, plan: plan.plan }), 'prune');
    expect(await readdir(at('store/.cachewright/plans'))).toEqual([`${plan.plan}.json`]);
  });

  it('a plan of another state is stale; a name that is no plan is not looked for', async () => {
    const { client } = engine;
    const { id: sourceId } = await sampleStore();
    const plan = await client.prune.plan({ sourceId, policy: { maxBytes: 1000 } });
    const next = await openReady(client, join(FIXTURES, 'next'));
    await done(client.transfer.import({ sourceId: next.id, to: at('store') }), 'import');
    expect((await ended(client.prune.apply({ sourceId, plan: plan.plan }))).error).toMatchObject({
      code: 'STALE_PLAN',
    });
    await expect(client.prune.get({ sourceId, plan: '../../index' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(client.prune.get({ sourceId, plan: 'p-none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.prune.plan({ sourceId, policy: {} })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await readFile(at('store/index.json'), 'utf8')).toContain('latest');
  });
});

/** How many lines leave because of the size. */
function bySize(items: readonly { readonly reason: string }[]): number {
  return items.filter(({ reason }) => reason.startsWith('over ')).length;
}

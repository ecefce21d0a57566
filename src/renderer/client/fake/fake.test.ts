import { afterEach, describe, expect, it } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Connection } from '../connection.ts';
import { createFakeConnection } from './index.ts';

const open: Connection[] = [];
function fakeEngine() {
  const connection = createFakeConnection();
  open.push(connection);
  return connection.engine;
}
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

describe('the fake engine', () => {
  it('answers every read of a source in the shape of the contract', async () => {
    const engine = fakeEngine();
    const sourceId = 'sample';
    const { rows, total } = await engine.keys.page({ sourceId, sort: { field: 'own', descending: true } });
    expect(total).toBeGreaterThan(50);
    const id = rows[0]?.id ?? '';
    const detail = await engine.keys.get({ sourceId, id });
    expect(detail.results[0]?.layers.length).toBe(rows[0]?.layers);
    const around = await engine.graph.neighbourhood({ sourceId, from: id });
    expect(around.nodes.find((node) => node.distance === 0)?.id).toBe(id);
    expect((await engine.graph.pathToRoot({ sourceId, id })).path.at(-1)?.id).toBe(id);
    const { groups } = await engine.overview.treemap({ sourceId });
    expect(groups.reduce((sum, group) => sum + group.bytes, 0)).toBe(
      (await engine.sources.get({ sourceId })).totals?.deduplicatedBytes,
    );
    const { bins } = await engine.overview.ages({ sourceId });
    expect(bins.reduce((sum, bin) => sum + bin.records, 0)).toBe(rows.filter((row) => row.createdAt).length);
  });

  it('refuses with errors of the contract, also in the parts that are made apart', async () => {
    const engine = fakeEngine();
    await expect(engine.prune.get({ sourceId: 'sample', plan: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      subject: 'none',
    });
    await expect(engine.prune.undo({ sourceId: 'sample' })).rejects.toBeInstanceOf(CacheError);
  });

  it('filters with the filter language', async () => {
    const engine = fakeEngine();
    const { rows } = await engine.keys.page({ sourceId: 'sample', filter: 'kind:exec size:>1MiB' });
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.every((row) => row.kind === 'exec' && row.ownBytes > 1024 ** 2)).toBe(true);
  });

  it('fails with a CacheError that says what and to what', async () => {
    const failure = await fakeEngine()
      .keys.get({ sourceId: 'nowhere', id: 'x' })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CacheError);
    expect(failure).toMatchObject({ code: 'NOT_FOUND', subject: 'nowhere' });
  });

  it('prunes and takes it back, with a new version each time', async () => {
    const engine = fakeEngine();
    const sourceId = 'store';
    const before = await engine.sources.get({ sourceId });
    const plan = await engine.prune.plan({ sourceId, policy: { maxBytes: 10_000_000 } });
    expect(plan.keepBytes).toBeLessThanOrEqual(10_000_000);
    const { jobId } = await engine.prune.apply({ sourceId, plan: plan.plan });
    for await (const [job] of await engine.jobs.watch({ jobId })) if (job?.state === 'done') break;
    const after = await engine.sources.get({ sourceId });
    expect(after.totals?.deduplicatedBytes).toBe(plan.keepBytes);
    expect(after.version).toBeGreaterThan(before.version);
    const undo = await engine.prune.undo({ sourceId });
    for await (const jobs of await engine.jobs.watch({})) {
      if (jobs.find((job) => job.id === undo.jobId)?.state === 'done') break;
    }
    expect((await engine.sources.get({ sourceId })).totals).toEqual(before.totals);
  });

  it('looks what a transfer would copy, only of one record too, and is not let in everywhere', async () => {
    const { keys, transfer } = fakeEngine();
    const sourceId = 'sample';
    const { rows } = await keys.page({ sourceId, filter: 'kind:exec', sort: { field: 'own', descending: true } });
    const all = await transfer.preview({ sourceId, to: '/tmp/out' });
    const one = await transfer.preview({ sourceId, to: '/tmp/out', options: { key: rows[0]?.id ?? '' } });
    expect(one.copyBlobs).toBeGreaterThan(0);
    expect(one.copyBlobs).toBeLessThan(all.copyBlobs);
    await expect(transfer.preview({ sourceId, to: 'docker://locked:5000/app:cache' })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      hint: 'Run: docker login locked:5000',
    });
  });
});

import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../../shared/model/job.ts';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

const SAMPLE = fixture('sample');

interface Inspected {
  readonly source: { readonly kind: string };
  readonly caches: readonly {
    readonly ref: string;
    readonly form: string;
    readonly config: { readonly digest: string };
  }[];
  readonly totals: Record<string, number>;
  readonly disk?: unknown;
}

interface Pruned {
  readonly plan: string;
  readonly exact: boolean;
  readonly remove: readonly {
    readonly id: string;
    readonly kind: string;
    readonly bytes: number;
    readonly reason: string;
  }[];
  readonly keepBytes: number;
  readonly freedBytes: number;
  readonly applied: boolean;
}

describe('a store from import to empty-trash', () => {
  let work: Workspace;
  let store: string;
  beforeAll(async () => {
    work = await createWorkspace();
    store = work.path('store');
  });
  afterAll(() => work.remove());

  it('imports into a folder that becomes a store', async () => {
    const report = await work.json<TransferReport>('import', SAMPLE, '--to', store);
    expect(report).toMatchObject({ blobsSkipped: 0, resultsLeftOut: 0 });
    expect(report.blobsCopied).toBeGreaterThanOrEqual(14);
    const { source, totals } = await work.json<Inspected>('inspect', store);
    expect(source.kind).toBe('store');
    expect(totals).toMatchObject({ records: 24, results: 14, blobs: 14, deduplicatedBytes: 7017, missingBlobs: 0 });
  });

  it('copies nothing twice', async () => {
    const { code, out } = await work.run('import', SAMPLE, '--to', store);
    expect(code).toBe(0);
    expect(out).toMatch(/^0 blobs copied, 0 B; \d+ were there already\n/);
  });

  it('imports in the form that is asked for, as an export is written', async () => {
    const other = work.path('other-form');
    await work.json<TransferReport>('import', SAMPLE, '--to', other, '--format', 'index', '--oci-mediatypes', 'false');
    expect((await work.json<Inspected>('inspect', other)).caches[0]?.form).toBe('index-docker');
  });

  it('exports what another program would see as the same cache', async () => {
    const target = work.path('exported');
    const report = await work.json<TransferReport>('export', store, '--to', target);
    const [exported, original] = [
      await work.json<Inspected>('inspect', target),
      await work.json<Inspected>('inspect', SAMPLE),
    ];
    expect(exported.totals).toEqual(original.totals);
    expect(exported.caches[0]?.config.digest).toBe(original.caches[0]?.config.digest);
    expect(report.manifest.digest).toMatch(/^sha256:/);
  });

  it.each([
    [['--format', 'index'], 'index-oci'],
    [['--format', 'index', '--oci-mediatypes', 'false'], 'index-docker'],
    [['--format', 'manifest'], 'image-manifest'],
  ])('exports with %j as %s', async (options, form) => {
    const target = work.path(`form-${form}`);
    await work.json('export', store, '--to', target, ...options);
    expect((await work.json<Inspected>('inspect', target)).caches.map((cache) => cache.form)).toEqual([form]);
  });

  it('exports fewer results with --mode min', async () => {
    const target = work.path('min');
    await work.json('export', store, '--to', target, '--mode', 'min');
    const { totals } = await work.json<Inspected>('inspect', target);
    expect(totals.records).toBe(24);
    expect(totals.results).toBeLessThan(14);
  });

  let plan: Pruned;
  it('plans without touching anything', async () => {
    // The plan itself lies on the disk of the store.
    const { disk: _, ...before } = await work.json<Inspected>('inspect', store);
    plan = await work.json<Pruned>('prune', store, '--max-size', '3KiB');
    expect(plan.applied).toBe(false);
    expect(plan.remove.length).toBeGreaterThan(0);
    expect(plan.keepBytes).toBeLessThanOrEqual(3072);
    expect(plan.keepBytes + plan.freedBytes).toBe(7017);
    expect(Object.keys(plan.remove[0] ?? {})).toEqual(
      expect.arrayContaining(['id', 'kind', 'digest', 'bytes', 'reason']),
    );
    expect(await work.json<Inspected>('inspect', store)).toMatchObject(before);
    const { out } = await work.run('prune', store, '--max-size', '3KiB');
    expect(out).toContain('Dry run: nothing was changed.\n');
    expect(out).toContain(`cachewright prune ${store} --apply `);
  });

  it('applies a plan by its name', async () => {
    const applied = await work.json<Pruned>('prune', store, '--apply', plan.plan);
    expect(applied).toMatchObject({ plan: plan.plan, applied: true, freedBytes: plan.freedBytes });
    const { totals } = await work.json<Inspected>('inspect', store);
    expect(totals.deduplicatedBytes).toBe(plan.keepBytes);
    expect(await work.json<VerifyReport>('verify', store)).toMatchObject({ missing: [], corrupt: [] });
  });

  it('refuses a plan that was applied, or never made', async () => {
    expect((await work.run('prune', store, '--apply', plan.plan)).code).not.toBe(0);
    const { code, err } = await work.run('prune', store, '--apply', 'no-such-plan');
    expect(code).toBe(2);
    expect(err).toMatch(/^NOT_FOUND /);
  });

  it('undoes it, and nothing is missing', async () => {
    const undone = await work.json<{ plan: string; restoredBlobs: number }>('undo', store);
    expect(undone.plan).toBe(plan.plan);
    expect(undone.restoredBlobs).toBeGreaterThan(0);
    expect((await work.json<Inspected>('inspect', store)).totals).toMatchObject({
      records: 24,
      deduplicatedBytes: 7017,
    });
    expect(await work.json<VerifyReport>('verify', store)).toMatchObject({ missing: [], corrupt: [] });
  });

  it('plans and applies with --yes, and empties the trash', async () => {
    const { code, out } = await work.run('prune', store, '--all', '--yes');
    expect(code).toBe(0);
    expect(out).toContain('moved to the trash');
    expect(out).toContain(`cachewright undo ${store} `);
    const emptied = await work.json<{ blobs: number; bytes: number }>('empty-trash', store);
    expect(emptied.bytes).toBeGreaterThan(0);
    expect((await work.run('undo', store)).code).not.toBe(0);
    expect(await work.json('empty-trash', store)).toEqual({ blobs: 0, bytes: 0, leftAlone: [] });
  });
});

describe('what is no store', () => {
  let work: Workspace;
  beforeAll(async () => {
    work = await createWorkspace();
  });
  afterAll(() => work.remove());

  it('can be planned for, not pruned', async () => {
    const folder = await work.copy('sample', 'plain');
    expect((await work.json<Pruned>('prune', folder, '--all')).applied).toBe(false);
    const before = await readdir(folder, { recursive: true });
    const { code, err } = await work.run('prune', folder, '--all', '--yes');
    expect(code).not.toBe(0);
    expect(err.trimEnd().split('\n')[0]).toMatch(/^[A-Z_]+ .*\)$/);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it.each([['undo'], ['empty-trash']])('has nothing for %s', async (command) => {
    const { code, err } = await work.run(command, SAMPLE);
    expect(code).not.toBe(0);
    expect(err).toMatch(/^[A-Z_]+ /);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../../shared/model/job.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { addImage, layersOf } from './testing/add-image.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

interface Pruned {
  readonly plan: string;
  readonly freedBytes: number;
  readonly keepBytes: number;
  readonly removedBlobs: number;
  readonly skipped: readonly unknown[];
}

interface Inspected {
  readonly source: { readonly fingerprint: string };
  readonly caches: readonly { readonly ref: string }[];
  readonly totals: Record<string, number>;
  readonly problems: readonly { readonly subject: string }[];
}

/** A store that `skopeo copy` wrote an image to, which shares its largest layer with the cache. */
describe('a store that holds an ordinary image too', () => {
  let work: Workspace;
  let store: string;
  let shared: Descriptor;
  beforeEach(async () => {
    work = await createWorkspace();
    store = work.path('store');
    await work.json('import', fixture('sample'), '--to', store);
    const [largest] = await layersOf(store);
    if (!largest) throw new Error('the sample has no layer');
    shared = largest;
    await addImage(store, [shared]);
  });
  afterEach(() => work.remove());

  it('prunes to the last record, keeps what the image needs, and says what it freed', async () => {
    const before = await work.json<Inspected>('inspect', store);
    const planned = await work.json<Pruned>('prune', store, '--all');
    expect(planned.freedBytes).toBe((before.totals.deduplicatedBytes ?? 0) - shared.size);
    expect(planned.keepBytes).toBe(shared.size);
    expect(before.totals.reclaimableBytes).toBe(planned.freedBytes);
    const pruned = await work.json<Pruned>('prune', store, '--all', '--yes');
    expect(pruned).toMatchObject({ freedBytes: planned.freedBytes, skipped: [] });
    const after = await work.json<Inspected>('inspect', store);
    expect(after.caches).toEqual([]);
    expect(after.problems.map(({ subject }) => subject)).toEqual(['app']);

    expect((await work.run('undo', store)).code).toBe(0);
    const undone = await work.json<Inspected>('inspect', store);
    expect([undone.totals, undone.source.fingerprint]).toEqual([before.totals, before.source.fingerprint]);
    await work.json('prune', store, '--all', '--yes');
    expect(await work.json('empty-trash', store)).toMatchObject({ bytes: planned.freedBytes });
    expect(await work.json<VerifyReport>('verify', store)).toMatchObject({ missing: [], corrupt: [] });
    await work.json('import', fixture('sample'), '--to', store);
    expect((await work.json<Inspected>('inspect', store)).totals).toEqual(before.totals);
  });

  it('is undone and emptied by its place alone, also when nothing in it can be read', async () => {
    const { plan } = await work.json<Pruned>('prune', store, '--max-size', '1KB', '--yes');
    const { manifests } = JSON.parse(await readFile(join(store, 'index.json'), 'utf8')) as {
      manifests: { digest: string }[];
    };
    for (const { digest } of manifests) {
      await writeFile(join(store, 'blobs/sha256', digest.slice('sha256:'.length)), 'no manifest');
    }
    expect((await work.run('inspect', store)).code).toBe(3);
    expect(await work.run('undo', store)).toMatchObject({ code: 0, out: expect.stringContaining(plan) });
    expect(await work.run('empty-trash', store)).toMatchObject({ code: 0, err: '' });
  });
});

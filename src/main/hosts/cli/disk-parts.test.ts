import { execFileSync } from 'node:child_process';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DiskParts } from '../../../shared/model/disk.ts';
import { addImage, layersOf } from './testing/add-image.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

interface Inspected {
  readonly totals: Record<string, number>;
  readonly disk: DiskParts;
}

interface Pruned {
  readonly keepBytes: number;
  readonly freedBytes: number;
  readonly remove: readonly { readonly kind: string; readonly bytes: number }[];
}

/** Coreutils are the judge. */
const du = (folder: string): number => Number(execFileSync('du', ['-sb', folder], { encoding: 'utf8' }).split('\t')[0]);

describe('what a folder takes on disk', () => {
  let work: Workspace;
  let store: string;
  beforeEach(async () => {
    work = await createWorkspace();
    store = work.path('store');
    await work.json('import', fixture('sample'), '--to', store);
  });
  afterEach(() => work.remove());

  /** Inspects, and holds the parts to `du -b` and to their sum. */
  const measured = async (): Promise<Inspected> => {
    const inspected = await work.json<Inspected>('inspect', store);
    const { totalBytes, cacheBytes, orphanBytes, trashBytes, setAsideBytes, otherBytes } = inspected.disk;
    expect(totalBytes).toBe(du(store));
    expect(cacheBytes + orphanBytes + trashBytes + setAsideBytes + otherBytes).toBe(totalBytes);
    return inspected;
  };
  const blobBytes = async (): Promise<number> => {
    const folder = join(store, 'blobs/sha256');
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const orphan = async (hex: string, bytes: number, ageMs: number) => {
    const path = join(store, 'blobs/sha256', hex.repeat(64));
    await writeFile(path, Buffer.alloc(bytes));
    const at = new Date(Date.now() - ageMs);
    await utimes(path, at, at);
  };

  it('is what du says, and its parts move as a store is pruned, damaged, undone and emptied', async () => {
    const fresh = await measured();
    expect(fresh.disk).toMatchObject({
      orphanBytes: 0,
      trashBytes: 0,
      setAsideBytes: 0,
      cacheBytes: await blobBytes(),
    });
    const [layer] = await layersOf(store);
    if (!layer) throw new Error('the sample has no layer');
    await addImage(store, [layer]);
    await orphan('a', 5000, 7_200_000);
    await orphan('b', 300, 0);
    const full = await measured();
    expect(full.disk.orphanBytes).toBe(5300);
    expect([full.totals.orphanBlobs, full.totals.orphanBytes]).toEqual([2, 5300]);

    const pruned = await work.json<Pruned>('prune', store, '--max-size', '3000B', '--yes');
    const after = await measured();
    expect(pruned.remove[0]).toMatchObject({ kind: 'blob', bytes: 5000 });
    expect(after.disk.orphanBytes).toBe(300);
    expect(after.disk.trashBytes).toBeGreaterThan(pruned.freedBytes);
    expect(after.totals.reclaimableBytes).toBe(pruned.keepBytes - layer.size);

    await writeFile(join(store, 'blobs/sha256', layer.digest.slice('sha256:'.length)), Buffer.alloc(layer.size));
    expect((await work.run('verify', store, '--quarantine')).code).toBe(1);
    expect((await measured()).disk.setAsideBytes).toBeGreaterThanOrEqual(layer.size);
    await work.json('empty-trash', store);
    // The other orphan was damaged too: its bytes are not those of its name.
    expect((await measured()).disk).toMatchObject({ orphanBytes: 0, setAsideBytes: 0, cacheBytes: await blobBytes() });
  }, 180_000);

  it('one rule for orphans: the same count in totals and plans, and one hour where no age is given', async () => {
    await orphan('a', 50, 3_700_000);
    await orphan('b', 7, 3_500_000);
    expect((await measured()).totals).toMatchObject({ orphanBlobs: 2, orphanBytes: 57 });
    expect(await work.json<Pruned>('prune', store, '--orphans')).toMatchObject({ freedBytes: 50 });
    expect(await work.json<Pruned>('prune', store, '--orphans', '--older-than', '1h')).toMatchObject({
      freedBytes: 50,
    });
    expect(await work.json<Pruned>('prune', store, '--orphans', '--older-than', '0s')).toMatchObject({
      freedBytes: 57,
    });
  });
});

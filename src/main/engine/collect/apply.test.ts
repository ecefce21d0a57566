import { beforeEach, describe, expect, it } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { applyCollect } from './apply.ts';
import { planCollect } from './plan.ts';
import { blobOf, createMemoryBucket, createMemoryNotes, HOUR, NOW } from './testing/memory-bucket.ts';
import { undoCollect } from './undo.ts';

const OLD = ['a', 'b', 'c', 'd', 'e'].sort((x, y) => (blobOf(x) < blobOf(y) ? -1 : 1)) as [
  string,
  string,
  string,
  string,
  string,
];
const UNREADABLE = new CacheError('CORRUPT', 'broken');

describe.each([false, true])('an apply over a bucket with versions: %s', (hasVersions) => {
  let memory: ReturnType<typeof createMemoryBucket>;
  let notes: ReturnType<typeof createMemoryNotes>;
  beforeEach(() => {
    memory = createMemoryBucket(hasVersions);
    notes = createMemoryNotes();
    for (const name of OLD.toReversed()) memory.putBlob(name, 50 * HOUR);
    memory.putBlob('kept', 50 * HOUR);
    memory.putBlob('young', HOUR);
    memory.putManifest('main', ['kept']);
  });
  const plan = () => planCollect({ bucket: memory.bucket, sourceId: 's', olderThanMs: 48 * HOUR, now: NOW });
  const apply = (kept: Awaited<ReturnType<typeof plan>>, signal?: AbortSignal) =>
    applyCollect({ bucket: memory.bucket, plan: kept, notes, now: NOW, batchSize: 2, signal });
  /** Runs `act` at the n-th step of a name. */
  const at = (step: string, nth: number, act: () => void): void => {
    let seen = 0;
    memory.onStep((name) => {
      if (name !== step) return;
      seen += 1;
      if (seen === nth) act();
    });
  };

  it('looks at manifests, then at blobs, right before each batch, and at manifests once more at the end', async () => {
    const kept = await plan();
    memory.steps.length = 0;
    const report = await apply(kept);
    const batch = ['manifests', 'look', 'remove'];
    expect(memory.steps).toEqual([...batch, ...batch, ...batch, 'manifests']);
    expect(report).toMatchObject({ removedBlobs: 5, freedBytes: 50, lost: [], canUndo: hasVersions, examples: [] });
    expect(report).not.toHaveProperty('stopped');
    expect(memory.there(...OLD, 'kept', 'young')).toEqual(['kept', 'young']);
  });

  it('notes what it deletes before, only where it can come back, and the marks after', async () => {
    const kept = await plan();
    const { plan: name } = kept.plan;
    let before: unknown;
    at('remove', 2, () => {
      before = [...(notes.all.get(name)?.values() ?? [])].map(({ version, since }) => [version, since]);
    });
    await apply(kept);
    const noted = [...(notes.all.get(name)?.values() ?? [])];
    if (!hasVersions) return expect([before, noted]).toEqual([[], []]);
    expect(before).toEqual([
      ['v2', NOW],
      ['v3', NOW],
      [undefined, NOW],
      [undefined, NOW],
    ]);
    expect(noted.map(({ digest, bytes, version }) => [digest, bytes, version])).toEqual(
      OLD.map((blob, i) => [blobOf(blob), 10, `v${i + 2}`]),
    );
    expect(await undoCollect(memory.bucket, notes, name)).toEqual({ plan: name, blobs: 5, lost: [] });
    expect(memory.there(...OLD)).toEqual(OLD);
  });

  it('keeps what a manifest needs that came, changed, or changed again in the middle', async () => {
    const kept = await plan();
    memory.putManifest('main', ['kept', OLD[0]]);
    at('remove', 1, () => memory.putManifest('late', [OLD[2]]));
    const report = await apply(kept);
    expect(report).toMatchObject({ removedBlobs: 3, stayed: { needed: 2 }, changedManifests: ['late', 'main'] });
    expect(memory.there(...OLD)).toEqual([OLD[0], OLD[2]]);
  });

  it('asks the server to delete nothing where all of a batch stays', async () => {
    const kept = await plan();
    memory.putManifest('new', OLD);
    memory.steps.length = 0;
    expect(await apply(kept)).toMatchObject({ removedBlobs: 0, stayed: { needed: 5 } });
    expect(memory.steps).not.toContain('remove');
  });

  it('keeps what a manifest needed when it was read, also where that was replaced after', async () => {
    const kept = await plan();
    memory.putManifest('new', [OLD[4]]);
    at('remove', 1, () => memory.putManifest('new', []));
    expect(await apply(kept)).toMatchObject({ removedBlobs: 4, stayed: { needed: 1 } });
    expect(memory.there(...OLD)).toEqual([OLD[4]]);
  });

  it('reads no manifest that is as it was, and passes over one that is gone', async () => {
    const kept = await plan();
    memory.putManifest('short', []);
    at('needs short', 1, () => memory.deleteManifest('short'));
    memory.steps.length = 0;
    expect(await apply(kept)).toMatchObject({ removedBlobs: 5 });
    expect(memory.steps.filter((step) => step.startsWith('needs'))).toEqual(['needs short']);
  });

  it('deletes nothing where a manifest cannot be read at first, and stops where one cannot later', async () => {
    const kept = await plan();
    memory.putManifest('bad', UNREADABLE);
    await expect(apply(kept)).rejects.toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('bad') });
    expect(memory.there(...OLD)).toEqual(OLD);
    memory.deleteManifest('bad');
    at('remove', 2, () => memory.putManifest('bad', UNREADABLE));
    expect(await apply(kept)).toMatchObject({
      removedBlobs: 4,
      stayed: { 'not-tried': 1 },
      examples: [{ digest: blobOf(OLD[4]), reason: 'not-tried' }],
      stopped: { code: 'CORRUPT' },
    });
    expect(memory.there(...OLD)).toEqual([OLD[4]]);
  });

  it('brings back, or names, what a manifest began to need right after it had gone', async () => {
    const kept = await plan();
    at('remove', 3, () => memory.putManifest('late', [OLD[0], 'kept', 'never there']));
    const report = await apply(kept);
    expect(report.lost).toEqual([{ manifest: 'late', blobs: 1, areBack: hasVersions }]);
    expect(memory.there(...OLD)).toEqual(hasVersions ? [OLD[0]] : []);
  });

  it('names nothing as lost that somebody has written again', async () => {
    const kept = await plan();
    at('remove', 3, () => {
      memory.putManifest('late', [OLD[0]]);
      memory.putBlob(OLD[0], 0);
    });
    expect((await apply(kept)).lost).toEqual([]);
  });

  it('is cancelled before a batch, with what went before gone and the rest there', async () => {
    const kept = await plan();
    const stop = new AbortController();
    at('remove', 1, () => stop.abort());
    await expect(apply(kept, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(memory.there(...OLD)).toEqual(OLD.slice(2));
    expect(notes.batches('')).toHaveLength(hasVersions ? 1 : 0);
  });

  it('stops where a request fails, and finds out what it did', async () => {
    const kept = await plan();
    at('remove', 2, () => {
      memory.deleteBlob(OLD[2]);
      throw new CacheError('UNAVAILABLE', 'cut');
    });
    expect(await apply(kept)).toMatchObject({
      removedBlobs: 3,
      freedBytes: 30,
      stayed: { refused: 1, 'not-tried': 1 },
      stopped: { code: 'UNAVAILABLE' },
    });
  });
});

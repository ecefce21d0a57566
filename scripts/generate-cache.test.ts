import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSource } from '../src/main/adapters/oci-layout/index.ts';
import { deriveCatalog } from '../src/main/engine/catalog/derive.ts';
import { naiveDerive } from '../src/main/engine/catalog/testing/naive-derive.ts';
import { runSteps } from '../src/main/engine/streams/steps.ts';
import { type CacheShape, shapeCache } from './generate-cache-shape.ts';
import { writeShapedCache } from './generate-cache-write.ts';

const SHAPE: CacheShape = { records: 400, fanIn: 2.5, alternatives: 3, sharing: 0.6, results: 0.7, depth: 12, seed: 7 };

describe('the generator of caches', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cachewright-generated-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('writes a cache that opens without a problem, with blobs that fit their digests', async () => {
    await writeShapedCache(shapeCache(SHAPE), { folder, ref: 'made', blobs: 'real' });
    const snapshot = await (await openSource(folder)).read();
    expect(snapshot.problems).toEqual([]);
    expect(snapshot.caches.map((cache) => cache.ref)).toEqual(['made']);
    const { totals } = runSteps(deriveCatalog(snapshot));
    expect(totals).toEqual(naiveDerive(snapshot).totals);
    expect(totals).toMatchObject({ records: SHAPE.records, missingBlobs: 0, orphanBlobs: 0 });
    expect(totals.layers).toBeGreaterThan(totals.blobs);
    for (const hex of await readdir(join(folder, 'blobs', 'sha256'))) {
      const bytes = await readFile(join(folder, 'blobs', 'sha256', hex));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(hex);
    }
  });

  test('writes a time of whole seconds as one', async () => {
    const shaped = shapeCache(SHAPE);
    const records = shaped.records.map((record) => ({ ...record, createdAtMs: 1_780_000_000_000 }));
    await writeShapedCache({ ...shaped, records }, { folder, ref: 'made', blobs: 'none' });
    const snapshot = await (await openSource(folder)).read();
    expect(snapshot.caches.map((cache) => cache.ref)).toEqual(['made']);
  });

  test('gives the same cache for the same seed and another for another', async () => {
    const write = (shape: CacheShape) => writeShapedCache(shapeCache(shape), { folder, ref: 'made', blobs: 'none' });
    const first = await write(SHAPE);
    expect(await write(SHAPE)).toEqual(first);
    expect((await write({ ...SHAPE, seed: 8 })).digest).not.toBe(first.digest);
  });

  test('does what its numbers say', () => {
    const { records, layers } = shapeCache({ ...SHAPE, records: 5000, depth: 6 });
    const steps = records.filter((record) => record.inputs.length > 0);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(steps.map((step) => step.inputs.length))).toBeCloseTo(SHAPE.fanIn, 0);
    expect(mean(steps.map((step) => (step.layer >= 0 ? 1 : 0)))).toBeCloseTo(SHAPE.results, 1);
    expect(
      steps.every((step) => step.inputs.slice(1).every((alternatives) => alternatives.length === SHAPE.alternatives)),
    ).toBe(true);
    const depth: number[] = [];
    for (const { parent } of layers) depth.push(parent < 0 ? 1 : (depth[parent] ?? 0) + 1);
    expect(Math.max(...depth)).toBe(6);
  });

  test('makes exactly as many records as asked for, also where all is shared or nothing fits on', () => {
    for (const odd of [
      { records: 0 },
      { records: 1 },
      { sharing: 1, depth: 1 },
      { sharing: 0, depth: 2 },
      { fanIn: 9 },
      { results: 0 },
    ]) {
      const shape = { ...SHAPE, records: 60, ...odd };
      expect(shapeCache(shape).records).toHaveLength(shape.records);
    }
  });

  test('sparse blobs have the size of large layers and take no room', async () => {
    await writeShapedCache(shapeCache(SHAPE), { folder, ref: 'made', blobs: 'sparse' });
    const snapshot = await (await openSource(folder)).read();
    const { totals } = runSteps(deriveCatalog(snapshot));
    expect(totals).toMatchObject({ missingBlobs: 0 });
    expect(totals.deduplicatedBytes).toBeGreaterThan(100 * 256 * 1024);
  });
});

import { execFileSync } from 'node:child_process';
import { chmod, open, readdir, readFile, rename, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../shared/model/job.ts';
import { FIXTURES, noTestData, openTestData } from '../engine/testing/real-caches.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createDisk, type Disk, finished, openReady } from './testing/engine-on-disk.ts';

const isRoot = process.getuid?.() === 0;
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

async function verify(location: string): Promise<VerifyReport> {
  const source = await openReady(engine.client, location);
  const job = await finished(engine.client, await engine.client.verify.start({ sourceId: source.id }));
  if (job.result?.kind !== 'verify') throw new Error(`verify ended as ${job.state}: ${job.error?.message}`);
  return job.result.report;
}

/** Layer blobs of the cache at a path, largest first. */
async function layers(folder: string): Promise<{ digest: string; path: string; size: number }[]> {
  const read = async (digest: string) =>
    JSON.parse(await readFile(join(folder, 'blobs', ...digest.split(':')), 'utf8'));
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
  const manifest = await read(index.manifests[0].digest);
  return manifest.layers
    .map(({ digest, size }: { digest: string; size: number }) => ({
      digest,
      size,
      path: join(folder, 'blobs', ...digest.split(':')),
    }))
    .sort((a: { size: number }, b: { size: number }) => b.size - a.size);
}

async function flip(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 0x40;
  await file.write(byte, 0, 1, at);
}

describe('verify of a cache on disk', () => {
  it('checks every blob of a whole cache, the documents too', async () => {
    const names = await readdir(join(FIXTURES, 'sample/blobs/sha256'));
    expect(await verify(join(FIXTURES, 'sample'))).toEqual({
      checked: names.length,
      ok: names.length,
      bytes: expect.any(Number),
      missing: [],
      corrupt: [],
      details: [],
    });
  });

  it('finds one flipped bit, shows it with the source, and takes it back when it is mended', async () => {
    const folder = await disk.copy('sample');
    const [layer] = await layers(folder);
    if (!layer) throw new Error('no layer');
    await flip(layer.path, layer.size - 1);
    expect(await verify(folder)).toMatchObject({ missing: [], corrupt: [layer.digest] });
    const shown = async () => (await engine.client.sources.list())[0]?.problems;
    expect(await shown()).toMatchObject([{ code: 'DIGEST_MISMATCH', subject: layer.digest }]);
    await flip(layer.path, layer.size - 1);
    expect(await verify(folder)).toMatchObject({ corrupt: [] });
    expect(await shown()).toEqual([]);
  });

  it('finds a missing, a truncated and an unreadable layer, a link in place of one, and damage to an orphan', async () => {
    const folder = await disk.copy('sample');
    const [missing, cut, linked] = await layers(folder);
    if (!missing || !cut || !linked) throw new Error('too few layers');
    await unlink(missing.path);
    await truncate(cut.path, cut.size - 1);
    await rename(linked.path, join(disk.folder, 'outside'));
    await symlink(join(disk.folder, 'outside'), linked.path);
    const orphan = `sha256:${'ab'.repeat(32)}`;
    await writeFile(join(folder, 'blobs', ...orphan.split(':')), 'not what its name says');
    const report = await verify(folder);
    expect(report.missing).toEqual([missing.digest]);
    expect(report.corrupt).toEqual([cut.digest, linked.digest, orphan].sort());
    expect(report.ok).toBe(report.checked - 3);
    const codes = new Map(report.details.map((detail) => [detail.subject, detail.code]));
    expect(codes.get(missing.digest)).toBe('NOT_FOUND');
    expect(codes.get(cut.digest)).toBe('SIZE_MISMATCH');
    expect(codes.get(linked.digest)).toBe('CORRUPT');
    expect(codes.get(orphan)).toBe('DIGEST_MISMATCH');
  });

  it.skipIf(isRoot)(
    `finds a layer that may not be read ${isRoot ? '(skipped: root may read everything)' : ''}`,
    async () => {
      const folder = await disk.copy('sample');
      const [layer] = await layers(folder);
      if (!layer) throw new Error('no layer');
      await chmod(layer.path, 0);
      const report = await verify(folder);
      expect(report.corrupt).toEqual([layer.digest]);
      expect(report.details).toMatchObject([{ code: 'ACCESS_DENIED' }]);
    },
  );

  it('finds the same in a tar, read in place', async () => {
    const folder = await disk.copy('sample');
    const [layer, other] = await layers(folder);
    if (!layer || !other) throw new Error('no layer');
    await flip(layer.path, 0);
    await unlink(other.path);
    const tar = join(disk.folder, 'cache.tar');
    execFileSync('tar', ['-cf', tar, '-C', folder, 'oci-layout', 'index.json', 'blobs']);
    expect(await verify(tar)).toMatchObject({ missing: [other.digest], corrupt: [layer.digest] });
  });

  it('fails with the reason when the source is gone by then', async () => {
    const folder = await disk.copy('sample');
    const source = await openReady(engine.client, folder);
    await rename(folder, `${folder}-away`);
    const job = await finished(engine.client, await engine.client.verify.start({ sourceId: source.id }));
    expect(job).toMatchObject({ state: 'failed', error: { code: 'NOT_FOUND' } });
  });

  it.skipIf(noTestData)(`finds no damage in a large cache in every form ${noTestData ?? ''}`, async () => {
    using data = openTestData();
    for (const name of ['app-v1', 'app-v1-zstd', 'app-shared-dir']) {
      const report = await verify(join(data.set('app'), name));
      expect(report.details).toEqual([]);
      expect(report.ok).toBe(report.checked);
      expect(report.checked).toBeGreaterThan(20);
    }
  });
});

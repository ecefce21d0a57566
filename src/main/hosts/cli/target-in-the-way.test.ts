import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../../shared/model/job.ts';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import { layersOf } from './testing/add-image.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

const SAMPLE = fixture('sample');

/** Why no device can be put in the way; undefined where one can. */
const noDevices = whyNoDevices();
if (noDevices) process.stdout.write(`${noDevices}\n`);

function whyNoDevices(): string | undefined {
  const path = join(tmpdir(), `cachewright-device-${process.pid}`);
  const made = spawnSync('mknod', [path, 'c', '1', '5']).status === 0;
  const opens = made && spawnSync('head', ['-c', '1', path]).status === 0;
  rmSync(path, { force: true });
  return opens ? undefined : 'skipped: a device at the path of a blob; devices cannot be made here';
}

/** What may stand at the path of a blob instead of it. */
const WAYS: Readonly<Record<string, (path: string) => Promise<void> | void>> = {
  'a link to a whole blob': async (path) => {
    await cp(path, `${path}.elsewhere`);
    await rm(path);
    await symlink(`${path}.elsewhere`, path);
  },
  'a link to nothing': async (path) => {
    await rm(path);
    await symlink('nowhere', path);
  },
  'a folder with a file in it': async (path) => {
    await rm(path);
    await mkdir(path);
    await writeFile(join(path, 'mine'), 'mine');
  },
  'a FIFO': async (path) => {
    await rm(path);
    execFileSync('mkfifo', [path]);
  },
  ...(noDevices
    ? {}
    : {
        // What gives zeros without end.
        'a device': async (path: string) => {
          await rm(path);
          execFileSync('mknod', [path, 'c', '1', '5']);
        },
      }),
};

describe('something else stands at the path of a blob in the target', () => {
  let work: Workspace;
  beforeEach(async () => {
    work = await createWorkspace();
  });
  afterEach(() => work.remove());
  const index = (folder: string) => readFile(join(folder, 'index.json'), 'utf8');
  const largest = async (folder: string) => {
    const [layer] = await layersOf(folder);
    if (!layer) throw new Error('the sample has no layer');
    return { ...layer, path: join(folder, 'blobs/sha256', layer.digest.slice('sha256:'.length)) };
  };

  it.each(Object.entries(WAYS))('a store: %s is set aside, and the whole cache imported', async (_name, put) => {
    const store = work.path('store');
    await work.json('import', SAMPLE, '--to', store);
    const [before, layer] = [await index(store), await largest(store)];
    await put(layer.path);
    const report = await work.json<TransferReport>('import', SAMPLE, '--to', store);
    expect(report).toMatchObject({ resultsLeftOut: 0, blobsCopied: 1, bytesCopied: layer.size });
    expect(report.warnings).toEqual(['1 blob lay damaged in the store and is in quarantine now.']);
    expect(await index(store)).toBe(before);
    expect(await work.json<VerifyReport>('verify', store)).toMatchObject({ missing: [], corrupt: [] });
    // A folder with a file of somebody else is left alone, and named.
    expect((await work.run('empty-trash', store)).code).toBe(0);
    expect(await work.json<VerifyReport>('verify', store)).toMatchObject({ missing: [], corrupt: [] });
  });

  it('a plain layout: a link is written over and not followed', async () => {
    const out = work.path('out');
    await work.json('export', SAMPLE, '--to', out);
    const layer = await largest(out);
    const victim = work.path('victim');
    await writeFile(victim, 'mine');
    await rm(layer.path);
    await symlink(victim, layer.path);
    expect(await work.json<TransferReport>('export', SAMPLE, '--to', out)).toMatchObject({ resultsLeftOut: 0 });
    expect(await readFile(victim, 'utf8')).toBe('mine');
    expect(await work.json<VerifyReport>('verify', out)).toMatchObject({ missing: [], corrupt: [] });
  });

  it('a plain layout: a folder stops the export, is named, and no reference changes', async () => {
    const out = work.path('out');
    await work.json('export', fixture('next'), '--to', out);
    const before = await index(out);
    const sample = await largest(SAMPLE);
    const path = join(out, 'blobs/sha256', sample.digest.slice('sha256:'.length));
    await rm(path, { force: true });
    await mkdir(path);
    await writeFile(join(path, 'mine'), 'mine');
    const failed = await work.run('export', SAMPLE, '--to', out);
    expect(failed).toMatchObject({ code: 4, out: '', err: expect.stringContaining(path) });
    expect([await index(out), existsSync(join(path, 'mine'))]).toEqual([before, true]);
  });
});

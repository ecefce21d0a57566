import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import { createTestBucket, type TestBucket } from '../../adapters/s3/testing/test-bucket.ts';
import { hasRegistryServer, type RegistryServer, startRegistryServer } from '../../testing/registry-server.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { PROJECT_FOLDER } from '../places.ts';
import { addImage, layersOf } from './testing/add-image.ts';
import { stepDigest, writeSmallCache } from './testing/small-cache.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

interface Key {
  readonly digest: string;
  readonly results: readonly { readonly createdAt: string; readonly layers: readonly string[] }[];
}

/** The long round has all places; in the small one every target is held by its suite, and two by real processes. */
const isLong = Boolean(process.env.CACHEWRIGHT_LONG);
const JOBS = isLong ? 8 : 3;
/** Rounds of them, one after the other. */
const ROUNDS = isLong ? 5 : 1;
const DAY = '2024-01-01T00:00:00Z';

let work: Workspace;
let s3: S3Server | undefined;
let registry: RegistryServer | undefined;
let bucket: TestBucket | undefined;
beforeAll(async () => {
  s3 = hasS3Server() ? await startS3Server() : undefined;
  registry = hasRegistryServer() ? await startRegistryServer() : undefined;
  work = await createWorkspace(s3?.environment);
  bucket = s3 && (await createTestBucket(s3, 'merging'));
});
afterAll(async () => {
  await work?.remove();
  await s3?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
});

const small = async (name: string, steps: readonly { name: string; at?: string }[]): Promise<string> => {
  const folder = work.path('small', name);
  await writeSmallCache(
    folder,
    steps.map((step) => ({ at: DAY, ...step })),
  );
  return folder;
};
const keysOf = async (location: string) => {
  const keys = await work.json<Key[]>('keys', location);
  return new Map(keys.map((key) => [key.digest, key]));
};

describe('several sources', () => {
  it('become one cache: every record, the newest result of each, each layer once', async () => {
    const one = await small('one', [{ name: 'base' }, { name: 'left' }]);
    const two = await small('two', [{ name: 'base', at: '2024-01-02T00:00:00.000000001Z' }, { name: 'right' }]);
    const to = work.path('both');
    const report = await work.json<TransferReport>('export', one, two, '--to', to, '--as', 'main');
    expect(report).toMatchObject({ blobsCopied: 3, resultsLeftOut: 0, caches: [{ ref: 'main', records: 3 }] });
    const keys = await keysOf(to);
    expect([...keys.keys()].sort()).toEqual(['base', 'left', 'right'].map(stepDigest).sort());
    expect(keys.get(stepDigest('base'))?.results.map(({ createdAt }) => createdAt)).toEqual([
      '2024-01-02T00:00:00.000000001Z',
    ]);
    expect(await work.json('verify', to)).toMatchObject({ missing: [], corrupt: [] });
    // In the other order it is the same cache.
    const other = await work.json<TransferReport>('export', two, one, '--to', work.path('other'), '--as', 'main');
    expect(other.manifest.digest).toBe(report.manifest.digest);
  });

  it('are each asked for the reference, and a record is picked from one only', async () => {
    const [one, two] = [await small('r1', [{ name: 'a' }]), await small('r2', [{ name: 'b' }])];
    const unknown = await work.run('export', one, two, '--to', work.path('none'), '--ref', 'main');
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('latest')]);
    const picked = await work.run('export', one, two, '--to', work.path('none'), '--key', stepDigest('a'));
    expect([picked.code, picked.err]).toEqual([2, expect.stringContaining('one source only')]);
    const itself = await work.run('export', one, two, '--to', two);
    expect([itself.code, itself.err]).toEqual([2, expect.stringContaining('source itself')]);
  });

  it('give a layer from the one that has it whole', async () => {
    const one = await small('whole', [{ name: 'x' }, { name: 'y' }]);
    const broken = await small('broken', [{ name: 'x' }, { name: 'z' }]);
    const [layer] = (await layersOf(broken)).filter(({ size }) => size === 'the layer of x\n'.length);
    const { truncate } = await import('node:fs/promises');
    await truncate(join(broken, 'blobs', ...(layer?.digest ?? '').split(':')), 3);
    const to = work.path('mended');
    const report = await work.json<TransferReport>('export', broken, one, '--to', to);
    expect(report).toMatchObject({ blobsCopied: 3, resultsLeftOut: 0 });
    expect(await work.json('verify', to)).toMatchObject({ missing: [], corrupt: [] });
  });
});

const PLACES = [
  ['a folder', () => work.path('merged'), true],
  ['a managed store', () => `store://${work.path('merged-store')}`, true],
  ['S3', () => bucket?.at('merged', '&name=main') ?? '', hasS3Server()],
  ['a registry', () => `docker://${registry?.host}/merged/cache:main`, hasRegistryServer()],
] as const;

describe.each(PLACES.filter(([, , isHere]) => isHere))('export --merge to %s', (where, place) => {
  const command = where === 'a managed store' ? 'import' : 'export';
  const add = (source: string, to: string, ...more: string[]) =>
    work.json<TransferReport>(command, source, '--to', to, '--merge', ...more);

  it('writes what nothing stands for yet, adds to it, and changes nothing the second time', async () => {
    const to =
      where === 'a registry'
        ? `${place().replace(/:main$/, '-twice:main')}`
        : `${place().replace('merged', 'merged-twice')}`;
    const first = await add(await small('m1', [{ name: 'base' }, { name: 'one' }]), to);
    expect(first.caches).toMatchObject([{ records: 2, addedRecords: 2 }]);
    const second = await add(await small('m2', [{ name: 'base' }, { name: 'two' }]), to);
    expect(second).toMatchObject({ blobsCopied: 1, caches: [{ records: 3, addedRecords: 1 }], warnings: [] });
    const again = await add(await small('m1', [{ name: 'base' }, { name: 'one' }]), to);
    expect(again).toMatchObject({ blobsCopied: 0, caches: [{ records: 3, addedRecords: 0 }] });
    expect(again.manifest.digest).toBe(second.manifest.digest);
    expect([...(await keysOf(to)).keys()].sort()).toEqual(['base', 'one', 'two'].map(stepDigest).sort());
  });

  const isRun = isLong || where === 'a folder' || where === 'S3';
  it.runIf(isRun)(
    `loses nothing when ${JOBS} processes add at once${isRun ? '' : ' (skipped: in the long round)'}`,
    { timeout: 600_000 },
    async () => {
      const names = ['base'];
      for (let round = 0; round < ROUNDS; round += 1) {
        const sources: string[] = [];
        for (let job = 0; job < JOBS; job += 1) {
          names.push(`job ${round}.${job}`);
          sources.push(await small(`${where}-${round}-${job}`, [{ name: 'base' }, { name: `job ${round}.${job}` }]));
        }
        const ends = await Promise.all(
          sources.map((source, job) => runProgram(job, command, source, '--to', place(), '--merge')),
        );
        for (const { code, err } of ends) expect([code, err]).toEqual([0, '']);
      }
      expect([...(await keysOf(place())).keys()].sort()).toEqual(names.map(stepDigest).sort());
      expect(await work.json('verify', place())).toMatchObject({ missing: [], corrupt: [] });
    },
  );
});

describe('what cannot be added to', () => {
  it('an image under the name stays as it is', async () => {
    const folder = await work.copy('sample', 'with-image');
    await addImage(folder, (await layersOf(folder)).slice(0, 1), 'app');
    const { code, err } = await work.run('export', fixture('sample'), '--to', folder, '--as', 'app', '--merge');
    expect([code, err]).toEqual([2, expect.stringContaining('Something else than a cache stands under this name')]);
  });

  it('--merge and --replace exclude each other', async () => {
    const { code, err } = await work.run('import', fixture('sample'), '--to', work.path('s'), '--merge', '--replace');
    expect([code, err]).toEqual([2, expect.stringContaining('--replace')]);
  });
});

/** The program in a process of its own, with a program state of its own. */
async function runProgram(job: number, ...args: string[]): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [join(PROJECT_FOLDER, 'bin/cachewright.js'), ...args, '--json'], {
    env: { ...process.env, ...work.environment, CACHEWRIGHT_STATE_DIR: work.path(`state-${job}`) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, err };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBucket, type TestBucket } from '../../adapters/s3/testing/test-bucket.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { composeEngine } from '../compose.ts';
import { createWorkspace, type Workspace } from './testing/workspace.ts';

interface Inspected {
  readonly source: { readonly kind: string; readonly location: string };
  readonly caches: readonly { readonly ref: string; readonly form: string }[];
  readonly totals: Record<string, number>;
  readonly problems: readonly unknown[];
}

const root = dataSet('app');

describe.runIf(hasS3Server() && root)('s3:// on the command line', () => {
  let server: S3Server;
  let work: Workspace;
  let bucket: TestBucket;
  const written = join(root ?? '', 'app-v1-s3');
  beforeAll(async () => {
    server = await startS3Server();
    work = await createWorkspace(server.environment);
    bucket = await createTestBucket(server, 'builds');
    await bucket.putFolder(written, 'app/');
  });
  afterAll(async () => {
    await work?.remove();
    await server?.[Symbol.asyncDispose]();
  });

  it('inspects what BuildKit wrote, with the numbers that somebody else counted', async () => {
    const counted = JSON.parse(readFileSync(join(root ?? '', 'oracle/cacheconfig/app-v1-s3.json'), 'utf8'));
    const found = await work.json<Inspected>('inspect', bucket.at('app'));
    expect(found).toMatchObject({
      source: { kind: 's3', location: bucket.at('app') },
      caches: [{ ref: 'app', form: 's3' }],
      problems: [],
    });
    const { records, links, layers, recordsWithResults: results } = counted;
    expect(found.totals).toMatchObject({ records, links, layers, results, missingBlobs: 0, orphanBlobs: 0 });
  });

  it('lists and walks it as the same cache in a folder', async () => {
    const folder = work.path('folder');
    await work.json('export', bucket.at('app'), '--to', folder);
    const there = await work.json<Inspected>('inspect', bucket.at('app'));
    const here = await work.json<Inspected>('inspect', folder);
    expect(there.totals).toEqual(here.totals);
    const keys = await work.json<{ id: string }[]>('keys', bucket.at('app'));
    expect(keys).toEqual(await work.json('keys', folder));
    expect(await work.json('layers', bucket.at('app'))).toEqual(await work.json('layers', folder));
    const from = ['--from', keys[0]?.id ?? '', '--depth', '3', '--direction', 'both'];
    expect(await work.json('graph', bucket.at('app'), ...from)).toEqual(await work.json('graph', folder, ...from));
  });

  it('verify reads every blob, and finds the one that was damaged', async () => {
    const store = work.path('store');
    expect(await work.json('verify', bucket.at('app'))).toMatchObject({ missing: [], corrupt: [] });
    expect(await work.json('import', bucket.at('app'), '--to', store)).toMatchObject({ resultsLeftOut: 0 });
    expect((await work.run('verify', store)).code).toBe(0);
    await bucket.putFolder(written, 'damaged/');
    const layers = await work.json<{ digest: string; size: number }[]>('layers', bucket.at('damaged'));
    const [bad, gone] = layers.map(({ digest }) => digest);
    await bucket.put(`damaged/blobs/${bad}`, Buffer.alloc(layers[0]?.size ?? 0, 'x'));
    await bucket.delete(`damaged/blobs/${gone}`);
    const { code, out } = await work.run('verify', bucket.at('damaged'), '--json');
    expect([code, JSON.parse(out)]).toMatchObject([1, { corrupt: [bad], missing: [gone] }]);
  });

  it('exports to a bucket what a build imports, and takes it back', async () => {
    const layout = join(root ?? '', 'app-v1');
    const to = bucket.at('exported', '&name=main');
    const report = await work.json<{ blobsCopied: number; commands: string[] }>('export', layout, '--to', to);
    expect(report.blobsCopied).toBeGreaterThan(20);
    expect(report.commands[1]).toMatch(
      /--cache-from type=s3,bucket=builds,region=us-east-1,prefix=exported\/,name=main,/,
    );
    const totals = async (location: string) => (await work.json<Inspected>('inspect', location)).totals;
    expect(await totals(to)).toEqual(await totals(layout));
    expect(await work.json('export', layout, '--to', to)).toMatchObject({ blobsCopied: 0 });
    await work.json('export', to, '--to', work.path('taken'), '--as', 'latest');
    const manifest = async (folder: string) => (await work.json<Inspected>('inspect', folder)).caches[0];
    expect(await manifest(work.path('taken'))).toEqual(await manifest(layout));
    expect(await work.run('export', to, '--to', to)).toMatchObject({ code: 2 });
    expect(await work.run('import', layout, '--to', to)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^INVALID_INPUT s3:/),
    });
  });

  it('what cannot be read ends with one line, and no secret in it', async () => {
    const nothing = await work.run('inspect', bucket.at('nothing'));
    expect(nothing).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(/^NOT_FOUND s3:\/\/builds\/nothing\?/),
    });
    const environment = { ...work.environment, AWS_SECRET_ACCESS_KEY: 'not-the-secret' };
    const wrong = { startEngine: (host: 'cli' | 'web') => composeEngine({ host, environment }) };
    const refused = await work.runWith(wrong, 'inspect', bucket.at('app'));
    expect(refused).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/^ACCESS_DENIED s3:.*\n$/) });
    expect(refused.err).not.toContain('not-the-secret');
    const inAddress = await work.run('inspect', `${bucket.at('app')}&secret_access_key=not-the-secret`);
    expect(inAddress).toMatchObject({ code: 2, err: expect.stringMatching(/^INVALID_INPUT secret_access_key: /) });
    expect(inAddress.err).not.toContain('not-the-secret');
  });
});

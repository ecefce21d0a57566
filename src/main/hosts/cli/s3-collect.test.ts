import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, manifestOf } from '../../adapters/s3/testing/collect-bucket.ts';
import { createTestBucket, type TestBucket } from '../../adapters/s3/testing/test-bucket.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

describe.runIf(hasS3Server())('prune s3:// --orphans', () => {
  let server: S3Server;
  let work: Workspace;
  let plain: TestBucket;
  let versioned: TestBucket;
  beforeAll(async () => {
    server = await startS3Server();
    work = await createWorkspace(server.environment);
    plain = await createTestBucket(server, 'plain');
    versioned = await createTestBucket(server, 'versioned');
    await versioned.keepVersions();
    for (const bucket of [plain, versioned]) {
      for (const text of ['base', 'old 1', 'old 2']) await bucket.put(`app/blobs/${digestOf(text)}`, text);
      await bucket.put('app/manifests/main', manifestOf('base'));
    }
    // A server's clock counts whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
  });
  afterAll(async () => {
    await work?.remove();
    await server?.[Symbol.asyncDispose]();
  });
  const orphans = ['--orphans', '--older-than', '1ms'];

  it('plans, says that nothing was changed and cannot be undone, and applies the plan in a run of its own', async () => {
    const dry = await work.run('prune', plain.at('app'), ...orphans);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/main +1 blobs +4 B +4 B +0\n/);
    expect(dry.out).toContain('goes   2 blobs, 10 B: no manifest needs them');
    expect(dry.out).toContain('The bucket keeps no versions: what goes cannot be undone.\n');
    expect(dry.out).toContain('Dry run: nothing was changed.\n');
    expect(await plain.keys('app/blobs/')).toHaveLength(3);
    const plan = /--apply (p-collect-[0-9a-f]{6})\n/.exec(dry.out)?.[1] ?? '';
    const applied = await work.run('prune', plain.at('app'), '--apply', plan);
    expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('2 blobs deleted, 10 B freed.\n') });
    expect(await plain.keys('app/blobs/')).toEqual([`app/blobs/${digestOf('base')}`]);
    expect(await work.run('undo', plain.at('app'))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^NOT_FOUND/),
    });
    const unknown = await work.run('prune', plain.at('app'), '--apply', 'p-collect-000000');
    expect(unknown).toMatchObject({ code: 2, err: expect.stringMatching(/^NOT_FOUND p-collect-000000/) });
  });

  it('plans and applies at once, and undo brings back what a bucket with versions keeps', async () => {
    const done = await work.json<{ plan: string; remove: unknown[] }>(
      'prune',
      versioned.at('app'),
      ...orphans,
      '--yes',
    );
    expect(done).toMatchObject({
      exact: false,
      keepBytes: 4,
      freedBytes: 10,
      applied: true,
      undo: 'versions',
      manifests: 1,
      report: { removedBlobs: 2, canUndo: true },
    });
    expect(done.remove).toHaveLength(2);
    expect(await versioned.keys('app/blobs/')).toHaveLength(1);
    const undone = await work.run('undo', versioned.at('app'));
    expect(undone).toMatchObject({ code: 0, out: `2 blobs are back (plan ${done.plan})\n` });
    expect(await versioned.keys('app/blobs/')).toHaveLength(3);
  });

  it('renews what manifests need', async () => {
    const dry = await work.run('prune', plain.at('app'), '--touch', '--older-than', '1ms');
    expect(dry).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^1 blobs, 4 B, and 1 manifests would be/),
    });
    expect(dry.out).toContain('Dry run: nothing was changed.\n');
    expect(await plain.metadata(`app/blobs/${digestOf('base')}`)).toEqual({});
    const done = await work.json('prune', plain.at('app'), '--touch', '--older-than', '1ms', '--yes');
    expect(done).toEqual({ blobs: 1, bytes: 4, manifests: 1, gone: 0, applied: true });
    expect(await plain.metadata(`app/blobs/${digestOf('base')}`)).toHaveProperty('updated-at');
    const elsewhere = await work.run('prune', fixture('sample'), '--touch');
    expect(elsewhere).toMatchObject({ code: 2, err: expect.stringContaining('--touch is for a cache in S3') });
  });

  it('ends with 3 where a manifest cannot be read, and with 4 where the server deletes nothing', async () => {
    await versioned.put('bad/manifests/main', 'no manifest');
    const bad = await work.run('prune', versioned.at('bad'), ...orphans);
    expect(bad).toMatchObject({ code: 3, out: '', err: expect.stringContaining('The manifest main cannot be read') });
    await versioned.denyDelete('app/');
    const refused = await work.run('prune', versioned.at('app'), ...orphans, '--yes');
    expect(refused).toMatchObject({ code: 4, err: expect.stringMatching(/^ACCESS_DENIED/) });
    expect(refused.out).toContain('0 blobs deleted');
    expect(refused.out).toContain('2 stayed: the server did not delete them.');
  });
});

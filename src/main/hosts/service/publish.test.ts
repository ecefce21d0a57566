import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestBucket, type TestBucket } from '../../adapters/s3/testing/test-bucket.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { hasRegistryServer, startRegistryServer } from '../../testing/registry-server.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { createWorkspace, fixture, type Workspace } from '../cli/testing/workspace.ts';
import { type RunningService, startRunningService } from './testing/running-service.ts';

interface Key {
  readonly digest: string;
  readonly results: readonly { readonly createdAt: string; readonly layers: readonly string[] }[];
  readonly inputs: readonly (readonly { readonly digest: string; readonly selector: string }[])[];
}

/** Digest, results, layers and links of every record. */
async function graph(work: Workspace, at: string, ...more: string[]): Promise<string[]> {
  const rows = await work.json<Key[]>('keys', at, ...more);
  // Not by id: where several caches lie in one place, ids of the same record differ.
  const link = (input: Key['inputs'][number]) => input.map(({ digest, selector }) => `${digest} ${selector}`).sort();
  return rows.map(({ digest, results, inputs }) => JSON.stringify([digest, results, inputs.map(link)])).sort();
}

const published = (service: RunningService, times: number) =>
  expect
    .poll(() => service.lines.filter((line) => line.includes('"published"')).length, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(times);

describe('published caches', () => {
  let work: Workspace;
  let server: S3Server | undefined;
  let bucket: TestBucket | undefined;
  const app = dataSet('app');
  beforeAll(async () => {
    if (hasS3Server()) {
      server = await startS3Server();
      bucket = await createTestBucket(server, 'team');
    }
    work = await createWorkspace(server?.environment);
  });
  afterAll(async () => {
    await work?.remove();
    await server?.[Symbol.asyncDispose]();
  });

  test('a folder has the same graph as what was reported, and only what is whole', async () => {
    const folder = work.path('published');
    await using service = await startRunningService({ publish: [folder], quietMs: 50 });
    await work.json('sync', fixture('sample'), '--service', service.url, '--once');
    await published(service, 1);
    expect(await graph(work, folder)).toEqual(await graph(work, fixture('sample')));
    expect((await work.run('verify', folder)).code).toBe(0);
    expect(service.lines.join('\n')).not.toContain('"code"');
  });

  test.runIf(hasS3Server() && app)(
    'S3 has the layout that BuildKit writes, field by field, under every name',
    async () => {
      const there = bucket ?? expect.fail();
      const source = join(app ?? '', 'app-v1-s3');
      await there.putFolder(source, 'written/');
      const to = there.at('out', '&name=main;next');
      await using service = await startRunningService({
        ...{ publish: [to], quietMs: 50, environment: server?.environment ?? {} },
      });
      await work.json('sync', there.at('written'), '--service', service.url, '--once');
      await published(service, 2);
      const keys = await there.keys('out/');
      const names = await readdir(join(source, 'manifests'));
      const [main, next, theirs] = await Promise.all(
        ['out/manifests/main', 'out/manifests/next', `written/manifests/${names[0]}`].map((key) => there.get(key)),
      );
      expect(next).toEqual(main);
      const sorted = (text: Buffer | undefined) => {
        const parsed = JSON.parse(String(text)) as { layers: unknown[]; records: unknown[] };
        return { ...parsed, layers: parsed.layers.map((one) => JSON.stringify(one)).sort() };
      };
      expect(sorted(main).layers).toEqual(sorted(theirs).layers);
      expect(Object.keys(JSON.parse(String(main)))).toEqual(Object.keys(JSON.parse(String(theirs))));
      expect(keys.filter((key) => key.startsWith('out/blobs/')).length).toBeGreaterThan(0);
      expect(await graph(work, there.at('out'), '--ref', 'main')).toEqual(await graph(work, there.at('written')));
    },
  );

  test.runIf(hasRegistryServer())('a registry has the same graph under the tag', async () => {
    await using registry = await startRegistryServer();
    const to = `docker://${registry.host}/team/cache:main`;
    await using service = await startRunningService({ publish: [to], quietMs: 50 });
    await work.json('sync', fixture('min'), '--service', service.url, '--once');
    await published(service, 1);
    expect(await graph(work, to)).toEqual(await graph(work, fixture('min')));
  });
});

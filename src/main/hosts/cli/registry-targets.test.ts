import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import { dataSet } from '../../testing/data-sets.ts';
import { hasRegistryServer, type RegistryServer, startRegistryServer } from '../../testing/registry-server.ts';
import { hasSkopeo } from '../../testing/skopeo.ts';
import { composeEngine } from '../compose.ts';
import { finished, openReady } from '../testing/engine-on-disk.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

interface Inspected {
  readonly caches: readonly {
    readonly ref: string;
    readonly form: string;
    readonly config: { readonly digest: string };
  }[];
  readonly totals: Record<string, number>;
}
interface Layer {
  readonly digest: string;
  readonly mediaType: string;
  readonly diffID: string;
}
interface Key {
  readonly id: string;
  readonly inputs: readonly (readonly { readonly id: string }[])[];
}

const SAMPLE = fixture('sample');
const FORMS = [
  ['image-manifest', ['--format', 'manifest']],
  ['index-oci', ['--format', 'index', '--oci-mediatypes', 'true']],
  ['index-docker', ['--oci-mediatypes', 'false']],
] as const;

let work: Workspace;
beforeAll(async () => {
  work = await createWorkspace();
});
afterAll(() => work.remove());

describe.runIf(hasRegistryServer())('export to docker://', () => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistryServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const at = (repository: string) => `docker://${server.host}/${repository}`;
  const send = (to: string, ...options: string[]) =>
    work.json<TransferReport>('export', SAMPLE, '--to', at(to), ...options);
  const seen = async (location: string) => {
    const { caches, totals } = await work.json<Inspected>('inspect', location);
    return { configs: caches.map(({ config }) => config.digest), totals };
  };

  it.runIf(hasSkopeo())('gives what skopeo copies, and what it copies is the same cache', async () => {
    const { manifest } = await send('skopeo:cache');
    const { status, stderr } = spawnSync(
      'skopeo',
      ['--insecure-policy', 'copy', '--src-tls-verify=false', at('skopeo:cache'), `oci:${work.path('copied')}:cache`],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(await seen(work.path('copied'))).toEqual(await seen(SAMPLE));
    const raw = spawnSync('skopeo', ['inspect', '--raw', `oci:${work.path('copied')}:cache`], { encoding: 'utf8' });
    expect(raw.stdout).toHaveLength(manifest.size);
  });

  it('says what was copied, mounted and there, and what to write into a build', async () => {
    const run = (to: string) => work.run('export', SAMPLE, '--to', at(to));
    expect((await run('words/one:v1')).out).toMatch(/^\d+ blobs copied, .*; .*0 were there already\n/);
    expect((await run('words/one:v1')).out).toMatch(/^0 blobs copied, 0 B; 14 were there already\n/);
    const { out } = await run('words/two');
    expect(out).toMatch(/^0 blobs copied, 0 B; 14 mounted from other repositories; 0 were there already\n/);
    expect(out).toContain(`buildctl build --import-cache type=registry,ref=${server.host}/words/two:latest …`);
    expect(out).toContain(
      `docker buildx build --cache-to type=registry,ref=${server.host}/words/two:latest,mode=max .`,
    );
  });

  it('is shown before by the contract, and what is open there is read anew after', async () => {
    await using engine = await composeEngine({ host: 'web', environment: work.environment });
    const { client } = engine;
    const source = await openReady(client, SAMPLE);
    const to = at('shown');
    const preview = () => client.transfer.preview({ sourceId: source.id, to });
    expect(await preview()).toMatchObject({ copyBlobs: 14, skipBlobs: 0 });
    await work.json('export', SAMPLE, '--to', `${to}:latest`, '--mode', 'min');
    const there = await openReady(client, `${to}:latest`);
    expect((await preview()).skipBlobs).toBeGreaterThan(0);
    const job = await finished(client, await client.transfer.export({ sourceId: source.id, to }));
    expect(job).toMatchObject({ state: 'done', result: { kind: 'export' } });
    expect((await client.sources.get({ sourceId: there.id })).totals).toEqual(source.totals);
  });

  it.each([
    [['--to', 'docker://h/app@sha256:12'], 'INVALID_INPUT'],
    [['--to', 's3://bucket/x'], 'INVALID_INPUT'],
  ])('%j is refused with %s', async (options, code) => {
    const { code: status, err } = await work.run('export', SAMPLE, ...options);
    expect([status, err.startsWith(code)]).toEqual([2, true]);
  });
});

describe('--key', () => {
  it('takes only what the record needs', async () => {
    const keys = await work.json<Key[]>('keys', SAMPLE);
    const top = keys.find(({ inputs }) => inputs.length > 1) ?? expect.fail('no record with inputs');
    const byId = new Map(keys.map((key) => [key.id, key]));
    const needed = new Set([top.id]);
    for (const id of needed) for (const one of byId.get(id)?.inputs.flat() ?? []) needed.add(one.id);
    await work.json('export', SAMPLE, '--to', work.path('one'), '--key', top.id);
    const there = await work.json<Key[]>('keys', work.path('one'));
    expect(there.map(({ id }) => id).sort()).toEqual([...needed].sort());
    expect(there.length).toBeLessThan(keys.length);
    // The first digits do, where they are clear.
    const short = top.id.replace('sha256:', '').slice(0, 16);
    await work.json('import', SAMPLE, '--to', work.path('one-store'), '--key', short);
    expect((await work.json<Key[]>('keys', work.path('one-store'))).length).toBe(there.length);
  });

  it('that is ambiguous ends with 2 and lists the ids; one of them will do', async () => {
    await work.json('export', SAMPLE, '--to', work.path('two'), '--as', 'a');
    await work.json('export', SAMPLE, '--to', work.path('two'), '--as', 'b');
    const [first] = await work.json<Key[]>('keys', SAMPLE);
    const to = work.path('picked');
    const { code, out, err } = await work.run('export', work.path('two'), '--to', to, '--key', first?.id ?? '');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^CONFLICT /);
    expect(err).toContain(`${first?.id}~1, ${first?.id}~2`);
    const unknown = await work.run('export', SAMPLE, '--to', to, '--key', `sha256:${'0'.repeat(64)}`);
    expect(unknown).toMatchObject({ code: 2, err: expect.stringMatching(/^NOT_FOUND /) });
  });
});

describe('--compression', () => {
  it.each([
    ['zstd', SAMPLE],
    ['gzip', fixture('forms/zstd')],
    ['gzip', fixture('forms/uncompressed')],
  ] as const)('%s of %s: other blobs, the same layers and records', async (kind, from) => {
    const to = work.path(`${kind}-${from.split('/').at(-1)}`);
    const report = await work.json<TransferReport>('export', from, '--to', to, '--compression', kind);
    expect(report).toMatchObject({ blobsCopied: 14, resultsLeftOut: 0, warnings: [] });
    const [before, after] = [await work.json<Layer[]>('layers', from), await work.json<Layer[]>('layers', to)];
    expect(new Set(after.map(({ mediaType }) => mediaType.split(/[.+]/).at(-1)))).toEqual(new Set([kind]));
    const diffIds = (layers: readonly Layer[]) => layers.map(({ diffID }) => diffID).sort();
    expect(diffIds(after)).toEqual(diffIds(before));
    const records = async (location: string) => (await work.json<Key[]>('keys', location)).map(({ id }) => id).sort();
    expect(await records(to)).toEqual(await records(from));
    expect((await work.run('verify', to)).code).toBe(0);
    const again = await work.json<TransferReport>('export', from, '--to', to, '--compression', kind);
    expect(again).toMatchObject({ blobsCopied: 0, blobsSkipped: 14, manifest: report.manifest });
  });

  it('keep, and the compression that is there, change nothing', async () => {
    const kept = await work.json<TransferReport>('export', SAMPLE, '--to', work.path('kept'), '--compression', 'keep');
    const same = await work.json<TransferReport>('export', SAMPLE, '--to', work.path('same'), '--compression', 'gzip');
    expect(same.manifest).toEqual(kept.manifest);
  });
});

describe.runIf(hasRegistryServer())('real caches', () => {
  const root = dataSet('app');

  it.skipIf(root === undefined).each(FORMS)(
    'go to a registry as %s and come back',
    { timeout: 300_000 },
    async (form, options) => {
      await using server = await startRegistryServer();
      const at = (repository: string) => `docker://${server.host}/${repository}`;
      const from = join(root ?? '', 'app-v1');
      const original = await work.json<Inspected>('inspect', from);
      const first = await work.json<TransferReport>('export', from, '--to', at('first:cache'), ...options);
      expect(first).toMatchObject({ blobsCopied: original.totals.blobs, resultsLeftOut: 0 });
      const back = work.path(`back-${form}`);
      await work.json('import', at('first:cache'), '--to', back);
      const { caches, totals } = await work.json<Inspected>('inspect', back);
      expect(caches.map((cache) => [cache.form, cache.config.digest])).toEqual([
        [form, original.caches[0]?.config.digest],
      ]);
      expect(totals).toEqual(original.totals);
      expect((await work.run('verify', back)).code).toBe(0);
      const second = await work.json<TransferReport>('export', from, '--to', at('first:cache'), ...options);
      expect(second).toMatchObject({ blobsCopied: 0, blobsSkipped: original.totals.blobs });
      const other = await work.json<TransferReport>('export', from, '--to', at('second:cache'), ...options);
      expect(other).toMatchObject({ blobsCopied: 0, bytesCopied: 0, blobsMounted: original.totals.blobs });
    },
  );
});

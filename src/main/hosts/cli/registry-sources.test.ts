import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushLayout } from '../../adapters/registry/testing/push-layout.ts';
import { dataSet } from '../../testing/data-sets.ts';
import {
  hasRegistryServer,
  REGISTRY_ACCOUNT,
  type RegistryServer,
  startRegistryServer,
} from '../../testing/registry-server.ts';
import { hasSkopeo } from '../../testing/skopeo.ts';
import { composeEngine } from '../compose.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

interface Inspected {
  readonly source: { readonly kind: string; readonly location: string };
  readonly caches: readonly { readonly ref: string; readonly form: string; readonly totals: Record<string, number> }[];
  readonly totals: Record<string, number>;
  readonly problems: readonly unknown[];
}

const SAMPLE = fixture('sample');

let work: Workspace;
beforeAll(async () => {
  work = await createWorkspace();
});
afterAll(() => work.remove());

describe.runIf(hasRegistryServer())('docker:// on the command line', () => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistryServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const at = (repository: string) => `docker://${server.host}/${repository}`;

  it('inspects, lists and walks a cache as if it lay in a folder', async () => {
    await pushLayout(SAMPLE, at('same:latest'));
    const found = await work.json<Inspected>('inspect', at('same'));
    const expected = await work.json<Inspected>('inspect', SAMPLE);
    expect(found).toMatchObject({ source: { kind: 'registry', location: at('same:latest') }, problems: [] });
    expect([found.caches, found.totals]).toEqual([expected.caches, expected.totals]);
    const unnamed = (rows: readonly Record<string, unknown>[]) =>
      rows.map(({ id, digest, inputs, results, ownBytes }) => ({ id, digest, inputs, results, ownBytes }));
    const keys = await work.json<{ id: string }[]>('keys', at('same'));
    expect(unnamed(keys)).toEqual(unnamed(await work.json('keys', SAMPLE)));
    expect(await work.json('layers', at('same'))).toEqual(await work.json('layers', SAMPLE));
    const from = keys[0]?.id ?? '';
    expect(await work.json('graph', at('same'), '--from', from)).toMatchObject({ nodes: expect.any(Array) });
  });

  it('keeps documents and layer info of a registry, but not with --no-cache: then it asks anew', async () => {
    const space = await createWorkspace();
    try {
      await pushLayout(SAMPLE, at('kept:latest'));
      const documents = async () => (await readdir(space.path('cache/documents/blobs/sha256')).catch(() => [])).length;
      const missing = async (...options: string[]) =>
        (await space.json<Inspected>('inspect', at('kept'), ...options)).problems.length;
      expect(await missing('--no-cache')).toBe(0);
      expect(await documents()).toBe(0);
      expect(await missing()).toBe(0);
      expect(await documents()).toBe(1);
      const [layer] = await space.json<{ digest: string }[]>('layers', at('kept'));
      await rm(server.blobFile(layer?.digest ?? expect.fail('no layer')));
      expect([await missing(), await missing('--no-cache')]).toEqual([0, 1]);
    } finally {
      await space.remove();
    }
  });

  it.runIf(hasSkopeo())('opens what skopeo has copied there', async () => {
    const { status, stderr } = spawnSync(
      'skopeo',
      ['--insecure-policy', 'copy', '--dest-tls-verify=false', `oci:${SAMPLE}:latest`, at('skopeo:cache')],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { totals } = await work.json<Inspected>('inspect', at('skopeo:cache'));
    expect(totals).toEqual((await work.json<Inspected>('inspect', SAMPLE)).totals);
  });

  it('imports into a store, which then is whole', async () => {
    await pushLayout(fixture('forms/index-docker'), at('import:cache'));
    const report = await work.json<{ blobsCopied: number }>('import', at('import:cache'), '--to', work.path('store'));
    expect(report.blobsCopied).toBeGreaterThan(0);
    expect((await work.run('verify', work.path('store'))).code).toBe(0);
    const { caches } = await work.json<Inspected>('inspect', work.path('store'));
    expect(caches.map(({ ref, form }) => [ref, form])).toEqual([['cache', 'index-docker']]);
    expect(await work.json('import', at('import:cache'), '--to', work.path('store'))).toMatchObject({ blobsCopied: 0 });
  });

  it('verify finds a blob that was damaged where the registry keeps it', async () => {
    await pushLayout(fixture('forms/zstd'), at('damaged:cache'));
    expect(await work.run('verify', at('damaged:cache'))).toMatchObject({ code: 0 });
    const layers = await work.json<{ digest: string; size: number }[]>('layers', at('damaged:cache'));
    const { digest } = layers[0] ?? expect.fail('no layers');
    const bytes = await readFile(server.blobFile(digest));
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    await writeFile(server.blobFile(digest), bytes);
    const { code, out } = await work.run('verify', at('damaged:cache'), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ corrupt: [digest], missing: [] });
  });

  it('nothing under the tag ends with 3, and one line', async () => {
    const { code, out, err } = await work.run('inspect', at('none:cache'));
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^NOT_FOUND docker:\/\/127\.0\.0\.1:\d+\/none:cache: .*\n$/);
  });

  it('a digest that is none is a mistake in the command line', async () => {
    const { code, out, err } = await work.run('inspect', at('app@sha256:12'));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^INVALID_INPUT sha256:12: .*\nUsage: /);
  });

  it('nobody at the address ends with 3, a password in it is not repeated', async () => {
    expect(await work.run('inspect', 'docker://127.0.0.1:1/app:cache')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^UNAVAILABLE docker:\/\/127\.0\.0\.1:1\/app:cache: /),
    });
    const { code, out, err } = await work.run('inspect', 'docker://ada:secret@127.0.0.1:1/app');
    expect([code, `${out}${err}`.includes('secret')]).toEqual([2, false]);
  });

  it('signs in as Docker does', async () => {
    await using closed = await startRegistryServer({ account: true });
    const reference = `docker://${closed.host}/app:cache`;
    const auth = Buffer.from(`${REGISTRY_ACCOUNT.username}:${REGISTRY_ACCOUNT.password}`).toString('base64');
    await mkdir(work.path('docker'), { recursive: true });
    await writeFile(work.path('docker/config.json'), JSON.stringify({ auths: { [closed.host]: { auth } } }));
    const environment = { ...work.environment, DOCKER_CONFIG: work.path('docker') };
    const signedIn = { startEngine: (host: 'cli' | 'web') => composeEngine({ host, environment }) };
    const refused = await work.run('inspect', reference);
    expect(refused).toMatchObject({ code: 3, err: expect.stringMatching(/^ACCESS_DENIED docker:/) });
    expect(await work.runWith(signedIn, 'inspect', reference)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^NOT_FOUND docker:/),
    });
  });
});

describe.runIf(hasRegistryServer())('real caches in a registry', () => {
  const root = dataSet('app');

  it.skipIf(root === undefined)('have the numbers that somebody else counted', { timeout: 300_000 }, async () => {
    await using server = await startRegistryServer();
    const file = join(process.env.CACHEWRIGHT_TEST_DATA ?? '', 'expected/app.json');
    const expected = JSON.parse(await readFile(file, 'utf8')) as Record<string, Record<string, number>>;
    for (const [where, totals] of Object.entries(expected)) {
      const [folder = '', ref = ''] = where.split('#');
      const reference = `docker://${server.host}/${folder}:${ref}`;
      await pushLayout(join(root ?? '', folder), reference, ref);
      const found = await work.json<Inspected>('inspect', reference);
      expect({ where, ...found.totals }).toMatchObject({ where, ...totals });
    }
  });

  it.skipIf(root === undefined)('as BuildKit pushed them: manifest, index, inline; an image without one', async () => {
    await using server = await startRegistryServer({ storage: join(root ?? '', 'registry-storage') });
    const at = (tag: string) => `docker://${server.host}/app:${tag}`;
    const forms = async (tag: string) =>
      (await work.json<Inspected>('inspect', at(tag))).caches.map(({ form }) => form);
    expect([await forms('cache'), await forms('cache-index')]).toEqual([['image-manifest'], ['index-oci']]);
    const raw = (name: string) => readFile(join(root ?? '', 'registry-raw', name), 'utf8');
    const written = JSON.parse(await raw('inline.cache.v0.json')) as { digest: string }[];
    const inline = await work.json<Inspected>('inspect', at('inline'));
    expect(inline).toMatchObject({ caches: [{ ref: 'inline', form: 'inline' }], problems: [] });
    expect(inline.totals.records).toBe(written.length);
    const keys = await work.json<{ digest: string }[]>('keys', at('inline'));
    expect(keys.map(({ digest }) => digest).sort()).toEqual(written.map(({ digest }) => digest).sort());
    expect((await work.run('verify', at('inline'))).code).toBe(0);
    const { code, err } = await work.run('inspect', at('plain'));
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('UNSUPPORTED_FORMAT') });
    expect(err).toContain('inline');
  });
});

it('ends every command over a registry that has no such tag with 3', { timeout: 240_000 }, async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const source = `docker://127.0.0.1:${(server.address() as AddressInfo).port}/app:none`;
  try {
    for (const command of [
      ['inspect'],
      ['keys'],
      ['layers'],
      ['verify'],
      ['graph', '--from', 'abcd'],
      ['import', '--to', work.path('no-store')],
      ['export', '--to', work.path('no-layout')],
      ['prune', '--all'],
    ]) {
      const { code, err } = await work.run(...command, source);
      expect([command[0], code, err]).toEqual([command[0], 3, expect.stringMatching(/^NOT_FOUND .*\n$/)]);
    }
  } finally {
    server.close();
  }
});

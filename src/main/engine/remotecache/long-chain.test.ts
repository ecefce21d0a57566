import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Graph } from '../../../shared/model/graph.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { openSource } from '../../adapters/oci-layout/index.ts';
import { createWorkspace, type Workspace } from '../../hosts/cli/testing/workspace.ts';
import { deriveCatalog } from '../catalog/derive.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { RESOLVED_OUTPUT } from '../solver/cache-key.ts';
import { createCacheManager } from '../solver/cache-manager.ts';
import { createKeyExporter } from '../solver/key-exporter.ts';
import { runSteps } from '../streams/steps.ts';
import { countOperations } from '../testing/count-operations.ts';
import { CacheChains } from './cache-chains.ts';
import { createConfigStorages } from './config-key-storage.ts';
import { buildManifest, layerDescriptors } from './manifest.ts';
import { marshalCacheConfig } from './marshal.ts';
import { parseCacheConfig } from './parse.ts';
import { addConfigTo } from './parse-chains.ts';
import { sortCacheConfig } from './sort.ts';

/** BuildKit takes minutes over a chain of 400 steps. */
const STEPS = 5_000;
const BLOBS = 40;
const everything = { has: () => true };
const H = (text: string | Uint8Array) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const blobOf = (n: number) => `the bytes of layer ${n % BLOBS}`;
const layers: readonly Descriptor[] = Array.from({ length: BLOBS }, (_, n) => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar',
  digest: H(blobOf(n)),
  size: Buffer.byteLength(blobOf(n)),
  annotations: { 'containerd.io/uncompressed': H(blobOf(n)) },
}));

/** Each record is found from the one before, and its result is one layer deeper. */
function chainOf(steps: number): Promise<CacheConfig> {
  const document = {
    layers: Array.from({ length: steps }, (_, n) => ({ blob: H(blobOf(n)), parent: n - 1 })),
    records: Array.from({ length: steps }, (_, n) => ({
      layers: [{ layer: n, createdAt: '2024-01-01T00:00:00Z' }],
      digest: H(`step ${n}`),
      ...(n > 0 ? { inputs: [[{ link: n - 1 }]] } : {}),
    })),
  };
  return parseCacheConfig([Buffer.from(JSON.stringify(document))]).then(sortCacheConfig);
}

const bytesOf = (config: CacheConfig) => Buffer.concat([...marshalCacheConfig(config)]);
const rebuilt = async (config: CacheConfig) => {
  const chains = new CacheChains();
  await addConfigTo(chains, config, layers, everything);
  return chains.marshal().config;
};
const exported = async (config: CacheConfig) => {
  const { keys, results, idOf } = createConfigStorages(config, layers, everything);
  const manager = createCacheManager({ id: 'chain', keys, results });
  const digest = H(`step ${config.recordDigest.length - 1}`);
  const top = [...config.recordDigest].findIndex((text) => config.texts[text] === digest);
  const chains = new CacheChains();
  const key = { id: idOf(top), digest, output: RESOLVED_OUTPUT, deps: [] };
  await createKeyExporter({ manager, keys, results }, key).exportTo(chains, { mode: 'max', exportRoots: true });
  return chains.marshal().config;
};
const snapshotOf = (config: CacheConfig) => {
  const document = { mediaType: 'x', digest: H('x'), size: 1 };
  const cache = { ref: 'chain', form: 'image-manifest', manifest: document, config: document, parsed: config } as const;
  return { fingerprint: '', caches: [{ ...cache, descriptors: layers }], blobs: [], documents: [], problems: [] };
};

describe(`a chain of ${STEPS} steps`, () => {
  test('comes out of the chains and of the exporter byte for byte', async () => {
    const config = await chainOf(STEPS);
    expect(bytesOf(await rebuilt(config)).equals(bytesOf(config))).toBe(true);
    expect(bytesOf(await exported(config)).equals(bytesOf(config))).toBe(true);
  });

  test.each<[string, (config: CacheConfig) => unknown]>([
    ['sorting and marshalling', (config) => bytesOf(sortCacheConfig(config))],
    ['CacheChains', rebuilt],
    ['the exporter of its last key', exported],
    ['its catalog', (config) => runSteps(deriveCatalog(snapshotOf(config)))],
  ])('%s: five times the steps is five times the work', async (_, work) => {
    const [few, many] = [await chainOf(STEPS / 5), await chainOf(STEPS)];
    const [less, more] = [await countOperations(() => work(few)), await countOperations(() => work(many))];
    expect(less).toBeGreaterThan(STEPS / 5);
    expect(more / less).toBeLessThan(5.5);
  });
});

test('the counter sees what is not linear', async () => {
  const quadratic = (n: number) => () => {
    const lists = new Map<string, number[]>();
    for (let i = 0; i < n; i += 1) lists.set('', [...(lists.get('') ?? [])].concat([i]));
  };
  expect((await countOperations(quadratic(1000))) / (await countOperations(quadratic(200)))).toBeGreaterThan(15);
});

describe('on disk', () => {
  let work: Workspace;
  let source: string;
  let config: CacheConfig;
  beforeAll(async () => {
    work = await createWorkspace();
    source = work.path('chain');
    config = await chainOf(STEPS);
    const put = async (bytes: Uint8Array) => {
      const digest = H(bytes);
      await mkdir(join(source, 'blobs/sha256'), { recursive: true });
      await writeFile(join(source, 'blobs', ...digest.split(':')), bytes);
      return { digest, size: bytes.length };
    };
    for (let n = 0; n < BLOBS; n += 1) await put(Buffer.from(blobOf(n)));
    const described = { mediaType: 'application/vnd.buildkit.cacheconfig.v0', ...(await put(bytesOf(config))) };
    const { bytes, descriptor } = buildManifest({
      form: 'image-manifest',
      config: described,
      layers: layerDescriptors(config, layers),
    });
    await put(bytes);
    const entry = { ...descriptor, annotations: { 'org.opencontainers.image.ref.name': 'latest' } };
    await writeFile(join(source, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(source, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  });
  afterAll(() => work.remove());

  test('it is exported whole, with the same config', async () => {
    const target = work.path('copy');
    expect(await work.run('export', source, '--to', target)).toMatchObject({ code: 0, err: '' });
    const cacheOf = async (path: string) =>
      (await (await openSource(path)).read()).caches[0] ?? expect.fail('no cache');
    const copy = await cacheOf(target);
    expect(copy.config?.digest).toBe((await cacheOf(source)).config?.digest);
    expect(copy.descriptors.length).toBe(STEPS);
  });

  test('the command line walks its whole graph', async () => {
    const first = H('step 0');
    const options = ['--from', first, '--depth', String(STEPS), '--direction', 'users'];
    const graph = await work.json<Graph>('graph', source, ...options);
    expect(graph.nodes.length).toBe(STEPS);
    expect(graph.edges.length).toBe(STEPS - 1);
    expect(Math.max(...graph.nodes.map(({ distance }) => distance))).toBe(STEPS - 1);
    const { code, out } = await work.run('graph', source, ...options);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n').at(-1)).toBe('5000 of 5000 records, 4999 links');
  });
});

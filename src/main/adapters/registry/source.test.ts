import { createHash } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import { parseRef } from '../../../shared/oci/reference.ts';
import { namesFromProvenance } from '../../engine/explain/names.ts';
import type { ReadProgress, SourceSnapshot } from '../../engine/ports/cache-source.ts';
import type { LayerInfoCache } from '../../engine/ports/layer-info-cache.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import {
  hasRegistryServer,
  REGISTRY_ACCOUNT,
  type RegistryServer,
  startRegistryServer,
} from '../../testing/registry-server.ts';
import { createMemoryLayerInfoCache } from '../memory/layer-info-cache.ts';
import { openSource } from '../oci-layout/index.ts';
import { createRepositoryOpener } from './open-repository.ts';
import type { Repository } from './repository.ts';
import { createRegistrySource } from './source.ts';
import { blobSizes, openRepository, pushLayout } from './testing/push-layout.ts';

const nobody = async () => undefined;
const SAMPLE = join(FIXTURES, 'sample');

/** A source that counts the trips it makes, by the method of the repository. */
function openCounted(
  reference: string,
  layerInfo?: LayerInfoCache,
  onTrip: (method: string) => void = () => {},
  now = Date.now,
) {
  const trips: Record<string, number> = {};
  const repositories = createRepositoryOpener(nobody);
  const source = createRegistrySource(parseRef(reference), {
    layerInfo,
    now,
    repositories: (ref) =>
      new Proxy(repositories(ref), {
        get(target, method: keyof Repository) {
          trips[method] = (trips[method] ?? 0) + 1;
          onTrip(method);
          return target[method];
        },
      }),
  });
  return { source, trips };
}

const open = (reference: string) => openCounted(reference).source;

async function fault(work: Promise<unknown>): Promise<CacheError> {
  return work.then(
    () => expect.fail('it worked'),
    (error: unknown) => (error instanceof CacheError ? error : expect.fail(`not a CacheError: ${error}`)),
  );
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Everything of a snapshot that does not depend on where it lies. */
const contents = ({ caches, blobs, documents }: SourceSnapshot) => ({
  caches: caches.map(({ ref: _, ...cache }) => cache),
  blobs: Object.fromEntries(blobs.map(({ digest, size }) => [digest, size])),
  documents: [...documents].sort(),
});

describe.runIf(hasRegistryServer())('a cache in a registry', () => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistryServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const at = (repository: string) => `docker://${server.host}/${repository}`;

  test.each(['sample', 'min', 'forms/index-oci', 'forms/index-docker', 'forms/zstd', 'forms/uncompressed'])(
    '%s is what it is in a folder',
    async (fixture) => {
      const layout = join(FIXTURES, fixture);
      const { digest } = await pushLayout(layout, at(`same/${fixture}:cache`));
      const source = open(at(`same/${fixture}:cache`));
      const progress: ReadProgress[] = [];
      const snapshot = await source.read({ onProgress: (each) => progress.push(each) });
      const folder = await (await openSource(layout)).read();
      expect(contents(snapshot)).toEqual(contents(folder));
      expect(contents(snapshot).blobs).toEqual(blobSizes(layout));
      expect([snapshot.caches.map(({ ref }) => ref), snapshot.problems]).toEqual([['cache'], []]);
      expect(progress.at(-1)).toMatchObject({ unit: 'blobs', done: progress.at(-1)?.total });
      expect(await source.fingerprint()).toBe(snapshot.fingerprint);
      // By digest it is the same.
      const byDigest = open(at(`same/${fixture}@${digest}`));
      expect(await byDigest.fingerprint()).toBe(snapshot.fingerprint);
      expect(contents(await byDigest.read())).toEqual(contents(folder));
    },
  );

  test('the reference is made whole, and is all that is said of the place', () => {
    expect(open('docker://team/app').location).toBe('docker://docker.io/team/app:latest');
    expect(() => open('docker://host.io/app@sha256:12')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(() => open('/a/folder')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  test('blobs are read whole, from an offset, and piece by piece, documents too', async () => {
    await pushLayout(SAMPLE, at('read:cache'));
    const source = open(at('read:cache'));
    const check = async (text: string) => {
      const digest = parseDigest(text);
      const bytes = readFileSync(join(SAMPLE, 'blobs', ...digest.split(':')));
      await using reader = await source.openBlob(digest);
      expect(reader.size).toBe(bytes.length);
      expect(await collect(reader.stream())).toEqual(bytes);
      expect(await collect(reader.stream({ start: 5 }))).toEqual(bytes.subarray(5));
      expect(await collect(reader.stream({ start: bytes.length }))).toEqual(Buffer.alloc(0));
      const buffer = new Uint8Array(10);
      expect(await reader.read(buffer, 3)).toBe(10);
      expect(Buffer.from(buffer)).toEqual(bytes.subarray(3, 13));
      expect(await reader.read(buffer, bytes.length - 4)).toBe(4);
    };
    const { caches } = await (await openSource(SAMPLE)).read();
    const layer = caches[0]?.descriptors[0]?.digest ?? '';
    // Before anything was read, and after.
    await check(layer);
    const snapshot = await source.read();
    for (const { digest } of snapshot.blobs) await check(digest);
    expect(await source.locateBlobs(snapshot.blobs.map(({ digest }) => digest))).toEqual(
      snapshot.blobs.map(() => undefined),
    );
    const nowhere = parseDigest(`sha256:${'0'.repeat(64)}`);
    expect(await fault(source.openBlob(nowhere))).toMatchObject({ code: 'NOT_FOUND', subject: nowhere });
    expect(await fault(source.openBlob('sha256:../../x' as Digest))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('layers that are gone or cut short are problems, and hide nothing else', async () => {
    await pushLayout(SAMPLE, at('holes:cache'));
    // Other blobs than those of the other tests: the registry keeps each once for all repositories.
    const layers = await ownLayers('holes', 3);
    const [gone, short, whole] = layers.map(({ digest }) => digest);
    rmSync(server.blobFile(gone ?? ''));
    truncateSync(server.blobFile(short ?? ''), 7);
    const { blobs, problems, caches } = await open(at('holes:own')).read();
    expect(problems.map(({ code, subject }) => ({ code, subject }))).toEqual([
      { code: 'NOT_FOUND', subject: gone },
      { code: 'SIZE_MISMATCH', subject: short },
    ]);
    expect(caches[0]?.parsed.recordDigest).toHaveLength(1);
    const found = new Map(blobs.map((blob) => [blob.digest as string, blob]));
    expect(found.has(gone ?? '')).toBe(false);
    expect(found.get(short ?? '')).toMatchObject({ size: 7, problem: 'SIZE_MISMATCH' });
    expect(found.get(whole ?? '')?.problem).toBeUndefined();
    // Neither is remembered.
    await using layerInfo = createMemoryLayerInfoCache();
    for (const blobSize of [4, 3]) {
      const { source, trips } = openCounted(at('holes:own'), layerInfo);
      expect((await source.read()).problems).toEqual(problems);
      expect(trips.blobSize).toBe(blobSize);
    }
  });

  test('a second opening costs no trip for blobs; one that is missed is asked for again', async () => {
    await using layerInfo = createMemoryLayerInfoCache();
    const layers = await ownLayers('twice', 5);
    const first = openCounted(at('twice:own'), layerInfo);
    const snapshot = await first.source.read();
    // Five layers and the config.
    expect(first.trips.blobSize).toBe(6);
    const second = openCounted(at('twice:own'), layerInfo);
    expect(contents(await second.source.read())).toEqual(contents(snapshot));
    expect(second.trips.blobSize).toBe(1);

    const gone = parseDigest(layers[2]?.digest);
    rmSync(server.blobFile(gone));
    await using reader = await second.source.openBlob(gone);
    expect(await fault(collect(reader.stream()))).toMatchObject({ code: 'NOT_FOUND', subject: gone });
    const third = openCounted(at('twice:own'), layerInfo);
    const { problems } = await third.source.read();
    expect(problems.map(({ subject }) => subject)).toEqual([gone]);
    expect(third.trips.blobSize).toBe(2);
    // A day later everything is asked for anew.
    for (const [hours, blobSize] of [
      [23, 2],
      [25, 6],
    ] as const) {
      const later = openCounted(at('twice:own'), layerInfo, undefined, () => Date.now() + hours * 3_600_000);
      await later.source.read();
      expect(later.trips.blobSize).toBe(blobSize);
    }
    // What another repository says of the same blob does not bring it back.
    await layerInfo.setMeta(gone, { path: 'elsewhere/app', length: layers[2]?.size ?? 0 });
    expect((await open(at('twice:own')).read()).problems).toHaveLength(1);
    expect((await openCounted(at('twice:own'), layerInfo).source.read()).problems).toHaveLength(1);
  });

  test('layer info that cannot be asked is done without', async () => {
    const broken = new Proxy(createMemoryLayerInfoCache(), {
      get: () => async () => Promise.reject(new CacheError('UNAVAILABLE', 'down')),
    });
    await pushLayout(SAMPLE, at('broken:cache'));
    const { problems } = await openCounted(at('broken:cache'), broken).source.read();
    expect(problems).toEqual([]);
  });

  test('what is not there, and what is no cache, says what was looked for', async () => {
    expect(await fault(open(at('none:cache')).fingerprint())).toMatchObject({
      code: 'NOT_FOUND',
      subject: at('none:cache'),
    });
    expect(await fault(open(at('none:cache')).read())).toMatchObject({ code: 'NOT_FOUND', subject: at('none:cache') });
    await pushImage('plain', 'latest', undefined);
    const error = await fault(open(at('plain')).read());
    expect(error).toMatchObject({ code: 'UNSUPPORTED_FORMAT', subject: at('plain:latest') });
    expect(error.hint).toContain('inline');
  });

  test('a config that is gone, or has been changed', async () => {
    await ownLayers('config', 1);
    const { caches } = await open(at('config:own')).read();
    const { config } = caches[0] ?? expect.fail('no cache');
    const file = server.blobFile(config?.digest ?? '');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.toString().replace('2024-', '2025-'));
    expect((await open(at('config:own')).read()).problems).toMatchObject([
      { code: 'DIGEST_MISMATCH', subject: config?.digest },
    ]);
    rmSync(file);
    const error = await fault(open(at('config:own')).read());
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: config?.digest });
    expect(error.message).toContain(at('config:own'));
  });

  test('inline caches: one for each platform of an index, the broken one a problem, attestations left out', async () => {
    const amd64 = await pushImage('multi', undefined, { architecture: 'amd64' });
    const arm64 = await pushImage('multi', undefined, { architecture: 'arm64', variant: 'v8' });
    const twin = await pushImage('multi', undefined, { architecture: 'amd64', author: 'another' });
    const bare = await pushImage('multi', undefined, undefined);
    const statement = JSON.parse(readFileSync(join(SAMPLE, 'provenance.json'), 'utf8')) as unknown;
    const attestation = await pushAttestation('multi', statement);
    const repository = openRepository(at('multi'));
    const put = (tag: string, manifests: readonly object[]) =>
      repository.putManifest(
        tag,
        MEDIA_TYPES.ociIndex,
        Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests })),
      );
    const attested = { ...attestation, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } };
    await put('v1', [amd64, arm64, twin, bare, attested]);
    const source = open(at('multi:v1'));
    const { caches, problems, blobs, documents } = await source.read();
    expect(caches.map(({ ref, form, manifest }) => [ref, form, manifest?.digest])).toEqual([
      ['v1@linux/amd64', 'inline', amd64.digest],
      ['v1@linux/arm64/v8', 'inline', arm64.digest],
      [`v1@${twin.digest}`, 'inline', twin.digest],
    ]);
    expect(problems).toEqual([]);
    const there = new Set<string>(blobs.map(({ digest }) => digest));
    expect(documents.filter((digest) => !there.has(digest))).toEqual([]);
    expect(documents).not.toContain(attestation.digest);
    const names = (await source.names?.()) ?? new Map();
    expect(names.size).toBeGreaterThan(3);
    expect([...names]).toEqual([...namesFromProvenance(statement)]);

    // A registry takes no index with a manifest that it lacks, but may lose one.
    await put('v2', [arm64, amd64]);
    rmSync(server.blobFile(arm64.digest));
    const part = await open(at('multi:v2')).read();
    expect(part.caches.map(({ ref }) => ref)).toEqual(['v2@linux/amd64']);
    expect(part.problems).toMatchObject([{ subject: arm64.digest }]);
  });

  test('cancelled in the middle', async () => {
    await pushLayout(SAMPLE, at('cancel:cache'));
    const abort = new AbortController();
    const { source, trips } = openCounted(at('cancel:cache'), undefined, (method) => {
      if (method === 'blobSize' && (trips.blobSize ?? 0) > 3) abort.abort();
    });
    expect(await fault(source.read({ signal: abort.signal }))).toMatchObject({ code: 'CANCELLED' });
    expect(trips.blobSize).toBeLessThan(20);
  });

  test('a registry that goes away in the middle is UNAVAILABLE, naming the reference', async () => {
    await using passing = await startRegistryServer();
    const reference = `docker://${passing.host}/app:cache`;
    await pushLayout(SAMPLE, reference);
    let stopped: Promise<void> | undefined;
    const { source } = openCounted(reference, undefined, (method) => {
      if (method === 'blobSize') stopped ??= passing.stop();
    });
    expect(await fault(source.read())).toMatchObject({ code: 'UNAVAILABLE', subject: reference });
    await stopped;
    expect(await fault(source.fingerprint())).toMatchObject({ code: 'UNAVAILABLE', subject: reference });
  });

  /** A cache of one record whose result has that many layers no other test has. */
  async function ownLayers(name: string, count: number): Promise<readonly Descriptor[]> {
    const layers = await Promise.all(
      Array.from({ length: count }, (_, i) => pushBlob(name, LAYER, `layer ${i} of ${name}, twenty bytes or more`)),
    );
    const config = {
      layers: layers.map(({ digest }, i) => ({ blob: digest, parent: i - 1 })),
      records: [
        { digest: `sha256:${'1'.repeat(64)}`, layers: [{ layer: count - 1, createdAt: '2024-01-02T03:04:05Z' }] },
      ],
    };
    const descriptor = await pushBlob(name, MEDIA_TYPES.cacheConfig, JSON.stringify(config));
    await pushManifest(name, 'own', { config: descriptor, layers });
    return layers;
  }

  /** An image of one layer; with an inline cache where a platform is given. */
  async function pushImage(name: string, tag: string | undefined, platform: object | undefined): Promise<Descriptor> {
    const layer = await pushBlob(name, LAYER, `layer of ${JSON.stringify(platform)}`);
    const records = [{ digest: `sha256:${'2'.repeat(64)}`, layers: [{ layer: 0, createdAt: '2024-01-02T03:04:05Z' }] }];
    const inline = { 'moby.buildkit.cache.v0': Buffer.from(JSON.stringify(records)).toString('base64') };
    const config = {
      os: 'linux',
      ...platform,
      rootfs: { diff_ids: [`sha256:${'3'.repeat(64)}`] },
      ...(platform && inline),
    };
    const descriptor = await pushBlob(name, MEDIA_TYPES.ociImageConfig, JSON.stringify(config));
    return pushManifest(name, tag, { config: descriptor, layers: [layer] });
  }

  async function pushAttestation(name: string, statement: unknown): Promise<Descriptor> {
    const config = await pushBlob(name, MEDIA_TYPES.ociImageConfig, '{"architecture":"unknown","os":"unknown"}');
    const layer = await pushBlob(name, 'application/vnd.in-toto+json', JSON.stringify(statement));
    const annotations = { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' };
    return pushManifest(name, undefined, { config, layers: [{ ...layer, annotations }] });
  }

  async function pushBlob(name: string, mediaType: string, text: string): Promise<Descriptor> {
    const bytes = Buffer.from(text);
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    await openRepository(at(name)).upload(descriptor, async function* () {
      yield bytes;
    });
    return descriptor;
  }

  async function pushManifest(name: string, tag: string | undefined, body: object): Promise<Descriptor> {
    const mediaType = MEDIA_TYPES.ociManifest;
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...body }));
    const digest = digestOf(bytes);
    await openRepository(at(name)).putManifest(tag ?? digest, mediaType, bytes);
    return { mediaType, digest, size: bytes.length };
  }
});

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe.runIf(hasRegistryServer())('a registry with accounts', () => {
  test('is read by who has one; others are told how, and no password is said', async () => {
    await using server = await startRegistryServer({ account: true });
    const ref = parseRef(`docker://${server.host}/app:cache`);
    const signedIn = createRepositoryOpener(async () => REGISTRY_ACCOUNT);
    const wrong = createRepositoryOpener(async () => ({ username: 'ada', password: 'not-the-word' }));
    const read = (repositories: typeof signedIn) => createRegistrySource(ref, { repositories }).read();
    for (const repositories of [wrong, createRepositoryOpener(nobody)]) {
      const error = await fault(read(repositories));
      expect(error).toMatchObject({ code: 'ACCESS_DENIED', subject: `docker://${server.host}/app:cache` });
      expect(JSON.stringify(error)).not.toContain('not-the-word');
      expect(error.hint).toContain(`docker login ${server.host}`);
    }
    expect(isCacheError(await fault(read(signedIn)), 'NOT_FOUND')).toBe(true);

    // Who signs in while the program runs is known from then on, and many requests at once sign in together.
    let somebody: typeof REGISTRY_ACCOUNT | undefined;
    let asked = 0;
    const later = createRepositoryOpener(async () => {
      asked += 1;
      return somebody;
    });
    expect((await fault(read(later))).code).toBe('ACCESS_DENIED');
    somebody = REGISTRY_ACCOUNT;
    asked = 0;
    const sizes = Array.from({ length: 6 }, () => later(ref).blobSize(`sha256:${'0'.repeat(64)}`));
    expect(await Promise.all(sizes)).toEqual(sizes.map(() => undefined));
    expect(asked).toBe(1);
  });
});

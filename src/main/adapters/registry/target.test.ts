import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { parseRef } from '../../../shared/oci/reference.ts';
import type { BIC } from '../../engine/ports/blob-info-cache.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { previewTransfer } from '../../engine/transfer/preview.ts';
import { transferCaches } from '../../engine/transfer/transfer.ts';
import { hasRegistryServer, type RegistryServer, startRegistryServer } from '../../testing/registry-server.ts';
import { createMemoryBlobInfoCache } from '../memory/testing/blob-info-cache.ts';
import { openSource } from '../oci-layout/index.ts';
import { createRegistryClient } from './client.ts';
import { createRepositoryOpener, type RepositoryOpener } from './open-repository.ts';
import { createRepository } from './repository.ts';
import { createRegistrySource } from './source.ts';
import { createRegistryTarget, parseRegistryPlace, registryLocation } from './target.ts';

const SAMPLE = join(FIXTURES, 'sample');
/** Nothing is added to. */
const MERGING = { openPlace: () => expect.fail('nothing is read'), clock: systemClock };
const BLOBS = 14;
const plain = createRepositoryOpener(async () => undefined);

/** Real repositories; what each upload came to is counted, and `before` may fail a step. */
function watched(before: (step: string) => void = () => {}) {
  const outcomes: string[] = [];
  const repositories: RepositoryOpener = (ref) => {
    const repository = plain(ref);
    return {
      ...repository,
      async upload(...args) {
        before('upload');
        const outcome = await repository.upload(...args);
        outcomes.push(outcome);
        return outcome;
      },
      async putManifest(...args) {
        before('tag');
        await repository.putManifest(...args);
        outcomes.push('tag');
      },
    };
  };
  return { repositories, outcomes };
}

const count = (outcomes: readonly string[], outcome: string) => outcomes.filter((one) => one === outcome).length;

describe('a place to write to', () => {
  test.each([
    ['docker://h.io/app:v1', 'docker://h.io/app:v1', 'v1'],
    ['docker://h.io:5000/team/app', 'docker://h.io:5000/team/app', undefined],
    ['docker://app:v1', 'docker://docker.io/library/app:v1', 'v1'],
  ])('%s', (text, location, tag) => {
    const place = parseRegistryPlace(text);
    expect([registryLocation(place), place.tag]).toEqual([location, tag]);
  });

  test.each([`docker://h.io/app@sha256:${'a'.repeat(64)}`, 'docker://', '/a/folder'])('not %s', (text) => {
    expect(() => parseRegistryPlace(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe.runIf(hasRegistryServer())('a transfer to a real registry', () => {
  let server: RegistryServer;
  /** Layers that an export of everything has and one of the final images has not. */
  let missingOfMin = 0;
  beforeAll(async () => {
    server = await startRegistryServer();
    await send('min:latest', { options: { mode: 'min' } });
    missingOfMin = (await send('min:latest')).blobsCopied;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const at = (repository: string) => `docker://${server.host}/${repository}`;
  const target = (to: string, repositories: RepositoryOpener = plain, blobInfo?: BIC) =>
    createRegistryTarget(parseRegistryPlace(at(to)), { repositories, blobInfo });

  async function send(
    to: string,
    {
      source,
      repositories,
      blobInfo,
      options = {},
      log,
    }: {
      source?: CacheSource;
      repositories?: RepositoryOpener;
      blobInfo?: BIC;
      options?: Partial<TransferOptions>;
      log?: (text: string) => void;
    } = {},
  ) {
    return transferCaches({
      source: source ?? (await openSource(SAMPLE)),
      openTarget: async () => target(to, repositories, blobInfo),
      options: { mode: 'max', ...options },
      blobInfo,
      log,
    });
  }

  test.each([
    ['image-manifest', { format: 'manifest' }],
    ['index-oci', { format: 'index' }],
    ['index-docker', { ociMediaTypes: false }],
  ] as const)('as %s is the same cache again', async (form, options) => {
    const { manifest } = await send(`forms:${form}`, { options });
    const { caches, problems } = await createRegistrySource(parseRef(at(`forms:${form}`)), {
      repositories: plain,
    }).read();
    const [original] = (await (await openSource(SAMPLE)).read()).caches;
    expect(problems).toEqual([]);
    expect(caches.map((cache) => [cache.form, cache.config?.digest, cache.manifest?.digest])).toEqual([
      [form, original?.config?.digest, manifest.digest],
    ]);
  });

  test('sends what is missing, then the tag; a second one sends nothing', async () => {
    const first = watched();
    expect(await send('twice:latest', first)).toMatchObject({ blobsCopied: BLOBS, blobsSkipped: 0 });
    expect([count(first.outcomes, 'copied'), first.outcomes.at(-1)]).toEqual([BLOBS + 1, 'tag']);
    const again = watched();
    const report = await send('twice:latest', again);
    expect(report).toMatchObject({ blobsCopied: 0, bytesCopied: 0, blobsSkipped: BLOBS });
    expect(count(again.outcomes, 'copied') + count(again.outcomes, 'tag')).toBe(0);
    expect(report.commands).toContain(
      `docker buildx build --cache-to type=registry,ref=${server.host}/twice:latest,mode=max .`,
    );
  });

  test('takes every layer from another repository that is known to have it', async () => {
    const blobInfo = createMemoryBlobInfoCache();
    await send('mount/one', { blobInfo });
    const { outcomes, repositories } = watched();
    const report = await send('mount/two', { blobInfo, repositories });
    expect(report).toMatchObject({ blobsCopied: 0, bytesCopied: 0, blobsMounted: BLOBS, blobsSkipped: 0 });
    // The config is no layer: nobody remembers where it is.
    expect([count(outcomes, 'mounted'), count(outcomes, 'copied')]).toEqual([BLOBS, 1]);
    const [layer] = (await (await openSource(SAMPLE)).read()).caches[0]?.descriptors ?? [];
    const places = await blobInfo.knownLocations(layer?.digest ?? '');
    expect(places.map(({ ref }) => ref.repository).sort()).toEqual([SAMPLE, 'mount/one', 'mount/two'].sort());
  });

  test('sends it where the other repository does not have it any more, or there is none', async () => {
    const blobInfo = createMemoryBlobInfoCache();
    const { blobs } = await (await openSource(SAMPLE)).read();
    await blobInfo.recordKnownLocations(
      blobs.map(({ digest }) => digest),
      parseRef(at('mount/never')),
    );
    expect(await send('mount/stale', { blobInfo })).toMatchObject({ blobsCopied: BLOBS });
  });

  test('sends it where the other repository may not be read', async () => {
    const blobInfo = createMemoryBlobInfoCache();
    await send('mount/closed', { blobInfo });
    const client = createRegistryClient(server.host, async () => undefined);
    const refusing: typeof client = {
      ...client,
      send: async (request) => {
        if (!request.target.includes('mount=')) return client.send(request);
        throw new CacheError('ACCESS_DENIED', 'not yours');
      },
    };
    const repositories: RepositoryOpener = ({ repository }) => createRepository(refusing, repository);
    expect(await send('mount/open', { blobInfo, repositories })).toMatchObject({ blobsCopied: BLOBS });
  });

  test('from one repository to another sends nothing through this machine', async () => {
    const blobInfo = createMemoryBlobInfoCache();
    await send('from:latest');
    const source = createRegistrySource(parseRef(at('from:latest')), { repositories: plain });
    let opened = 0;
    const counting: CacheSource = {
      ...source,
      openBlob: (digest) => {
        opened += 1;
        return source.openBlob(digest);
      },
    };
    expect(await send('to:latest', { source: counting, blobInfo })).toMatchObject({ blobsMounted: BLOBS });
    expect(opened).toBe(0);
  });

  test('cut off before any step it leaves the old tag; the next run sends only the rest', {
    timeout: 60_000,
  }, async () => {
    const { caches } = await (await openSource(SAMPLE)).read();
    const layers = new Map(caches[0]?.descriptors.map((layer) => [layer.digest, layer]));
    const tagOf = async (to: string) => (await plain(parseRef(at(to))).resolve('latest')).digest;
    for (let cutAt = 1; ; cutAt += 1) {
      const to = `cut-${cutAt}:latest`;
      const { manifest: old } = await send(to, { options: { mode: 'min' } });
      let step = 0;
      const { repositories } = watched(() => {
        step += 1;
        if (step === cutAt) throw new CacheError('UNAVAILABLE', 'cut off');
      });
      const ended = await send(to, { repositories }).catch((error: unknown) => error);
      if (!isCacheError(ended, 'UNAVAILABLE')) {
        expect(await tagOf(to)).not.toBe(old.digest);
        // Every layer that min had not, the config and the tag.
        expect(cutAt - 1).toBe(missingOfMin + 2);
        return;
      }
      expect(await tagOf(to)).toBe(old.digest);
      const { present } = await target(to).survey([...layers.values()]);
      const { manifest, blobsCopied } = await send(to);
      expect(blobsCopied).toBe(layers.size - present.size);
      expect(await tagOf(to)).toBe(manifest.digest);
    }
  });

  test('several caches go under their own names, or one of them under the tag', async () => {
    const { blobs, ...snapshot } = await (await openSource(SAMPLE)).read();
    const [cache] = snapshot.caches;
    const source = await openSource(SAMPLE);
    const both: CacheSource = {
      ...source,
      read: async () => ({
        ...snapshot,
        blobs,
        caches: cache
          ? [
              { ...cache, ref: 'v1' },
              { ...cache, ref: 'v2' },
            ]
          : [],
      }),
    };
    expect((await send('several', { source: both })).caches?.map(({ ref }) => ref)).toEqual(['v1', 'v2']);
    const one = await send('several:main', { source: both, options: { ref: 'v2' } });
    expect(one.caches?.map(({ ref }) => ref)).toEqual(['main']);
    await expect(send('several:main', { source: both })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: expect.stringContaining('v1, v2'),
    });
  });

  test('a preview says what is there, and writes nothing', async () => {
    const source = await openSource(SAMPLE);
    const options = { mode: 'max' as const };
    const before = await previewTransfer({ source, target: target('preview:latest'), options, merging: MERGING });
    expect([before.copyBlobs, before.skipBlobs, before.warnings]).toEqual([BLOBS, 0, []]);
    await expect(plain(parseRef(at('preview'))).resolve('latest')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await send('preview:latest', { options: { mode: 'min' } });
    const after = await previewTransfer({ source, target: target('preview:latest'), options, merging: MERGING });
    expect([after.copyBlobs, after.skipBlobs]).toEqual([missingOfMin, BLOBS - missingOfMin]);
    expect(after.warnings).toEqual([expect.stringMatching(/^latest leads to another cache there/)]);
  });

  test('a damaged blob of the source is left out and told, the rest goes', async () => {
    const source = await openSource(SAMPLE);
    const [layer] = (await source.read()).caches[0]?.descriptors ?? [];
    const damaged: CacheSource = {
      ...source,
      locateBlobs: source.locateBlobs,
      async openBlob(digest) {
        const reader = await source.openBlob(digest);
        if (digest !== layer?.digest) return reader;
        return {
          size: reader.size,
          read: reader.read,
          async *stream() {
            yield new Uint8Array(reader.size);
          },
          [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
        };
      },
    };
    const report = await send('damaged:latest', { source: damaged });
    expect(report.resultsLeftOut).toBeGreaterThan(0);
    expect(report.warnings).toEqual([expect.stringContaining(layer?.digest ?? 'no layer')]);
    const { problems } = await createRegistrySource(parseRef(at('damaged:latest')), { repositories: plain }).read();
    expect(problems).toEqual([]);
  });

  test('a blob info cache that fails is a line of the log', async () => {
    const broken = async () => {
      throw new Error('the disk is gone');
    };
    const blobInfo: BIC = { ...createMemoryBlobInfoCache(), recordKnownLocations: broken, knownLocations: broken };
    const lines: string[] = [];
    const report = await send('bic:latest', { blobInfo, log: (text) => lines.push(text) });
    expect(report.blobsCopied).toBe(BLOBS);
    expect(lines.filter((line) => line.includes('was not remembered'))).toHaveLength(2);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { parseS3Address } from '../../../shared/oci/s3-address.ts';
import { describeCacheSource } from '../../engine/ports/cache-source.suite.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import { noTestData, openTestData } from '../../engine/testing/real-caches.ts';
import { hasS3Server, S3_ACCOUNT, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { createS3Connectors } from './client.ts';
import { createS3Source } from './source.ts';
import { s3Adapter } from './source-adapter.ts';
import { createTestBucket, SHORT_LIMITS, type TestBucket } from './testing/test-bucket.ts';

const CONFIG = 'application/vnd.buildkit.cacheconfig.v0';
const digestOf = (hex: string) => parseDigest(`sha256:${hex.repeat(64)}`);

async function fault(work: Promise<unknown>): Promise<CacheError> {
  return work.then(
    () => expect.fail('it worked'),
    (error: unknown) => (error instanceof CacheError ? error : expect.fail(`not a CacheError: ${error}`)),
  );
}

/** A manifest of layers that unpack to something, none on another. */
function manifestOf(...layers: readonly { digest: Digest; size: number }[]): string {
  return JSON.stringify({
    layers: layers.map(({ digest, size }) => ({
      blob: digest,
      parent: -1,
      annotations: { mediaType: 'm', diffID: digestOf('d'), size, createdAt: '2026-01-02T03:04:05Z' },
    })),
    records: layers.map((_, layer) => ({
      layers: [{ layer, createdAt: '2026-01-02T03:04:05Z' }],
      digest: digestOf(String(layer)),
    })),
  });
}

describe.runIf(hasS3Server())('caches in S3', () => {
  let server: S3Server;
  let bucket: TestBucket;
  beforeAll(async () => {
    server = await startS3Server();
    bucket = await createTestBucket(server, 'caches');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());
  const open = (location: string) => createS3Source(parseS3Address(location), bucket.connect);

  describe.skipIf(noTestData)(`as BuildKit wrote them ${noTestData ?? ''}`, () => {
    let folder = '';
    const location = () => bucket.at('app');
    beforeAll(async () => {
      using data = openTestData();
      folder = join(data.set('app'), 'app-v1-s3');
      await bucket.putFolder(folder, 'app/');
    });

    describeCacheSource('a cache in S3', {
      get adapter() {
        return s3Adapter((address) => bucket.connect(address));
      },
      location,
    });

    test('is what its objects say, field by field', async () => {
      const written = JSON.parse(readFileSync(join(folder, 'manifests/app'), 'utf8'));
      const progress: ReadProgress[] = [];
      const { caches, blobs, documents, problems } = await open(location()).read({
        onProgress: (each) => progress.push(each),
      });
      expect(problems).toEqual([]);
      expect(caches.map(({ ref, form }) => [ref, form])).toEqual([['app', 's3']]);
      const [cache] = caches;
      expect(cache?.manifest).toEqual(cache?.config);
      expect(cache?.manifest).toMatchObject({ mediaType: CONFIG, size: 17973, digest: documents[0] });
      expect(documents).toEqual(['sha256:00aca43db7ab3bdc22635981467916ce5770ac45e0554815f06b97cd7812570a']);
      expect(cache?.descriptors).toEqual(
        written.layers.map(({ blob, annotations }: { blob: string; annotations: Record<string, unknown> }) => ({
          mediaType: annotations.mediaType,
          digest: blob,
          size: annotations.size,
          annotations: {
            'buildkit/createdat': annotations.createdAt,
            'containerd.io/uncompressed': annotations.diffID,
          },
        })),
      );
      expect(cache?.parsed.recordDigest).toHaveLength(written.records.length);
      const sizes = new Map(cache?.descriptors.map(({ digest, size }) => [digest, size]));
      const layers = blobs.filter(({ digest }) => !documents.includes(digest));
      expect(new Map(layers.map(({ digest, size }) => [digest, size]))).toEqual(sizes);
      expect(progress.at(-1)).toEqual({ phase: 'Listing blobs', done: sizes.size, unit: 'blobs' });
      expect(progress[0]).toMatchObject({ phase: 'Reading app', total: 17973, unit: 'bytes' });
    });
  });

  test('all names below the prefix are caches of it, or those that are asked for', async () => {
    for (const name of ['pr-7', 'main', 'team/app']) await bucket.put(`many/manifests/${name}`, manifestOf());
    // What browsers of buckets leave behind, and a blob.
    await bucket.put('many/manifests/', '');
    await bucket.put('many/manifests/team/', '');
    await bucket.put(`many/blobs/${digestOf('0')}`, 'x');
    const refs = async (location: string) => (await open(location).read()).caches.map(({ ref }) => ref);
    expect(await refs(bucket.at('many'))).toEqual(['main', 'pr-7', 'team/app']);
    expect(await refs(bucket.at('many', '&name=pr-7;main'))).toEqual(['pr-7', 'main']);
    const { blobs, documents } = await open(bucket.at('many')).read();
    expect(blobs.map(({ digest }) => digest).sort()).toEqual([digestOf('0'), ...documents].sort());
  });

  test('prefixes are joined as BuildKit joins them, also where blobs lie among the manifests', async () => {
    await bucket.put('team-m-main', manifestOf({ digest: digestOf('1'), size: 1 }));
    await bucket.put(`team-b-${digestOf('1')}`, 'x');
    const joined = await open(bucket.at('', '&prefix=team-&manifests-prefix=m-&blobs-prefix=b-')).read();
    expect([joined.caches.map(({ ref }) => ref), joined.problems]).toEqual([['main'], []]);
    await bucket.put('flat/main', manifestOf({ digest: digestOf('1'), size: 1 }));
    await bucket.put(`flat/${digestOf('1')}`, 'x');
    const flat = await open(bucket.at('flat', '&manifests-prefix=&blobs-prefix=')).read();
    expect([flat.caches.map(({ ref }) => ref), flat.problems]).toEqual([['main'], []]);
  });

  test('layers that are gone or of another size are problems, and hide nothing else', async () => {
    const [gone, short, orphan] = [digestOf('a'), digestOf('b'), digestOf('c')];
    await bucket.put('holes/manifests/main', manifestOf({ digest: gone, size: 4 }, { digest: short, size: 4 }));
    await bucket.put(`holes/blobs/${short}`, 'xy');
    await bucket.put(`holes/blobs/${orphan}`, 'abc');
    const { problems, blobs, caches } = await open(bucket.at('holes')).read();
    expect(caches).toHaveLength(1);
    expect(problems.map(({ code, subject }) => [code, subject])).toEqual([
      ['NOT_FOUND', gone],
      ['SIZE_MISMATCH', short],
    ]);
    expect(blobs.map(({ digest, size, problem }) => [digest, size, problem])).toEqual(
      expect.arrayContaining([
        [short, 2, 'SIZE_MISMATCH'],
        [orphan, 3, undefined],
      ]),
    );
    expect(await fault(open(bucket.at('holes')).openBlob(gone))).toMatchObject({ code: 'NOT_FOUND', subject: gone });
  });

  test('a manifest that cannot be read is left out, unless it was asked for', async () => {
    await bucket.put('bad/manifests/main', manifestOf());
    await bucket.put('bad/manifests/odd', `{"layers":[{"blob":"${digestOf('1')}","parent":-1}]}`);
    const { caches, problems } = await open(bucket.at('bad')).read();
    expect(caches.map(({ ref }) => ref)).toEqual(['main']);
    const message = expect.stringContaining('manifest of odd');
    expect(problems).toMatchObject([{ code: 'CORRUPT', subject: 'layers[0].annotations', message }]);
    const named = await fault(open(bucket.at('bad', '&name=odd')).read());
    expect(named).toMatchObject({ code: 'CORRUPT', subject: 'layers[0].annotations' });
    await bucket.put('worse/manifests/odd', `${manifestOf()} {}`);
    expect(await fault(open(bucket.at('worse')).read())).toMatchObject({ code: 'CORRUPT' });
  });

  test('the fingerprint tells a new manifest and a lost blob, and no more', async () => {
    const blob = { digest: digestOf('e'), size: 1 };
    await bucket.put('told/manifests/main', manifestOf(blob));
    await bucket.put(`told/blobs/${blob.digest}`, 'x');
    const source = open(bucket.at('told'));
    const first = await source.fingerprint();
    expect((await source.read()).fingerprint).toBe(first);
    await bucket.put(`told/blobs/${blob.digest}`, 'x');
    expect(await source.fingerprint()).toBe(first);
    await bucket.delete(`told/blobs/${blob.digest}`);
    const second = await source.fingerprint();
    expect(second).not.toBe(first);
    await bucket.put('told/manifests/main', manifestOf());
    expect(await source.fingerprint()).not.toBe(second);
  });

  test('nothing under the prefix, or no bucket, is said so', async () => {
    const adapter = s3Adapter(bucket.connect);
    const opened = (location: string) => fault(adapter.open(location, { isMeant: true }));
    expect(await opened(bucket.at('none'))).toMatchObject({ code: 'NOT_FOUND', subject: bucket.at('none') });
    expect(await opened(bucket.at('many', '&name=other'))).toMatchObject({ code: 'NOT_FOUND' });
    const elsewhere = bucket.at('').replace('caches', 'nowhere');
    expect(await opened(elsewhere)).toMatchObject({ code: 'NOT_FOUND', message: 'There is no bucket of this name.' });
  });

  test('who asks with wrong keys is told which, and no secret is repeated', async () => {
    const asked = async (environment: Record<string, string>, more: object = {}) => {
      const connect = createS3Connectors({ environment, limits: SHORT_LIMITS, ...more }).connect;
      return fault(createS3Source(parseS3Address(bucket.at('many')), connect).read());
    };
    const right = server.environment;
    const errors = [
      await asked({ ...right, AWS_SECRET_ACCESS_KEY: 'wrong-secret-key' }),
      await asked({ ...right, AWS_ACCESS_KEY_ID: 'unknown-key-id' }),
      await asked({ ...right }, { clockOffsetMs: 3_600_000 }),
    ];
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['ACCESS_DENIED', 'The secret key does not belong to the access key.'],
      ['ACCESS_DENIED', 'The server does not know the access key.'],
      ['ACCESS_DENIED', 'The clock of this machine and that of the server are too far apart.'],
    ]);
    for (const error of errors) {
      expect(JSON.stringify(error)).not.toMatch(/wrong-secret-key|unknown-key-id/);
      expect(JSON.stringify(error)).not.toContain(S3_ACCOUNT.secretAccessKey);
    }
  });

  test('a server that says nothing is given up', async () => {
    const connect = createS3Connectors({ environment: server.environment, limits: SHORT_LIMITS }).connect;
    const source = createS3Source(parseS3Address(bucket.at('many')), connect);
    await source.fingerprint();
    server.pause();
    try {
      expect(await fault(source.fingerprint())).toMatchObject({ code: 'UNAVAILABLE', subject: source.location });
    } finally {
      server.resume();
    }
    await source.fingerprint();
  });
});

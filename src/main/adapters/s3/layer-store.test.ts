import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeLayerStore } from '../../engine/ports/layer-store.suite.ts';
import type { LayerProvider } from '../../engine/ports/layer-store.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { createMemoryLayerInfoCache } from '../memory/layer-info-cache.ts';
import { S3LayerStore } from './layer-store.ts';
import { countedConnector } from './testing/counted-connector.ts';
import { createTestBucket, type TestBucket } from './testing/test-bucket.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe.runIf(hasS3Server())('layers in S3', () => {
  let server: S3Server;
  let bucket: TestBucket;
  beforeAll(async () => {
    server = await startS3Server();
    bucket = await createTestBucket(server, 'layers');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());
  const config = () => ({ bucket: 'layers', endpointURL: server.endpoint, region: 'us-east-1', blobsPrefix: 'blobs/' });

  describeLayerStore('S3', {
    open: async () => new S3LayerStore(config(), { connect: bucket.connect }),
    damage: ({ digest }, bytes) => bucket.put(`blobs/${digest}`, bytes),
    contents: async () => ({
      layers: (await bucket.keys('blobs/')).map((key) => key.slice('blobs/'.length)),
      leftovers: await bucket.pendingUploads(),
    }),
  });

  const counted = () => countedConnector(bucket.connect);
  function layer(size: number) {
    const bytes = randomBytes(size);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const provider: LayerProvider = {
      openBlob: async () => ({
        size,
        read: async () => 0,
        async *stream() {
          yield bytes;
        },
        [Symbol.asyncDispose]: async () => {},
      }),
    };
    return { descriptor: { mediaType: '', digest, size }, provider };
  }

  test('a second push of the same layers sends nothing at all, for a day', async () => {
    await using layerInfo = createMemoryLayerInfoCache();
    const { connect, sent } = counted();
    let now = Date.now();
    const store = new S3LayerStore(config(), { connect, layerInfo, now: () => now });
    const layers = [layer(10), layer(20), layer(30)];
    for (const { descriptor, provider } of layers) await store.pushLayer(descriptor, provider);
    expect(sent).toEqual({ HeadObjectCommand: 3, PutObjectCommand: 3 });
    for (const { descriptor, provider } of layers) {
      expect(await store.pushLayer(descriptor, provider)).toBe('there');
    }
    expect(sent).toEqual({ HeadObjectCommand: 3, PutObjectCommand: 3 });
    now += DAY_MS + 1000;
    expect(await store.pushLayer(layers[0]?.descriptor ?? expect.fail(), layers[0]?.provider ?? expect.fail())).toBe(
      'there',
    );
    // It is asked for again, and old enough to be made new.
    expect(sent).toEqual({ HeadObjectCommand: 4, PutObjectCommand: 3, CopyObjectCommand: 1 });
  });

  test('a layer that is there for long is made new again, with the time beside it', async () => {
    const { connect, sent } = counted();
    const { descriptor, provider } = layer(100);
    await new S3LayerStore(config(), { connect }).pushLayer(descriptor, provider);
    const later = Date.UTC(2030, 0, 2, 3, 4, 5, 600);
    const store = new S3LayerStore(config(), { connect, now: () => later });
    expect(await store.pushLayer(descriptor, provider)).toBe('there');
    expect(sent).toMatchObject({ CopyObjectCommand: 1, PutObjectCommand: 1 });
    expect(await bucket.metadata(`blobs/${descriptor.digest}`)).toEqual({
      'updated-at': '2030-01-02 03:04:05.6 +0000 UTC',
    });
    const patient = new S3LayerStore(config(), { connect, now: () => later, touchAfterMs: 100 * 365 * DAY_MS });
    await patient.pushLayer(descriptor, provider);
    expect(sent).toMatchObject({ CopyObjectCommand: 1 });
  });

  test('a layer that is there with another size is written anew', async () => {
    const { descriptor, provider } = layer(100);
    await bucket.put(`blobs/${descriptor.digest}`, 'short');
    const store = new S3LayerStore(config(), { connect: bucket.connect });
    expect(await store.pushLayer(descriptor, provider)).toBe('copied');
    await using reader = await store.readerAt(descriptor);
    expect(await reader.readAt(new Uint8Array(200), 0)).toBe(100);
  });
});

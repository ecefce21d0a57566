import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noTestData, openTestData, type TestData } from '../testing/real-caches.ts';
import { marshalCacheConfig } from './marshal.ts';
import { parseCacheConfig } from './parse.ts';
import { withLayerAnnotations, withoutLayerAnnotations } from './s3-manifest.ts';

const BLOB = `sha256:${'a'.repeat(64)}`;
const DIFF = `sha256:${'b'.repeat(64)}`;
const read = (text: string) => parseCacheConfig([Buffer.from(text)]);
const layer = (annotations: object | undefined) =>
  JSON.stringify({ layers: [{ blob: BLOB, parent: -1, ...(annotations ? { annotations } : {}) }] });

describe('descriptors of layers in an S3 manifest', () => {
  test('are those of a manifest', async () => {
    const annotations = { mediaType: 'm', diffID: DIFF, size: 7, createdAt: '2026-11-21T08:41:37.685866661Z' };
    const { config, descriptors } = withoutLayerAnnotations(await read(layer(annotations)));
    expect(config.layerAnnotations.size).toBe(0);
    expect(descriptors).toEqual([
      {
        mediaType: 'm',
        digest: BLOB,
        size: 7,
        annotations: { 'buildkit/createdat': annotations.createdAt, 'containerd.io/uncompressed': DIFF },
      },
    ]);
  });

  test('a time that was never set is none, and is written again', async () => {
    const text = layer({ diffID: DIFF, createdAt: '0001-01-01T00:00:00Z' });
    const bare = withoutLayerAnnotations(await read(text));
    expect(bare.descriptors[0]).toEqual({
      mediaType: '',
      digest: BLOB,
      size: 0,
      annotations: { 'containerd.io/uncompressed': DIFF },
    });
    expect(Buffer.concat([...marshalCacheConfig(withLayerAnnotations(bare))]).toString()).toBe(text);
  });

  test.each([
    ['none at all', undefined, 'layers[0].annotations'],
    ['no diffID', { mediaType: 'm', size: 1 }, 'layers[0].annotations.diffID'],
    ['a diffID that is none', { diffID: 'sha256:12' }, 'layers[0].annotations.diffID'],
    ['a negative size', { diffID: DIFF, size: -1 }, 'layers[0].annotations.size'],
    ['a time that is none', { diffID: DIFF, createdAt: 'yesterday' }, 'layers[0].annotations.createdAt'],
  ])('%s is CORRUPT', async (_, annotations, subject) => {
    const config = await read(layer(annotations));
    expect(() => withoutLayerAnnotations(config)).toThrow(expect.objectContaining({ code: 'CORRUPT', subject }));
  });

  test('a layer that does not say what it unpacks to cannot be written', async () => {
    const config = await read(layer(undefined));
    const descriptors = [{ mediaType: 'm', digest: BLOB, size: 1 }];
    expect(() => withLayerAnnotations({ config, descriptors })).toThrow(
      expect.objectContaining({ code: 'CORRUPT', subject: 'layers[0].annotations' }),
    );
  });

  describe.skipIf(noTestData)(`of a real cache ${noTestData ?? ''}`, () => {
    let data: TestData;
    beforeAll(() => {
      data = openTestData();
    });
    afterAll(() => data[Symbol.dispose]());

    test('what BuildKit wrote is read and written back byte for byte', async () => {
      const written = readFileSync(join(data.set('app'), 'app-v1-s3/manifests/app'), 'utf8');
      const bare = withoutLayerAnnotations(await read(written));
      expect(bare.descriptors).toHaveLength(30);
      const whole = withLayerAnnotations(bare);
      expect(Buffer.concat([...marshalCacheConfig(whole)]).toString()).toBe(written);
    });
  });
});

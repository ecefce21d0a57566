import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { noTestData, openTestData, type TestData } from '../testing/real-caches.ts';
import { readInlineCache } from './inline.ts';
import { unpackConfig } from './parse.ts';

const LAYER = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${'a'.repeat(64)}`, size: 1 };

function imageConfig(fields: object): Uint8Array {
  return Buffer.from(JSON.stringify({ rootfs: { type: 'layers', diff_ids: ['sha256:x'] }, ...fields }));
}

describe('inline caches', () => {
  test('an image without one', async () => {
    expect(await readInlineCache(imageConfig({}), [LAYER], 'image')).toBeUndefined();
  });

  test.each([
    ['not base64', { 'moby.buildkit.cache.v0': '%%%' }],
    ['not records', { 'moby.buildkit.cache.v0': Buffer.from('{}').toString('base64') }],
    ['another number of layers', { 'moby.buildkit.cache.v0': 'W10=', rootfs: { diff_ids: [] } }],
    [
      'a layer that the image has not',
      {
        'moby.buildkit.cache.v0': Buffer.from(
          '[{"digest":"x:y","layers":[{"layer":1,"createdAt":"2024-01-02T03:04:05Z"}]}]',
        ).toString('base64'),
      },
    ],
  ])('%s is CORRUPT', async (_, fields) => {
    const error = await readInlineCache(imageConfig(fields), [LAYER], 'image').catch((thrown: unknown) => thrown);
    expect(isCacheError(error, 'CORRUPT')).toBe(true);
  });

  describe.skipIf(noTestData)(`of a real image ${noTestData ?? ''}`, () => {
    let data: TestData;
    beforeAll(() => {
      data = openTestData();
    });
    afterAll(() => data[Symbol.dispose]());

    test('the records are those BuildKit wrote, over the layers of the image', async () => {
      const raw = (name: string) => readFileSync(join(data.set('app'), 'registry-raw', name));
      const manifest = JSON.parse(raw('inline.manifest.json').toString()) as { layers: Descriptor[] };
      const written = JSON.parse(raw('inline.cache.v0.json').toString()) as { digest: string }[];
      const cache = await readInlineCache(raw('inline.image-config.json'), manifest.layers, 'image');
      if (cache === undefined) return expect.fail('there is no inline cache');
      const config = unpackConfig(cache.config);
      expect([...config.recordDigest].map((text) => config.texts[text])).toEqual(
        written.map((record) => record.digest),
      );
      expect([...config.layerParent]).toEqual(manifest.layers.map((_, i) => i - 1));
      expect(config.resultLayer.length + config.chains.length).toBeGreaterThan(0);
      expect(cache.layers[0]?.annotations).toMatchObject({
        'containerd.io/uncompressed': expect.stringMatching(/^sha256:/),
        'buildkit/description': expect.stringContaining('COPY busybox'),
      });
    });
  });
});

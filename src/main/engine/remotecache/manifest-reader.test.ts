import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import { runSteps } from '../streams/steps.ts';
import { FIXTURES, realCaches } from '../testing/real-caches.ts';
import { describeManifest } from './describe-manifest.ts';
import {
  countOf,
  descriptorAt,
  mediaTypeAt,
  type PackedDescriptors,
  packDescriptors,
  readManifest,
  unpackDescriptors,
  without,
} from './manifest-reader.ts';

const D = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const layer = (n: number) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: D(n), size: n });
const config = { mediaType: MEDIA_TYPES.cacheConfig, digest: D(99), size: 5 };

async function read(document: string | object, pieceBytes = 1 << 20) {
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  return readManifest(pieces);
}

async function fault(action: () => unknown): Promise<CacheError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof CacheError) return error;
    throw error;
  }
  return expect.fail('it was read');
}

const all = (packed: PackedDescriptors) => runSteps(unpackDescriptors(packed));

describe('reading a manifest', () => {
  test.each(realCaches(FIXTURES))(
    '$name: descriptors are those of JSON.parse, in pieces of any size',
    async (cache) => {
      const plain = JSON.parse(cache.manifest.toString()) as {
        layers?: object[];
        config?: object;
        manifests?: object[];
      };
      for (const size of [1, 100, 1 << 20]) {
        const document = await read(cache.manifest.toString(), size);
        expect(all(document.descriptors)).toEqual(plain.layers ?? plain.manifests);
        expect(document.config).toEqual(plain.config);
      }
    },
  );

  test('a config behind the layers, annotations without value, a size beyond 32 bits', async () => {
    const big = { ...layer(1), size: 2 ** 40 + 3, annotations: { a: '1', b: '2' } };
    const document = await read({ layers: [big, layer(2)], config: { ...config, annotations: null } });
    expect(document.config).toEqual(config);
    expect(descriptorAt(without(document.descriptors, 0), 0)).toEqual(layer(2));
    expect(mediaTypeAt(document.descriptors, 1)).toBe(layer(2).mediaType);
    expect(countOf(document.descriptors)).toBe(2);
    expect(all(document.descriptors)).toEqual([big, layer(2)]);
    expect(all(packDescriptors([big, layer(2)]))).toEqual([big, layer(2)]);
  });

  test.each<[string, string | object, string, string]>([
    [
      'a digest that climbs out',
      { layers: [layer(1), { ...layer(2), digest: 'sha256:../../x' }] },
      'INVALID_INPUT',
      'layers[1].digest',
    ],
    ['a config without digest', { config: {} }, 'INVALID_INPUT', 'config.digest'],
    ['a negative size', { config, layers: [{ ...layer(1), size: -1 }] }, 'CORRUPT', 'layers[0].size'],
    ['an absurd size', '{"layers":[{"size":99999999999999999999}]}', 'CORRUPT', 'layers[0].size'],
    ['an index entry without digest', { manifests: [layer(1), {}] }, 'INVALID_INPUT', 'manifests[1].digest'],
    [
      'a manifest cut in half',
      JSON.stringify({ config, layers: [layer(1)] }).slice(0, -70),
      'CORRUPT',
      'layers[0].digest',
    ],
    ['no object', '[]', 'CORRUPT', 'manifest'],
  ])('%s', async (_, document, code, subject) => {
    const error = await fault(() => read(document));
    expect({ code: error.code, subject: error.subject }).toEqual({ code, subject });
  });
});

describe('telling what a manifest is', () => {
  const classify = async (document: object, declared = '') => describeManifest(await read(document), declared, 'here');

  test.each<[string, object, string, object]>([
    [
      'an image manifest with a cache config',
      { config, layers: [layer(1)] },
      '',
      { kind: 'cache', form: 'image-manifest' },
    ],
    [
      'an OCI index',
      { mediaType: MEDIA_TYPES.ociIndex, manifests: [layer(1), config] },
      '',
      { kind: 'cache', form: 'index-oci' },
    ],
    [
      'a Docker list',
      { mediaType: MEDIA_TYPES.dockerManifestList, manifests: [config] },
      '',
      { kind: 'cache', form: 'index-docker' },
    ],
    [
      'an index that does not say its type',
      { manifests: [config] },
      MEDIA_TYPES.dockerManifestList,
      { kind: 'cache', form: 'index-docker' },
    ],
    ['an image', { config: { ...config, mediaType: MEDIA_TYPES.ociImageConfig }, layers: [] }, '', { kind: 'image' }],
    ['an image index', { manifests: [layer(1)] }, '', { kind: 'index' }],
  ])('%s', async (_, document, declared, expected) => {
    expect(await classify(document, declared)).toMatchObject(expected);
  });

  test('the last cache config of an index wins, the others count as layers', async () => {
    const described = await classify({ manifests: [config, layer(1), { ...config, digest: D(98) }, layer(2)] });
    if (described.kind !== 'cache') return expect.fail('not a cache');
    expect(described.config.digest).toBe(D(98));
    expect(all(described.layers)).toEqual([config, layer(1), layer(2)]);
  });

  test.each([
    ['fields of both', { config, manifests: [layer(1)] }],
    ['a manifest that calls itself an index', { mediaType: MEDIA_TYPES.ociIndex, config }],
    ['an index that calls itself a manifest', { mediaType: MEDIA_TYPES.dockerManifest, manifests: [config] }],
  ])('%s is CORRUPT', async (_, document) => {
    expect(await fault(() => classify(document))).toMatchObject({ code: 'CORRUPT', subject: 'here' });
  });
});

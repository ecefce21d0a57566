import { describe, expect, test } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import { digestOf } from '../catalog/testing/small-source.ts';
import { reachableBlobs } from './reachable-blobs.ts';

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const link = (word: string, mediaType: string = LAYER) => ({ mediaType, digest: digestOf(word), size: 1 });
const index = (...manifests: ReturnType<typeof link>[]): LayoutIndexDocument => ({ manifests });

const DOCUMENTS: Readonly<Record<string, unknown>> = {
  image: { config: link('config', MEDIA_TYPES.ociImageConfig), layers: [link('l1'), link('l2')] },
  cache: { manifests: [link('l2'), link('l3'), link('cache config', MEDIA_TYPES.cacheConfig)] },
  platforms: { manifests: [link('image', MEDIA_TYPES.ociManifest), link('gone', MEDIA_TYPES.ociManifest)] },
  signature: { config: link('c', 'x'), layers: [], subject: link('image', MEDIA_TYPES.ociManifest) },
  looped: { manifests: [link('looped', MEDIA_TYPES.ociIndex)] },
  odd: 'not an object',
  broken: undefined,
};

const reach = (...roots: ReturnType<typeof link>[]) =>
  reachableBlobs(index(...roots), async (digest) => {
    const word = Object.keys(DOCUMENTS).find((each) => digestOf(each) === digest);
    if (word === undefined) return undefined;
    return new TextEncoder().encode(word === 'broken' ? '{"layers":[' : JSON.stringify(DOCUMENTS[word]));
  });

describe('what an index leads to', () => {
  test.each([
    { root: 'image', found: ['image', 'config', 'l1', 'l2'] },
    { root: 'cache', found: ['cache', 'l2', 'l3', 'cache config'] },
    { root: 'platforms', found: ['platforms', 'image', 'gone', 'config', 'l1', 'l2'] },
    { root: 'signature', found: ['signature', 'c', 'image', 'config', 'l1', 'l2'] },
    { root: 'looped', found: ['looped'] },
    { root: 'missing', found: ['missing'] },
  ])('$root', async ({ root, found }) => {
    // Whatever type the entry claims, a reference leads to a document.
    expect([...(await reach(link(root, 'application/octet-stream')))].sort()).toEqual(found.map(digestOf).sort());
  });

  test.each(['broken', 'odd'])('a manifest that cannot be understood stops everything: %s', async (root) => {
    await expect(reach(link(root))).rejects.toMatchObject({ code: 'CORRUPT', subject: digestOf(root) });
  });

  test('a digest that is none stops everything', async () => {
    const bad = { ...link('image'), digest: 'sha256:../../x' };
    await expect(reach(bad)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(parseDigest(digestOf('x'))).toBe(digestOf('x'));
  });
});

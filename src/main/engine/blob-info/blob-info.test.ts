import { describe, expect, test } from 'vitest';
import { parseRef, type Ref } from '../../../shared/oci/reference.ts';
import { createMemoryBlobInfoCache } from '../../adapters/memory/testing/blob-info-cache.ts';
import { BytesTracker } from './bytes-tracker.ts';
import { LayerBlobInfo } from './layer-blob-info.ts';
import { locateLayer, locateLayerDigest, recordLayerSource } from './locate.ts';

const layer = (digest: string, diffID?: string) => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest,
  size: 10,
  ...(diffID === undefined ? {} : { annotations: { 'containerd.io/uncompressed': diffID } }),
});

describe('locating a layer', () => {
  let now = 0;
  const bic = createMemoryBlobInfoCache({ now: () => now, wait: async () => {} });
  const [here, there, folder] = [
    parseRef('docker://r1.io/here:1'),
    parseRef('docker://r2.io/there:1'),
    parseRef('/caches/a'),
  ];

  test('same registry first, then the most recently recorded', async () => {
    for (const ref of [here, there, folder]) {
      now += 1;
      await recordLayerSource(bic, layer('sha256:a', 'sha256:u'), ref);
    }
    const dest = parseRef('docker://r1.io/other:1');
    const refs = async (found: Promise<readonly { readonly ref: Ref }[]>) => (await found).map(({ ref }) => ref);
    expect(await refs(locateLayer(bic, layer('sha256:a'), dest, false))).toEqual([here, folder, there]);
    expect(await locateLayer(bic, layer('sha256:a'), dest, true)).toEqual([{ ref: here, recordedAt: 1 }]);
    expect(await locateLayerDigest(bic, 'sha256:a', parseRef('docker://r3.io/x'), true)).toEqual([]);
    expect(await locateLayerDigest(bic, 'sha256:none', dest, false)).toEqual([]);
    expect(await bic.uncompressedDigest('sha256:a')).toBe('sha256:u');
  });

  test('getSources gives every place of every layer that has one', async () => {
    const sources = await new LayerBlobInfo([layer('sha256:a'), layer('sha256:b'), layer('sha256:a')]).getSources(bic);
    expect([...sources]).toEqual([['sha256:a', ['/caches/a', 'docker://r2.io/there:1', 'docker://r1.io/here:1']]]);
  });
});

test('BytesTracker counts every descriptor, and each digest once', () => {
  const tracker = new BytesTracker();
  for (const [digest, size] of [
    ['a', 3],
    ['b', 5],
    ['a', 3],
    ['c', 0],
  ] as const)
    tracker.add({ digest, size });
  expect([tracker.total, tracker.deduplicated]).toEqual([11, 8]);
});

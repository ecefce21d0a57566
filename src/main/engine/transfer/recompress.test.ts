import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { ANNOTATIONS, compressionOf } from '../../../shared/oci/media-types.ts';
import { openSource } from '../../adapters/oci-layout/index.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { CacheSource, SourceCache } from '../ports/cache-source.ts';
import { layerDescriptors } from '../remotecache/manifest.ts';
import { replaceBlobs } from '../remotecache/replace-blobs.ts';
import { createMemoryBlobs, digestOf } from '../testing/memory-blobs.ts';
import { noTestData, openTestData } from '../testing/real-caches.ts';
import { type RecompressOptions, recompressBlob } from './recompress.ts';
import type { LayerCompression } from './recompressed-layer.ts';

const OCI = 'application/vnd.oci.image.layer.v1.tar';
const DOCKER = 'application/vnd.docker.image.rootfs.diff.tar';
const tar = Buffer.concat([Buffer.from('not read as a tar '.repeat(400)), randomBytes(300)]);

function blobOf(bytes: Uint8Array, mediaType: string, annotations: Record<string, string> = {}): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length, annotations };
}

async function recompress(
  source: CacheSource,
  blob: Descriptor,
  to: LayerCompression,
  options: RecompressOptions = {},
) {
  const chunks: Uint8Array[] = [];
  const written = await recompressBlob(source, blob, to, async (chunk) => void chunks.push(chunk), options);
  return { written, bytes: Buffer.concat(chunks) };
}

async function fault(source: CacheSource, blob: Descriptor, options?: RecompressOptions): Promise<CacheError> {
  try {
    await recompress(source, blob, 'zstd', options);
  } catch (error) {
    return error instanceof CacheError ? error : expect.fail(String(error));
  }
  return expect.fail('it was recompressed');
}

describe('a layer', () => {
  const types = [
    ['uncompressed', tar, OCI, DOCKER],
    ['gzip', gzipSync(tar), `${OCI}+gzip`, `${DOCKER}.gzip`],
    ['zstd', zstdCompressSync(tar), `${OCI}+zstd`, `${DOCKER}.zstd`],
  ] as const;
  const pairs = types.flatMap((from) => types.slice(1).map((to) => [from[0], to[0], from, to] as const));

  test.each(pairs)('from %s to %s', async (_, name, [, bytes, ...from], [, , ...to]) => {
    for (const [at, mediaType] of from.entries()) {
      const blob = blobOf(bytes, mediaType, {
        [ANNOTATIONS.createdAt]: 'then',
        [ANNOTATIONS.uncompressed]: digestOf(tar),
      });
      const { written, bytes: out } = await recompress(createMemoryBlobs([bytes]), blob, name as LayerCompression);
      if (mediaType === to[at]) {
        expect(written).toBe('same');
        expect(out.length).toBe(0);
        continue;
      }
      expect(written).toEqual({ ...blob, mediaType: to[at], digest: digestOf(out), size: out.length });
      expect((name === 'gzip' ? gunzipSync(out) : zstdDecompressSync(out)).equals(tar)).toBe(true);
    }
  });

  test('comes out the same however its bytes come in, and says nothing of time and system', async () => {
    const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * (i >> 9)) >> 5));
    for (const to of ['gzip', 'zstd'] as const) {
      const from = [large, Buffer.concat([gzipSync(large.subarray(0, 999_999)), gzipSync(large.subarray(999_999))])];
      const outs: Buffer[] = [];
      for (const bytes of from) {
        const source = createMemoryBlobs([bytes]);
        const whole: CacheSource = {
          ...source,
          openBlob: async (digest) => {
            const reader = await source.openBlob(digest);
            return {
              ...reader,
              [Symbol.asyncDispose]: async () => {},
              stream: async function* () {
                yield bytes;
              },
            };
          },
        };
        outs.push((await recompress(whole, blobOf(bytes, 'application/octet-stream'), to)).bytes);
      }
      const [plain, packed] = outs;
      if (to === 'gzip') expect(plain?.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
      // A layer that is gzip already is left as it is, where only its first bytes say so.
      if (to === 'gzip') expect(packed?.length).toBe(0);
      else expect(packed?.equals(plain ?? Buffer.of())).toBe(true);
    }
    const source = createMemoryBlobs([tar]);
    const [a, b] = [
      await recompress(source, blobOf(tar, OCI), 'gzip'),
      await recompress(source, blobOf(tar, OCI), 'gzip'),
    ];
    expect(a.bytes.equals(b.bytes)).toBe(true);
  });

  test('without a diff id gets one', async () => {
    const bytes = gzipSync(tar);
    const { mediaType, digest, size } = blobOf(bytes, `${OCI}+gzip`);
    const { written } = await recompress(createMemoryBlobs([bytes]), { mediaType, digest, size }, 'zstd');
    expect(written).toMatchObject({ annotations: { [ANNOTATIONS.uncompressed]: digestOf(tar) } });
  });

  test('loses what was said of its packed bytes, and keeps the rest', async () => {
    const bytes = gzipSync(tar);
    const blob = blobOf(bytes, `${OCI}+gzip`, {
      'containerd.io/snapshot/stargz/toc.digest': digestOf(tar),
      'io.containers.estargz.uncompressed-size': '1',
      'io.github.containers.zstd-chunked.manifest-position': '1:2:3:1',
      'containerd.io/distribution.source.example.org': 'app',
      'org.example.kept': 'yes',
    });
    const { written } = await recompress(createMemoryBlobs([bytes]), blob, 'zstd');
    expect(written).toMatchObject({
      annotations: { 'org.example.kept': 'yes', [ANNOTATIONS.uncompressed]: digestOf(tar) },
    });
    expect(written === 'same' ? [] : Object.keys(written.annotations ?? {})).toHaveLength(2);
  });

  test('of many zstd frames keeps them all', async () => {
    const params = { [constants.ZSTD_c_checksumFlag]: 1 };
    const bytes = Buffer.concat([
      zstdCompressSync(tar.subarray(0, 99), { params }),
      zstdCompressSync(tar.subarray(99)),
    ]);
    const { bytes: out } = await recompress(createMemoryBlobs([bytes]), blobOf(bytes, `${OCI}+zstd`), 'gzip');
    expect(gunzipSync(out).equals(tar)).toBe(true);
  });
});

describe('what is not as it says', () => {
  const bytes = gzipSync(tar);
  const blob = blobOf(bytes, `${OCI}+gzip`);
  const changedAt = (at: number) => {
    const source = createMemoryBlobs([bytes]);
    const other = Buffer.from(bytes);
    other[at] = (other[at] ?? 0) ^ 1;
    source.blobs.set(digestOf(bytes), other);
    return source;
  };

  test.each<[string, () => [CacheSource, Descriptor], string]>([
    ['a byte of the content', () => [changedAt(bytes.length - 100), blob], 'DIGEST_MISMATCH'],
    ['a byte that nobody reads', () => [changedAt(4), blob], 'DIGEST_MISMATCH'],
    ['the checksum', () => [changedAt(bytes.length - 5), blob], 'DIGEST_MISMATCH'],
    ['a byte more', () => [createMemoryBlobs([bytes]), { ...blob, size: blob.size + 1 }], 'SIZE_MISMATCH'],
    ['nothing there', () => [createMemoryBlobs([]), blob], 'NOT_FOUND'],
    [
      'another diff id',
      () => [createMemoryBlobs([bytes]), { ...blob, annotations: { [ANNOTATIONS.uncompressed]: digestOf(bytes) } }],
      'DIGEST_MISMATCH',
    ],
    [
      'a diff id that is none',
      () => [createMemoryBlobs([bytes]), { ...blob, annotations: { [ANNOTATIONS.uncompressed]: '../x' } }],
      'CORRUPT',
    ],
    [
      'made like that',
      () => {
        const cut = bytes.subarray(0, -3);
        return [createMemoryBlobs([cut]), blobOf(cut, `${OCI}+gzip`)];
      },
      'CORRUPT',
    ],
    [
      'xz',
      () => {
        const xz = Buffer.from('fd377a585a00', 'hex');
        return [createMemoryBlobs([xz]), blobOf(xz, OCI)];
      },
      'UNSUPPORTED_FORMAT',
    ],
  ])('%s', async (_, make, code) => {
    const [source, described] = make();
    const error = await fault(source, described);
    expect({ code: error.code, subject: error.subject }).toEqual({ code, subject: described.digest });
  });

  test('a changed layer is told of in whole sentences', async () => {
    const error = await fault(changedAt(4), blob);
    expect(error.message).toBe('A layer cannot be recompressed. Its bytes have another digest: it was changed.');
  });

  test('a bomb stops at the ratio limit', async () => {
    const zeros = gzipSync(Buffer.alloc(20 << 20));
    const limits = { ratio: 100, floorBytes: 1 << 20 };
    const error = await fault(createMemoryBlobs([zeros]), blobOf(zeros, `${OCI}+gzip`), { limits });
    expect(error).toMatchObject({ code: 'CORRUPT', subject: digestOf(zeros) });
  });

  test('a signal that fires in the middle is CANCELLED, and what the writer throws comes through', async () => {
    const stop = new AbortController();
    const source = createMemoryBlobs([bytes]);
    const error = await fault(source, blob, { signal: stop.signal, onBytes: () => stop.abort() });
    expect(error.code).toBe('CANCELLED');
    const full = new CacheError('NO_SPACE', 'full');
    await expect(recompressBlob(source, blob, 'zstd', () => Promise.reject(full))).rejects.toBe(full);
  });
});

/** What a cache says but for how its layers are packed: records with results as lists of what `layerName` makes of a layer. */
function contentOf(config: CacheConfig, layerName: (layer: number) => string): string {
  const lines: string[] = [];
  const text = (at: number | undefined) => config.texts[at ?? 0];
  for (let record = 0; record < config.recordDigest.length; record++) {
    const inputs: unknown[] = [];
    for (let i = config.inputOffset[record] ?? 0; i < (config.inputOffset[record + 1] ?? 0); i++) {
      const from = config.alternativeOffset[i] ?? 0;
      const links = [...config.alternativeLink.subarray(from, config.alternativeOffset[i + 1])];
      inputs.push(links.map((to, at) => [text(config.recordDigest[to]), text(config.alternativeSelector[from + at])]));
    }
    const results: unknown[] = [];
    for (let i = config.resultOffset[record] ?? 0; i < (config.resultOffset[record + 1] ?? 0); i++) {
      const chain: unknown[] = [];
      for (let at = config.resultLayer[i] ?? -1; at >= 0; at = config.layerParent[at] ?? -1) chain.push(layerName(at));
      results.push(chain);
    }
    lines.push(JSON.stringify([text(config.recordDigest[record]), inputs, results]));
  }
  return lines.sort().join('\n');
}

/** The names of a config's layers by their contents. */
function byDiffId(config: CacheConfig, descriptors: readonly Descriptor[]): (layer: number) => string {
  const layers = layerDescriptors(config, descriptors);
  return (layer) => layers[layer]?.annotations?.[ANNOTATIONS.uncompressed] ?? 'no diff id';
}

describe.skipIf(noTestData)(`real caches ${noTestData ?? ''}`, () => {
  async function open(name: string): Promise<{ source: CacheSource; cache: SourceCache }> {
    using data = openTestData();
    const source = await openSource(join(data.set('app'), name));
    const [cache] = (await source.read()).caches;
    return { source, cache: cache ?? expect.fail('no cache') };
  }

  async function recompressed(name: string, to: LayerCompression) {
    const { source, cache } = await open(name);
    const blobs = new Map<string, Descriptor>();
    for (const blob of new Map(cache.descriptors.map((each) => [each.digest, each])).values()) {
      const { written } = await recompress(source, blob, to);
      blobs.set(blob.digest, written === 'same' ? blob : written);
    }
    const config = replaceBlobs(cache.parsed, new Map([...blobs].map(([old, { digest }]) => [old, digest])));
    return { cache, config, layers: [...blobs.values()] };
  }

  const typesOf = (layers: readonly Descriptor[]) => new Set(layers.map(({ mediaType }) => mediaType));

  // One build, exported three times: the layers hold the same, to the byte.
  test.each([
    ['app-v1-uncompressed', 'app-v1-zstd-force'],
    ['app-v1-zstd-noforce', 'app-v1-zstd-force'],
  ])('%s to zstd is what BuildKit exports as %s, but for how well it is packed', async (from, same) => {
    const { config, layers } = await recompressed(from, 'zstd');
    const real = (await open(same)).cache;
    expect(typesOf(layers)).toEqual(typesOf(real.descriptors));
    const content = contentOf(config, byDiffId(config, layers));
    expect(content === contentOf(real.parsed, byDiffId(real.parsed, real.descriptors))).toBe(true);
    // Two libraries packed them, so that no byte is the same; the sizes are about.
    const sum = (all: readonly Descriptor[]) => all.reduce((bytes, { size }) => bytes + size, 0);
    expect(sum(layers) / sum([...new Map(real.descriptors.map((each) => [each.digest, each])).values()])).toBeCloseTo(
      1,
      0,
    );
  });

  // Other builds of the same: the same records, over layers of other times.
  test.each([
    ['app-v1', 'zstd', 'app-v1-zstd'],
    ['app-v1-zstd', 'gzip', 'app-v1'],
    ['app-v1-estargz', 'zstd', 'app-v1-zstd'],
    ['app-v1-index-docker', 'zstd', undefined],
  ] as const)('%s to %s keeps every record, link and diff id', async (from, to, like) => {
    const { cache, config, layers } = await recompressed(from, to);
    expect(layers.every(({ mediaType }) => compressionOf(mediaType) === to)).toBe(true);
    expect(
      contentOf(config, byDiffId(config, layers)) ===
        contentOf(cache.parsed, byDiffId(cache.parsed, cache.descriptors)),
    ).toBe(true);
    if (like === undefined) {
      expect(typesOf(layers)).toEqual(new Set([`${DOCKER}.zstd`]));
      return;
    }
    const real = (await open(like)).cache;
    expect(typesOf(layers)).toEqual(typesOf(real.descriptors));
    expect(contentOf(config, () => 'a layer') === contentOf(real.parsed, () => 'a layer')).toBe(true);
  });
});

import { randomBytes } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { LayerFile } from '../../../shared/model/layer.ts';
import type { BlobReader } from '../ports/cache-source.ts';
import { FIXTURES, realCaches } from '../testing/real-caches.ts';
import { listLayerFiles } from './files.ts';

const DIGEST = `sha256:${'d'.repeat(64)}`;

function readerOf(bytes: Uint8Array, chunkBytes = 1000): BlobReader & { readonly streamed: () => number } {
  let streamed = 0;
  return {
    size: bytes.length,
    streamed: () => streamed,
    read: async (buffer, offset) => {
      const part = bytes.subarray(offset, offset + buffer.length);
      buffer.set(part);
      return part.length;
    },
    stream: async function* ({ start = 0 } = {}) {
      for (let at = start; at < bytes.length; at += chunkBytes) {
        streamed += chunkBytes;
        yield bytes.subarray(at, at + chunkBytes);
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function list(bytes: Uint8Array, mediaType = 'application/vnd.oci.image.layer.v1.tar', signal?: AbortSignal) {
  const files: LayerFile[] = [];
  for await (const file of listLayerFiles(readerOf(bytes), {
    digest: DIGEST,
    mediaType,
    ...(signal ? { signal } : {}),
  }))
    files.push(file);
  return files;
}

const fault = async (bytes: Uint8Array, mediaType?: string) =>
  list(bytes, mediaType).then(
    () => expect.fail('it was listed'),
    (error: unknown) => (error instanceof CacheError ? error : expect.fail(`not a CacheError: ${error}`)),
  );

async function tarOf(build: (tar: ReturnType<typeof pack>) => void): Promise<Buffer> {
  const tar = pack();
  build(tar);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const mtime = new Date(1_700_000_000_000);
const sample = () =>
  tarOf((tar) => {
    tar.entry({ name: './', type: 'directory', mode: 0o755, mtime });
    tar.entry({ name: 'etc/', type: 'directory', mode: 0o755, mtime });
    tar.entry({ name: 'etc/passwd', mode: 0o644, uid: 1, gid: 2, mtime }, 'root\n');
    tar.entry({ name: 'etc/.wh.group', mtime }, '');
    tar.entry({ name: 'var/.wh..wh..opq', mtime }, '');
    tar.entry({ name: '.wh..wh..opq', mtime }, '');
    tar.entry({ name: 'bin/sh', type: 'symlink', linkname: 'busybox', mtime });
    tar.entry({ name: 'bin/ls', type: 'link', linkname: 'bin/busybox', mtime });
    tar.entry({ name: `deep/${'long'.repeat(60)}/ü`, mtime }, Buffer.alloc(5000));
    tar.entry({ name: '../../etc/shadow', mtime }, '');
  });

const brief = (files: LayerFile[]) => files.map(({ path, type, size, target }) => [path, type, size, target]);
const EXPECTED = [
  ['/', 'directory', 0, undefined],
  ['etc', 'directory', 0, undefined],
  ['etc/passwd', 'file', 5, undefined],
  ['etc/group', 'whiteout', 0, undefined],
  ['var', 'opaque', 0, undefined],
  ['/', 'opaque', 0, undefined],
  ['bin/sh', 'symlink', 0, 'busybox'],
  ['bin/ls', 'link', 0, 'bin/busybox'],
  [`deep/${'long'.repeat(60)}/ü`, 'file', 5000, undefined],
  ['../../etc/shadow', 'file', 0, undefined],
];

describe('listing a layer', () => {
  test.each<[string, (tar: Buffer) => Uint8Array]>([
    ['uncompressed', (tar) => tar],
    ['gzip', (tar) => gzipSync(tar)],
    [
      'gzip in several members, as estargz writes it',
      (tar) => Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]),
    ],
    ['zstd', (tar) => zstdCompressSync(tar)],
    [
      'zstd in several frames, as zstd:chunked writes it',
      (tar) => {
        const skipped = Buffer.from('5a2a4d1803000000616263', 'hex');
        const frames = [tar.subarray(0, 700), tar.subarray(700, 1100), tar.subarray(1100)].map((part, i) =>
          zstdCompressSync(part, { params: { [constants.ZSTD_c_checksumFlag]: i % 2 } }),
        );
        return Buffer.concat([skipped, ...frames, skipped]);
      },
    ],
  ])('%s', async (_, compress) => {
    const files = await list(compress(await sample()));
    expect(brief(files)).toEqual(EXPECTED);
    expect(files[2]).toMatchObject({ mode: 0o644, uid: 1, gid: 2, mtime: 1_700_000_000 });
  });

  test.each(realCaches(FIXTURES))('of every layer of $name', async ({ name, manifest }) => {
    const { readFileSync } = await import('node:fs');
    const { join } = await import('node:path');
    const document = JSON.parse(manifest.toString()) as Record<
      'layers' | 'manifests',
      { digest: string; mediaType: string }[]
    >;
    for (const { digest, mediaType } of document.layers ?? document.manifests.slice(0, -1)) {
      const layer = readFileSync(join(FIXTURES, name.slice(0, name.indexOf('#')), 'blobs', ...digest.split(':')));
      expect((await list(layer, mediaType)).length).toBeGreaterThan(0);
    }
  });

  test('whoever stops early leaves nothing running', async () => {
    const reader = readerOf(
      gzipSync(
        await tarOf((tar) => {
          for (let i = 0; i < 200; i++) tar.entry({ name: `f${i}` }, randomBytes(100_000));
        }),
      ),
      100,
    );
    for await (const file of listLayerFiles(reader, { digest: DIGEST, mediaType: '' })) {
      expect(file.path).toBe('f0');
      break;
    }
    const streamed = reader.streamed();
    expect(streamed).toBeLessThan(reader.size);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reader.streamed()).toBe(streamed);
  });

  test('a signal that has fired is CANCELLED', async () => {
    const error = await list(await sample(), '', AbortSignal.abort()).catch((thrown: unknown) => thrown);
    expect(isCacheError(error, 'CANCELLED')).toBe(true);
  });

  test('a signal that fires in the middle is CANCELLED', async () => {
    const abort = new AbortController();
    const reader = readerOf(await sample(), 512);
    const run = async () => {
      for await (const file of listLayerFiles(reader, { digest: DIGEST, mediaType: '', signal: abort.signal })) {
        if (file.path === 'etc/passwd') abort.abort();
      }
    };
    expect(isCacheError(await run().catch((thrown: unknown) => thrown), 'CANCELLED')).toBe(true);
  });
});

describe('what is not a layer', () => {
  test.each<[string, (tar: Buffer) => Uint8Array, string]>([
    ['something else', () => Buffer.alloc(2000, 'x'), 'CORRUPT'],
    ['a tar cut in an entry', (tar) => tar.subarray(0, tar.length - 4000), 'CORRUPT'],
    ['a gzip cut short', (tar) => gzipSync(tar).subarray(0, -20), 'CORRUPT'],
    [
      'a gzip with a byte changed',
      (tar) => {
        const bytes = Buffer.from(gzipSync(tar));
        bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
        return bytes;
      },
      'CORRUPT',
    ],
    [
      'a zstd with more behind its frame',
      (tar) => Buffer.concat([zstdCompressSync(tar), Buffer.from('more')]),
      'CORRUPT',
    ],
    ['a zstd cut short', (tar) => zstdCompressSync(tar).subarray(0, -20), 'CORRUPT'],
    ['xz', () => Buffer.from('fd377a585a00', 'hex'), 'UNSUPPORTED_FORMAT'],
  ])('%s', async (_, damage, code) => {
    expect((await fault(damage(await sample()))).code).toBe(code);
  });

  test('an encrypted layer', async () => {
    const error = await fault(Buffer.alloc(600, 7), 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted');
    expect(error.code).toBe('UNSUPPORTED_FORMAT');
  });

  test('a bomb: more bytes or more entries than a layer may have', async () => {
    const zeros = gzipSync(await tarOf((tar) => tar.entry({ name: 'big' }, Buffer.alloc(5 << 20))));
    const many = await tarOf((tar) => {
      for (let i = 0; i < 5; i++) tar.entry({ name: `f${i}` }, '');
    });
    const run = async (
      bytes: Uint8Array,
      limits: { ratio: number; floorBytes: number; entries: number; idleBytes: number },
    ) => {
      const paths: string[] = [];
      const listing = listLayerFiles(readerOf(bytes), { digest: DIGEST, mediaType: '' }, limits);
      const error = await (async () => {
        for await (const file of listing) paths.push(file.path);
      })().catch((thrown: unknown) => thrown);
      return { paths, refused: isCacheError(error, 'CORRUPT') && error.subject === DIGEST };
    };
    const limits = { ratio: 2000, floorBytes: 1 << 20, entries: 100, idleBytes: 1 << 20 };
    expect(await run(zeros, limits)).toEqual({ paths: ['big'], refused: false });
    expect(await run(zeros, { ...limits, ratio: 100 })).toEqual({ paths: ['big'], refused: true });
    expect(await run(many, { ...limits, entries: 3 })).toEqual({ paths: ['f0', 'f1', 'f2'], refused: true });
  });

  test.each<[string, () => Promise<Buffer>]>([
    ['nothing but zeros', async () => Buffer.alloc(0)],
    ['zeros behind its end', sample],
  ])('%s: not taken for a layer, and not read to the end', async (_, build) => {
    const zeros = Array<Buffer>(16).fill(gzipSync(Buffer.alloc(16 << 20)));
    const packed = Buffer.concat([gzipSync(await build()), ...zeros]);
    const reader = readerOf(packed);
    const listing = async () => {
      for await (const _file of listLayerFiles(reader, { digest: DIGEST, mediaType: '' })) {
      }
    };
    await expect(listing()).rejects.toMatchObject({ code: 'CORRUPT', subject: DIGEST });
    expect(reader.streamed()).toBeLessThan(packed.length / 2);
  });

  test('a large file and the padding behind the end are part of a layer', async () => {
    const tar = await tarOf((entries) => {
      entries.entry({ name: 'large' }, Buffer.alloc(40 << 20));
      entries.entry({ name: 'small' }, 'x');
    });
    expect((await list(Buffer.concat([tar, Buffer.alloc(1 << 20)]))).map(({ path }) => path)).toEqual([
      'large',
      'small',
    ]);
    const packed = gzipSync(tar);
    expect((await list(packed)).map(({ path }) => path)).toEqual(['large', 'small']);
  });

  test('any damage to a tar ends in a list or in a CacheError', async () => {
    const whole = await sample();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        fc.boolean(),
        async (at, bytes, gzip) => {
          const damaged = Buffer.from(whole);
          damaged.set(bytes.subarray(0, damaged.length - at), at);
          await list(gzip ? gzipSync(damaged) : damaged).catch((error: unknown) => {
            if (!(error instanceof CacheError) || error.code === 'INTERNAL') throw error;
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

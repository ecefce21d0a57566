import { createHash } from 'node:crypto';
import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { CacheSource, SourceBlob } from '../ports/cache-source.ts';

/** The digest of some bytes. */
export function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

/** A source of blobs in memory: one cache with these layers. What lies under a digest may be changed behind its back. */
export interface MemoryBlobs extends CacheSource {
  readonly blobs: Map<Digest, Uint8Array | CacheError>;
  /** Sizes that the manifest says, by digest. */
  readonly described: Map<Digest, number>;
}

const noConfig = {} as CacheConfig;

/** A source with a manifest, a config, `layers`, and `orphans` that nothing refers to. */
export function createMemoryBlobs(layers: readonly Uint8Array[], orphans: readonly Uint8Array[] = []): MemoryBlobs {
  const [manifest, config] = [Buffer.from('manifest'), Buffer.from('config')];
  const blobs = new Map<Digest, Uint8Array | CacheError>();
  const described = new Map<Digest, number>();
  for (const bytes of [manifest, config, ...layers, ...orphans]) blobs.set(digestOf(bytes), bytes);
  for (const bytes of [manifest, config, ...layers]) described.set(digestOf(bytes), bytes.length);
  const descriptor = (bytes: Uint8Array) => {
    const digest = digestOf(bytes);
    return { mediaType: 'application/octet-stream', digest, size: described.get(digest) ?? 0 };
  };
  const find = (digest: Digest): Uint8Array => {
    const found = blobs.get(digest);
    if (found instanceof Uint8Array) return found;
    throw found ?? new CacheError('NOT_FOUND', 'The blob is not there.', { subject: digest });
  };
  return {
    blobs,
    described,
    kind: 'oci-layout',
    location: '/memory',
    can: READ_ONLY_CACHE,
    place: { transport: 'oci', registry: '', repository: '/memory' },
    fingerprint: async () => [...blobs.keys()].join(),
    async read({ signal } = {}) {
      throwIfAborted(signal);
      return {
        fingerprint: [...blobs.keys()].join(),
        caches: [
          {
            ref: 'latest',
            form: 'image-manifest',
            manifest: descriptor(manifest),
            config: descriptor(config),
            parsed: noConfig,
            descriptors: layers.map(descriptor),
          },
        ],
        blobs: [...blobs].map(
          ([digest, bytes]): SourceBlob => ({
            digest,
            size: bytes instanceof Uint8Array ? bytes.length : 0,
            mtimeMs: 0,
          }),
        ),
        documents: [digestOf(manifest), digestOf(config)],
        problems: [],
      };
    },
    async openBlob(digest) {
      const bytes = find(digest);
      return {
        size: bytes.length,
        async read(buffer, offset) {
          const part = bytes.subarray(offset, offset + buffer.length);
          buffer.set(part);
          return part.length;
        },
        async *stream({ start = 0, signal } = {}) {
          for (let at = start; at < bytes.length; at += 4) {
            throwIfAborted(signal);
            yield bytes.subarray(at, at + 4);
          }
        },
        async [Symbol.asyncDispose]() {},
      };
    },
    locateBlobs: async (digests) => digests.map(() => undefined),
  };
}

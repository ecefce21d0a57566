import { createHash } from 'node:crypto';
import type { Descriptor } from '../../../../shared/oci/descriptor.ts';
import { parseDigest } from '../../../../shared/oci/digest.ts';
import { ANNOTATIONS, MEDIA_TYPES } from '../../../../shared/oci/media-types.ts';
import type { SourceCache, SourceSnapshot } from '../../ports/cache-source.ts';
import { parseCacheConfig } from '../../remotecache/parse.ts';

/** A cache config as BuildKit's JSON has it, blobs and records named by short words; see `digestOf`. */
export interface SmallConfig {
  readonly layers?: readonly { readonly blob: string; readonly parent?: number }[];
  readonly records: readonly SmallRecord[];
}

/** `inputs`: positions, then alternatives; a selector is any text. */
export interface SmallRecord {
  readonly digest: string;
  readonly inputs?: readonly (readonly { readonly link: number; readonly selector?: string }[])[];
  readonly layers?: readonly { readonly layer: number; readonly createdAt: string }[];
  readonly chains?: readonly { readonly layers: readonly number[]; readonly createdAt: string }[];
}

/** A source in a few lines. */
export interface SmallSource {
  readonly caches: readonly {
    readonly ref?: string;
    readonly config: SmallConfig;
    /** Words of blobs that the manifest leaves out. */
    readonly undescribed?: readonly string[];
    /** Words of blobs that the manifest lists as layers and the config does not name. */
    readonly described?: readonly string[];
  }[];
  /** Blob → bytes. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Blobs that do not lie there. */
  readonly missing?: readonly string[];
  /** Blobs that lie there and that nobody names. */
  readonly orphans?: readonly string[];
  /** Blob → creation time, as an annotation. */
  readonly times?: Readonly<Record<string, string>>;
}

/** The digest of a word: what the blob or record of that name has in a small source. */
export function digestOf(word: string): string {
  return `sha256:${createHash('sha256').update(word).digest('hex')}`;
}

/** Makes the snapshot that a reader would give, by way of the real parser. */
export async function smallSource(source: SmallSource): Promise<SourceSnapshot> {
  const caches: SourceCache[] = [];
  const present = new Set<string>(source.orphans ?? []);
  const documents: string[] = [];
  for (const [index, { ref, config, undescribed = [], described = [] }] of source.caches.entries()) {
    const words = [...new Set((config.layers ?? []).map((layer) => layer.blob))];
    const descriptors = [...words, ...described]
      .filter((word) => !undescribed.includes(word))
      .map((word): Descriptor => {
        const time = source.times?.[word];
        return {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: digestOf(word),
          size: source.sizes[word] ?? 0,
          annotations: {
            [ANNOTATIONS.uncompressed]: digestOf(`tar of ${word}`),
            ...(time === undefined ? {} : { [ANNOTATIONS.createdAt]: time }),
          },
        };
      });
    for (const word of words) if (!source.missing?.includes(word)) present.add(word);
    const parsed = await parseCacheConfig([new TextEncoder().encode(configJson(config))]);
    const [manifest, document] = [`manifest ${index}`, `config ${index}`];
    documents.push(manifest, document);
    caches.push({
      ref: ref ?? `ref${index}`,
      form: 'image-manifest',
      manifest: { mediaType: MEDIA_TYPES.ociManifest, digest: digestOf(manifest), size: 100 },
      config: { mediaType: MEDIA_TYPES.cacheConfig, digest: digestOf(document), size: 100 },
      parsed,
      descriptors,
    });
  }
  const file = (word: string, size: number) => ({ digest: parseDigest(digestOf(word)), size, mtimeMs: 0 });
  return {
    fingerprint: digestOf(JSON.stringify(source)),
    caches,
    blobs: [
      ...[...present].map((word) => file(word, source.sizes[word] ?? 0)),
      ...documents.map((word) => file(word, 100)),
    ],
    documents: documents.map((word) => parseDigest(digestOf(word))),
    problems: [],
  };
}

/** The config as BuildKit writes it, words replaced by their digests. */
export function configJson(config: SmallConfig): string {
  return JSON.stringify({
    layers: config.layers?.map((layer) => ({ blob: digestOf(layer.blob), parent: layer.parent ?? -1 })),
    records: config.records.map((record) => ({ ...record, digest: digestOf(record.digest) })),
  });
}

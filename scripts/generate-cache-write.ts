import { createHash, hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { blobName, INDEX_FILE, LAYOUT_FILE } from '../src/main/adapters/oci-layout/layout.ts';
import type { CacheConfig } from '../src/main/engine/model/cache-config.ts';
import { buildManifest, layerDescriptors } from '../src/main/engine/remotecache/manifest.ts';
import { marshalCacheConfig } from '../src/main/engine/remotecache/marshal.ts';
import { sortCacheConfig } from '../src/main/engine/remotecache/sort.ts';
import type { Descriptor } from '../src/shared/oci/descriptor.ts';
import { parseDigest } from '../src/shared/oci/digest.ts';
import { EMPTY_INDEX, printLayoutIndex, withReference } from '../src/shared/oci/layout-index.ts';
import { ANNOTATIONS, MEDIA_TYPES } from '../src/shared/oci/media-types.ts';
import type { ShapedCache } from './generate-cache-shape.ts';

/**
 * What lies there for each layer blob: `real` a small gzipped tar that its digest fits, whatever the shape says of its
 * size; `sparse` a hole of the shape's size, so that it stats like a large cache (`verify` finds it corrupt); `none` nothing.
 */
export type BlobKind = 'real' | 'sparse' | 'none';

/** Folder and reference to write to. */
export interface WriteOptions {
  readonly folder: string;
  readonly ref: string;
  readonly blobs: BlobKind;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
}

/**
 * Writes a shaped cache as an OCI layout (image manifest), through the same sorting, marshalling and paths as an export.
 * The folder is created; what is in it already stays.
 */
export async function writeShapedCache(shaped: ShapedCache, options: WriteOptions): Promise<Descriptor> {
  const { folder, ref } = options;
  await mkdir(folder, { recursive: true });
  const descriptors = await writeBlobs(shaped, options);
  const config = sortCacheConfig(configOf(shaped, descriptors));
  const written = await writeConfig(folder, config);
  const manifest = buildManifest({
    form: 'image-manifest',
    layers: layerDescriptors(config, descriptors),
    config: written,
  });
  await putFile(folder, manifest.descriptor.digest, manifest.bytes);
  await writeFile(join(folder, LAYOUT_FILE), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(folder, INDEX_FILE), printLayoutIndex(withReference(EMPTY_INDEX, ref, manifest.descriptor)));
  return manifest.descriptor;
}

/** The shape as BuildKit's config, in the order of its making. */
function configOf(shaped: ShapedCache, descriptors: readonly Descriptor[]): CacheConfig {
  const texts = new Map([['', 0]]);
  const numberOf = (text: string): number => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, texts.size);
    return texts.size - 1;
  };
  const blobTexts = descriptors.map((descriptor) => numberOf(descriptor.digest));
  const selectorTexts = shaped.selectors.map(numberOf);
  const columns = { link: [] as number[], selector: [] as number[], alternatives: [0], inputs: [0], results: [0] };
  const resultLayer: number[] = [];
  const resultCreatedAt: number[] = [];
  for (const record of shaped.records) {
    for (const alternatives of record.inputs) {
      for (const { link, selector } of alternatives) {
        columns.link.push(link);
        columns.selector.push(selectorTexts[selector] ?? 0);
      }
      columns.alternatives.push(columns.link.length);
    }
    columns.inputs.push(columns.alternatives.length - 1);
    if (record.layer >= 0) {
      resultLayer.push(record.layer);
      resultCreatedAt.push(numberOf(timeText(record.createdAtMs)));
    }
    columns.results.push(resultLayer.length);
  }
  const recordDigest = Uint32Array.from(shaped.records, (record) => numberOf(record.digest));
  return {
    texts: [...texts.keys()],
    layerBlob: Uint32Array.from(shaped.layers, (layer) => blobTexts[layer.blob] ?? 0),
    layerParent: Int32Array.from(shaped.layers, (layer) => layer.parent),
    layerAnnotations: new Map(),
    recordDigest,
    inputOffset: Uint32Array.from(columns.inputs),
    alternativeOffset: Uint32Array.from(columns.alternatives),
    alternativeLink: Uint32Array.from(columns.link),
    alternativeSelector: Uint32Array.from(columns.selector),
    resultOffset: Uint32Array.from(columns.results),
    resultLayer: Uint32Array.from(resultLayer),
    resultCreatedAt: Uint32Array.from(resultCreatedAt),
    chains: [],
  };
}

/** As Go writes a time: nanoseconds, here made up from the milliseconds, so that no two steps are equal. */
function timeText(ms: number): string {
  const nanoseconds = String((ms * 7919) % 1_000_000).padStart(6, '0');
  return new Date(ms)
    .toISOString()
    .replace('Z', `${nanoseconds}Z`)
    .replace(/\.?0+Z$/, 'Z');
}

async function writeBlobs(shaped: ShapedCache, options: WriteOptions): Promise<Descriptor[]> {
  const descriptors: Descriptor[] = [];
  const made = new Set<string>();
  for (const [number, blob] of shaped.blobs.entries()) {
    const name = `${shaped.records[0]?.digest} ${number}`;
    const real = options.blobs === 'real' ? await realLayer(name, blob.createdAtMs) : undefined;
    const digest = real?.digest ?? `sha256:${hash('sha256', name)}`;
    descriptors.push({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size: real?.bytes.length ?? blob.bytes,
      annotations: {
        [ANNOTATIONS.createdAt]: timeText(blob.createdAtMs),
        [ANNOTATIONS.uncompressed]: real?.diffId ?? `sha256:${hash('sha256', `tar ${name}`)}`,
      },
    });
    if (options.blobs !== 'none') await putFile(options.folder, digest, real?.bytes ?? blob.bytes, made);
    if (number % 1000 === 0) options.onProgress?.('Writing blobs', number, shaped.blobs.length);
  }
  return descriptors;
}

/** A tar of one short file. */
async function realLayer(name: string, mtimeMs: number): Promise<{ digest: string; diffId: string; bytes: Buffer }> {
  const tar = pack();
  tar.entry({ name: `file-${hash('sha256', name).slice(0, 12)}`, mtime: new Date(mtimeMs) }, `${name}\n`);
  tar.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of tar as AsyncIterable<Buffer>) pieces.push(piece);
  const plain = Buffer.concat(pieces);
  const bytes = gzipSync(plain, { level: 1 });
  return { digest: `sha256:${hash('sha256', bytes)}`, diffId: `sha256:${hash('sha256', plain)}`, bytes };
}

/** Writes a blob; a number makes a hole of so many bytes. `made`: folders that are there. */
async function putFile(
  folder: string,
  digest: string,
  content: Uint8Array | number,
  made = new Set<string>(),
): Promise<void> {
  const path = join(folder, blobName(parseDigest(digest)));
  if (!made.has(dirname(path))) {
    await mkdir(dirname(path), { recursive: true });
    made.add(dirname(path));
  }
  if (typeof content !== 'number') return writeFile(path, content);
  const file = await open(path, 'w');
  await file.truncate(content);
  await file.close();
}

/** Streams the config twice, once to learn its digest and once to its place: it is never whole in memory. */
async function writeConfig(folder: string, config: CacheConfig): Promise<Descriptor> {
  const sum = createHash('sha256');
  let size = 0;
  for (const piece of marshalCacheConfig(config)) {
    sum.update(piece);
    size += piece.length;
  }
  const digest = `sha256:${sum.digest('hex')}`;
  await putFile(folder, digest, 0);
  await pipeline(
    Readable.from(marshalCacheConfig(config), { objectMode: false }),
    createWriteStream(join(folder, blobName(parseDigest(digest)))),
  );
  return { mediaType: MEDIA_TYPES.cacheConfig, digest, size };
}

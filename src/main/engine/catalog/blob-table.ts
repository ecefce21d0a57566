import type { CacheErrorCode } from '../../../shared/base/errors.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import type { SourceBlob, SourceSnapshot } from '../ports/cache-source.ts';
import { eachRow, type Steps } from '../streams/steps.ts';

/** The distinct layer blobs of all configs, with what manifests and files say of them. */
export interface BlobTable {
  readonly digest: readonly string[];
  readonly size: Float64Array;
  readonly mediaType: readonly string[];
  readonly diffId: readonly string[];
  readonly createdAt: readonly (string | undefined)[];
  readonly present: Uint8Array;
  /** Bytes that lie in the source; 0 where nothing does. */
  readonly fileBytes: Float64Array;
  readonly problem: ReadonlyMap<number, CacheErrorCode>;
  /** 1 where an image needs the blob too: it stays when all records go. */
  readonly pinned: Uint8Array;
  /** Cache → layer of its config → blob. */
  readonly layerBlob: readonly Uint32Array[];
  /** Cache → layer of its config → 1 where the manifest describes the blob; else no result can use it. */
  readonly described: readonly Uint8Array[];
  /** Blobs that lie there and that nothing names: no manifest, config, image or `index.json`. Oldest first, ties by digest. */
  readonly orphans: readonly SourceBlob[];
  readonly orphanBytes: number;
  /** Blobs that the manifest of a cache describes as a layer and that no config names. */
  readonly unnamed: readonly SourceBlob[];
  /** Layers of images that no cache names. */
  readonly imageOnly: { readonly blobs: number; readonly bytes: number };
}

const PHASE = 'Listing blobs';

/** Numbers the blobs in the order in which configs name them. */
export function* collectBlobs(snapshot: SourceSnapshot): Steps<BlobTable> {
  const numbers = new Map<string, number>();
  const digest: string[] = [];
  const layerBlob: Uint32Array[] = [];
  for (const { parsed } of snapshot.caches) {
    const blobs = new Uint32Array(parsed.layerBlob.length);
    // A digest is looked up once for all the layers that share its text.
    const known = new Int32Array(parsed.texts.length).fill(-1);
    yield* eachRow(PHASE, blobs.length, (layer) => {
      const text = parsed.layerBlob[layer] as number;
      let number = known[text] as number;
      if (number < 0) {
        const name = parsed.texts[text] as string;
        number = numbers.get(name) ?? digest.length;
        if (number === digest.length) {
          numbers.set(name, number);
          digest.push(name);
        }
        known[text] = number;
      }
      blobs[layer] = number;
    });
    layerBlob.push(blobs);
  }

  const count = digest.length;
  const size = new Float64Array(count);
  const mediaType = new Array<string>(count).fill('');
  const diffId = new Array<string>(count).fill('');
  const createdAt = new Array<string | undefined>(count).fill(undefined);
  const describedBy = new Uint32Array(count);
  const otherLayers = new Set<string>();
  const described: Uint8Array[] = [];
  for (const [cache, { descriptors }] of snapshot.caches.entries()) {
    const mark = cache + 1;
    yield* eachRow(PHASE, descriptors.length, (index) => {
      const descriptor = descriptors[index];
      if (descriptor === undefined) return;
      const blob = numbers.get(descriptor.digest);
      if (blob === undefined) {
        otherLayers.add(descriptor.digest);
        return;
      }
      if (describedBy[blob] === 0) {
        size[blob] = descriptor.size;
        mediaType[blob] = descriptor.mediaType;
        diffId[blob] = descriptor.annotations?.[ANNOTATIONS.uncompressed] ?? '';
        createdAt[blob] = descriptor.annotations?.[ANNOTATIONS.createdAt];
      }
      describedBy[blob] = mark;
    });
    const layers = layerBlob[cache] as Uint32Array;
    const own = new Uint8Array(layers.length);
    yield* eachRow(PHASE, layers.length, (layer) => {
      if (describedBy[layers[layer] as number] === mark) own[layer] = 1;
    });
    described.push(own);
  }

  const present = new Uint8Array(count);
  const fileBytes = new Float64Array(count);
  const problem = new Map<number, CacheErrorCode>();
  const imageLayers = new Set<string>(snapshot.imageLayers);
  const pinned = Uint8Array.from(digest, (name) => (imageLayers.has(name) ? 1 : 0));
  const documents = new Set<string>(snapshot.documents);
  const orphans: SourceBlob[] = [];
  const unnamed: SourceBlob[] = [];
  const imageOnly = { blobs: 0, bytes: 0 };
  yield* eachRow(PHASE, snapshot.blobs.length, (index) => {
    const file = snapshot.blobs[index];
    if (file === undefined) return;
    const blob = numbers.get(file.digest);
    if (blob !== undefined) {
      present[blob] = 1;
      fileBytes[blob] = file.size;
      if (file.problem) problem.set(blob, file.problem);
      if (describedBy[blob] === 0) size[blob] = file.size;
      return;
    }
    if (imageLayers.has(file.digest)) {
      imageOnly.blobs += 1;
      imageOnly.bytes += file.size;
    } else if (documents.has(file.digest)) return;
    else if (otherLayers.has(file.digest)) unnamed.push(file);
    else orphans.push(file);
  });
  orphans.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.digest < b.digest ? -1 : 1));
  return {
    digest,
    size,
    mediaType,
    diffId,
    createdAt,
    present,
    fileBytes,
    problem,
    pinned,
    layerBlob,
    described,
    orphans,
    orphanBytes: sum(orphans),
    unnamed,
    imageOnly,
  };
}

function sum(files: readonly SourceBlob[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}

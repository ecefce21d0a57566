import { createHash } from 'node:crypto';
import type { Descriptor } from '../../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../../shared/oci/digest.ts';
import { type LayoutIndexDocument, printLayoutIndex, withReference } from '../../../../shared/oci/layout-index.ts';
import { MEDIA_TYPES } from '../../../../shared/oci/media-types.ts';
import { createMemoryMotes, MemoryMoteCache } from '../../../adapters/memory/testing/memory-mote-cache.ts';
import type { SmallConfig } from '../../catalog/testing/small-source.ts';
import { configJson, digestOf } from '../../catalog/testing/small-source.ts';
import type { CacheSource, SourceSnapshot } from '../../ports/cache-source.ts';
import type { LayoutIndex, ManagedStore, StoreSession } from '../../ports/managed-store.ts';
import { CacheReader } from '../../remotecache/cache-reader.ts';
import { unpackDescriptors } from '../../remotecache/manifest-reader.ts';
import { unpackConfig } from '../../remotecache/parse.ts';
import { reachableBlobs } from '../../store/reachable-blobs.ts';
import { runSteps } from '../../streams/steps.ts';

/** A store in memory, as far as planning and applying go: its documents are real ones, read and written by the real code. */
export interface MemoryStore {
  readonly store: ManagedStore;
  readonly source: CacheSource;
  /** Digest → bytes of all blobs that lie there. */
  sizes(): ReadonlyMap<string, number>;
}

/** What a memory store is made of; blobs are named by words, whose digests stand in the configs. */
export interface StoreParts {
  readonly caches: readonly { readonly config: SmallConfig; readonly described: readonly string[] }[];
  /** Images, by their layers. */
  readonly images: readonly (readonly string[])[];
  /** Word → bytes, of the blobs that lie there. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Puts it together. Layers are not checked against their digests: only their sizes matter. */
export function memoryStore({ caches, images, sizes }: StoreParts): MemoryStore {
  const motes = createMemoryMotes();
  const blobs = new MemoryMoteCache(motes);
  const put = (digest: string, bytes: Uint8Array) =>
    motes.kept.set(parseDigest(digest), { bytes, mediaType: '', accessedAtMs: 0 });
  const write = (mediaType: string, document: string): Descriptor => {
    const bytes = Buffer.from(document);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    put(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const layer = (word: string): Descriptor => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf(word),
    size: sizes.get(word) ?? 1,
  });
  const manifest = (config: Descriptor, words: readonly string[]) =>
    write(
      MEDIA_TYPES.ociManifest,
      JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers: words.map(layer) }),
    );
  for (const [word, size] of sizes) put(digestOf(word), new Uint8Array(size));
  let document: LayoutIndexDocument = { schemaVersion: 2, manifests: [] };
  for (const [at, { config, described }] of caches.entries()) {
    const written = write(MEDIA_TYPES.cacheConfig, configJson(config));
    document = withReference(document, `cache${at}`, manifest(written, described));
  }
  for (const [at, words] of images.entries()) {
    const config = write(MEDIA_TYPES.ociImageConfig, JSON.stringify({ os: 'linux', image: at }));
    document = withReference(document, `image${at}`, manifest(config, words));
  }
  const index = (): LayoutIndex => {
    const text = printLayoutIndex(document);
    return { version: parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`), text, document };
  };
  const session: Pick<StoreSession, 'index' | 'remove'> = {
    get index() {
      return index();
    },
    async remove(removal) {
      await removal.write();
      document = removal.nextIndex ?? document;
      const needed = await reachableBlobs(document, async (digest) => motes.kept.get(digest)?.bytes);
      const skipped: { digest: Digest; reason: 'needed' | 'gone' }[] = [];
      let [count, bytes] = [0, 0];
      for (const { digest, size } of removal.blobs) {
        if (needed.has(digest)) skipped.push({ digest, reason: 'needed' });
        else if (!motes.kept.delete(digest)) skipped.push({ digest, reason: 'gone' });
        else [count, bytes] = [count + 1, bytes + size];
      }
      for (const digest of removal.documents) if (!needed.has(digest)) motes.kept.delete(digest);
      return { blobs: count, bytes, skipped };
    },
  };
  const store = {
    managed: true,
    location: '/store',
    blobs,
    trash: async () => [],
    readIndex: async () => index(),
    exclusive: <T>(body: (session: StoreSession) => Promise<T>) => body(session as StoreSession),
  } as unknown as ManagedStore;

  const read = async (): Promise<SourceSnapshot> => {
    const open = (digest: Digest) => {
      const bytes = motes.kept.get(digest)?.bytes ?? new Uint8Array();
      return { size: bytes.length, chunks: () => [bytes] };
    };
    const reader = new CacheReader(open, { onProgress: () => {} });
    for (const [at, entry] of document.manifests.entries()) await reader.readEntry(`ref${at}`, entry);
    return {
      fingerprint: index().version,
      caches: reader.caches.map((cache) => ({
        ...cache,
        parsed: unpackConfig(cache.parsed),
        descriptors: runSteps(unpackDescriptors(cache.descriptors)),
      })),
      blobs: Array.from(motes.kept, ([digest, { bytes }]) => ({ digest, size: bytes.length, mtimeMs: 0 })),
      documents: [...reader.documents],
      imageLayers: [...reader.imageLayers],
      problems: reader.problems,
    };
  };
  return {
    store,
    source: { read } as unknown as CacheSource,
    sizes: () => new Map(Array.from(motes.kept, ([digest, { bytes }]) => [digest, bytes.length])),
  };
}

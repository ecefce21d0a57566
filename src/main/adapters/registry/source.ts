import { createHash } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { formatRef, type Ref } from '../../../shared/oci/reference.ts';
import { createBlobPresence } from '../../engine/layer-info/blob-presence.ts';
import type {
  CacheSource,
  ReadProgress,
  SourceBlob,
  SourceCache,
  SourceSnapshot,
} from '../../engine/ports/cache-source.ts';
import type { LayerInfoCache } from '../../engine/ports/layer-info-cache.ts';
import { CacheReader, type OpenDocument } from '../../engine/remotecache/cache-reader.ts';
import type { KeptDocuments } from '../../engine/remotecache/kept-documents.ts';
import { layerProblems } from '../../engine/remotecache/layer-problems.ts';
import { unpackDescriptors } from '../../engine/remotecache/manifest-reader.ts';
import { unpackConfigSlowly } from '../../engine/remotecache/parse.ts';
import { drive } from '../../engine/streams/drive.ts';
import { createBlobReader, createBytesReader } from './blob-reader.ts';
import { manifestReference, type RepositoryOpener } from './open-repository.ts';
import { isAttestation, readProvenanceNames } from './provenance-names.ts';

/** What is declared of every cache in a registry. */
export const REGISTRY = { kind: 'registry', can: READ_ONLY_CACHE } as const;

/** What a registry source works with. `layerInfo` spares the trips of a second opening; without it each is made again. */
export interface RegistrySourceOptions {
  readonly repositories: RepositoryOpener;
  readonly layerInfo?: LayerInfoCache | undefined;
  /** Configs that were read before; without it each is read from the registry. */
  readonly documents?: KeptDocuments | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** What the last reading has found out, for readers of single blobs. */
interface Seen {
  readonly manifests: ReadonlySet<Digest>;
  readonly sizes: ReadonlyMap<string, number>;
  readonly attestations: readonly Descriptor[];
}

const NOTHING: Seen = { manifests: new Set(), sizes: new Map(), attestations: [] };

/**
 * The cache that a reference to a registry leads to: a cache manifest in any of its forms, or the inline caches of an
 * image or of the images of an index. The manifest is read once and everything else by digest, so that a tag which moves
 * meanwhile does no harm. `location` is the reference made whole.
 * @throws `INVALID_INPUT` for a reference that names no repository of a registry
 */
export function createRegistrySource(ref: Ref, options: RegistrySourceOptions): CacheSource {
  const repository = options.repositories(ref);
  const location = formatRef(ref);
  const reference = manifestReference(ref);
  const presence = createBlobPresence(repository, `${ref.registry}/${ref.repository}`, options);
  let seen = NOTHING;

  /** Errors that are not about one blob name the reference, and missing blobs are not believed to be there any more. */
  const named = async (error: unknown, digest?: Digest): Promise<unknown> => {
    if (!isCacheError(error)) return error;
    if (error.code === 'NOT_FOUND' && digest !== undefined) {
      await presence.forget(digest);
      return noSuchBlob(digest, location);
    }
    if (error.code === 'NOT_FOUND') return noSuchManifest(location, error);
    if (error.code !== 'ACCESS_DENIED' && error.code !== 'UNAVAILABLE') return error;
    return new CacheError(error.code, error.message, {
      subject: location,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  };
  const naming = async <T>(work: Promise<T>, digest?: Digest): Promise<T> =>
    work.catch(async (error: unknown) => {
      throw await named(error, digest);
    });

  async function read(
    signal: AbortSignal | undefined,
    onProgress: (progress: ReadProgress) => void,
  ): Promise<SourceSnapshot> {
    const root = await naming(repository.manifest(reference, signal));
    const manifests = new Set<Digest>();
    const documents = new Map<Digest, number>();
    const attestations: Descriptor[] = [];
    const open = async (digest: Digest, role: 'manifest' | 'blob'): Promise<OpenDocument> => {
      const document = role === 'manifest' ? await openManifest(digest) : await openBlobDocument(digest);
      documents.set(digest, document.size);
      return document;
    };
    const openManifest = async (digest: Digest): Promise<OpenDocument> => {
      manifests.add(digest);
      const isRoot = digest === root.descriptor.digest;
      const { bytes } = isRoot ? root : await naming(repository.manifest(digest, signal), digest);
      return { size: bytes.length, chunks: () => [bytes] };
    };
    const openBlobDocument = async (digest: Digest): Promise<OpenDocument> => {
      const size = await naming(repository.blobSize(digest, signal));
      if (size === undefined) throw noSuchBlob(digest, location);
      const reader = createBlobReader(repository, digest, size, named);
      const document = { size, chunks: () => reader.stream(signal ? { signal } : {}) };
      return options.documents?.through(digest, document) ?? document;
    };
    const skips = (entry: Descriptor): boolean => {
      if (isAttestation(entry)) attestations.push(entry);
      return isAttestation(entry);
    };

    const reader = new CacheReader(open, { signal, onProgress, skips });
    await reader.readEntry(ref.tag ?? reference, root.descriptor);
    if (reader.caches.length === 0) throw noCache(reader, location);
    const caches: SourceCache[] = [];
    for (const cache of reader.caches) {
      const parsed = await unpackConfigSlowly(cache.parsed);
      const descriptors = await drive(unpackDescriptors(cache.descriptors));
      caches.push({ ...cache, parsed, descriptors });
    }
    const layers = caches.flatMap((cache) => cache.descriptors);
    const sizes = await naming(presence.sizes(layers, { signal, onProgress }));
    seen = { manifests, sizes: new Map([...sizes, ...documents]), attestations };
    const problems = [...reader.problems, ...layerProblems(layers, sizes, 'registry')];
    return {
      fingerprint: fingerprintOf(root.descriptor),
      caches,
      blobs: blobsOf(documents, sizes, layers),
      documents: [...reader.documents],
      // Whether other layers of the images are there is not asked.
      imageLayers: [...reader.imageLayers].filter((digest) => sizes.has(digest)),
      problems,
    };
  }

  return {
    ...REGISTRY,
    location,
    place: ref,
    fingerprint: async (signal) => fingerprintOf(await naming(repository.resolve(reference, signal))),
    read: ({ signal, onProgress = () => {} } = {}) => read(signal, onProgress),
    // As the provenance beside the image was when the source was last read.
    names: (signal) => readProvenanceNames(repository, seen.attestations, signal),
    locateBlobs: async (digests) => digests.map(() => undefined),
    async openBlob(digest) {
      parseDigest(digest);
      if (seen.manifests.has(digest)) {
        return createBytesReader((await naming(repository.manifest(digest), digest)).bytes);
      }
      const size = seen.sizes.get(digest) ?? (await naming(repository.blobSize(digest)));
      if (size === undefined) throw await named(noSuchBlob(digest, location), digest);
      return createBlobReader(repository, digest, size, named);
    },
  };
}

/** The bytes of the manifest decide everything but which layers are there; that would cost a trip for each. */
function fingerprintOf(manifest: Descriptor): string {
  return createHash('sha256').update(`cachewright registry 1\n${manifest.digest}`).digest('hex');
}

/** What lies in the repository of what the caches need, sorted by digest. A registry does not say since when. */
function blobsOf(
  documents: ReadonlyMap<Digest, number>,
  sizes: ReadonlyMap<string, number>,
  layers: readonly Descriptor[],
): SourceBlob[] {
  const blobs = new Map<string, SourceBlob>();
  for (const [digest, size] of documents) blobs.set(digest, { digest, size, mtimeMs: 0 });
  for (const { digest: text, size: expected } of layers) {
    const size = sizes.get(text);
    if (size === undefined) continue;
    const problem = size === expected ? {} : { problem: 'SIZE_MISMATCH' as const };
    blobs.set(text, { digest: parseDigest(text), size, mtimeMs: 0, ...problem });
  }
  return [...blobs.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

function noSuchManifest(location: string, cause: CacheError): CacheError {
  return new CacheError('NOT_FOUND', 'The registry has nothing under this reference.', {
    subject: location,
    hint: cause.hint ?? 'Check repository and tag.',
    cause,
  });
}

function noSuchBlob(digest: Digest, location: string): CacheError {
  return new CacheError('NOT_FOUND', `${location} leads to a blob that the registry does not have.`, {
    subject: digest,
    hint: 'It was removed there, or never pushed. Export the cache again.',
  });
}

/** What is wrong with the image, if anything is; else that it holds none. */
function noCache(reader: CacheReader, location: string): CacheError {
  const reason = reader.problems.find((problem) => problem.code !== 'UNSUPPORTED_FORMAT');
  if (reason) return CacheError.fromData(reason);
  return new CacheError('UNSUPPORTED_FORMAT', 'This is an image without a build cache.', {
    subject: location,
    hint: 'A cache manifest was looked for, as --export-cache type=registry writes it, and an inline cache in the config of each image, as type=inline does.',
  });
}

import { createHash } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { CacheForm, Problem } from '../../../shared/model/source.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { ReadProgress } from '../ports/cache-source.ts';
import { runSteps } from '../streams/steps.ts';
import { type DescribedManifest, describeManifest } from './describe-manifest.ts';
import { MAX_DOCUMENT_BYTES, tooLarge } from './document-reader.ts';
import { readInlineCache } from './inline.ts';
import { type PackedDescriptors, packDescriptors, readManifest, unpackDescriptors } from './manifest-reader.ts';
import { type PackedConfig, parsePacked } from './parse.ts';

/** One cache, in the form in which it crosses threads. */
export interface PackedCache {
  readonly ref: string;
  readonly form: CacheForm;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly parsed: PackedConfig;
  readonly descriptors: PackedDescriptors;
}

/** A document that is about to be read. */
export interface OpenDocument {
  readonly size: number;
  /** The bytes in chunks; to be read once, and to the end or not at all. */
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Whether a document is a manifest (or index) or lies among the blobs: registries keep the two apart. */
export type DocumentRole = 'manifest' | 'blob';

/** Opens a document by its digest. @throws `NOT_FOUND` and what else makes it unreadable, naming the digest */
export type OpenDocumentByDigest = (digest: Digest, role: DocumentRole) => OpenDocument | Promise<OpenDocument>;

/** Options of a reader. */
export interface CacheReaderOptions {
  readonly signal?: AbortSignal | undefined;
  /** Entries of image indexes that are not looked at. */
  readonly skips?: (entry: Descriptor) => boolean;
  readonly onProgress: (progress: ReadProgress) => void;
}

type Chunks = AsyncIterable<Uint8Array>;
type ImageOrIndex = Exclude<DescribedManifest, { kind: 'cache' }>;

const MAX_IMAGE_CONFIG_BYTES = 64 << 20;
/** An image index may hold indexes; nobody nests them deeper than this. */
const MAX_INDEX_DEPTH = 4;
/** Manifests of one reference that are looked at: an index has one for each platform. */
const MAX_REF_MANIFESTS = 1000;

/** Digests of the manifests of a reference that were looked at: each is read once, however often an index names it. */
type Visits = Set<string>;

/** Follows references to their caches, wherever the documents lie: in a layout or in a registry. */
export class CacheReader {
  readonly caches: PackedCache[] = [];
  /** Every document that was looked at: manifests, indexes, configs. */
  readonly documents = new Set<Digest>();
  /** Layers of every image, whether a cache is in it or not. */
  readonly imageLayers = new Set<Digest>();
  readonly problems: Problem[] = [];
  readonly #open: OpenDocumentByDigest;
  readonly #options: CacheReaderOptions;

  constructor(open: OpenDocumentByDigest, options: CacheReaderOptions) {
    this.#open = open;
    this.#options = options;
  }

  /**
   * Reads the cache that a descriptor leads to, or the inline caches of the image or images. An image without one is a
   * problem of the reference, as is whatever is wrong with an image.
   * @throws what makes a cache unreadable
   */
  async readEntry(ref: string, entry: Descriptor): Promise<void> {
    const manifest = await this.#readManifest(ref, entry);
    if (manifest.kind === 'cache') {
      const parsed = await this.#checked(ref, manifest.config, 'blob', (chunks) =>
        parsePacked(chunks, this.#parsing()),
      );
      const { form, config, layers } = manifest;
      this.caches.push({ ref, form, manifest: entry, config, parsed, descriptors: layers });
      return;
    }
    const before = this.caches.length;
    await this.#tolerantly(() => this.#readImages(ref, entry, manifest, 0, new Set()));
    if (this.caches.length === before) {
      this.problems.push({
        code: 'UNSUPPORTED_FORMAT',
        message: 'This reference is an image without a build cache.',
        subject: ref,
        hint: 'It is left out.',
      });
    }
  }

  /** An image may be there in part: what is wrong with it does not touch the caches beside it. */
  async #tolerantly(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (!isCacheError(error) || error.code === 'CANCELLED' || error.code === 'UNAVAILABLE') throw error;
      this.problems.push(error.toJSON());
    }
  }

  async #readManifest(ref: string, entry: Descriptor): Promise<DescribedManifest> {
    const document = await this.#checked(ref, entry, 'manifest', (chunks) => readManifest(chunks, this.#parsing()));
    return describeManifest(document, entry.mediaType, ref);
  }

  /** Images may hold inline caches. Their layers belong to them, so they are no orphans either. */
  async #readImages(
    ref: string,
    entry: Descriptor,
    manifest: ImageOrIndex,
    depth: number,
    visits: Visits,
  ): Promise<void> {
    if (manifest.kind === 'index') {
      if (depth < MAX_INDEX_DEPTH) await this.#readChildren(ref, manifest, depth, visits);
      return;
    }
    const layers = runSteps(unpackDescriptors(manifest.layers));
    for (const layer of layers) this.imageLayers.add(parseDigest(layer.digest));
    if (manifest.config?.mediaType !== MEDIA_TYPES.ociImageConfig && !isDockerConfig(manifest.config)) return;
    const { config } = manifest;
    const bytes = await this.#checked(ref, config, 'blob', async (chunks) => {
      if (config.size > MAX_IMAGE_CONFIG_BYTES) throw tooLarge('image config', config.digest);
      const whole: Uint8Array[] = [];
      for await (const chunk of chunks) whole.push(Buffer.from(chunk));
      return Buffer.concat(whole);
    });
    const inline = await readInlineCache(bytes, layers, config.digest);
    if (inline === undefined) return;
    this.caches.push({
      ref: depth === 0 ? ref : this.#childRef(ref, inline.platform, entry),
      form: 'inline',
      manifest: entry,
      config,
      parsed: inline.config,
      descriptors: packDescriptors(inline.layers),
    });
  }

  async #readChildren(
    ref: string,
    { manifests }: Extract<ImageOrIndex, { kind: 'index' }>,
    depth: number,
    visits: Visits,
  ): Promise<void> {
    for (const child of runSteps(unpackDescriptors(manifests))) {
      if (visits.size > MAX_REF_MANIFESTS) return;
      if (visits.has(child.digest) || this.#options.skips?.(child)) continue;
      visits.add(child.digest);
      // Said once, by the index that names one too many; those above it end in silence.
      if (visits.size > MAX_REF_MANIFESTS) throw tooMany(ref);
      await this.#tolerantly(async () => {
        const described = await this.#readManifest(ref, child);
        if (described.kind !== 'cache') await this.#readImages(ref, child, described, depth + 1, visits);
      });
    }
  }

  /** An image among others is named by its platform, since that is what tells them apart; by its digest where it is not. */
  #childRef(ref: string, platform: string | undefined, image: Descriptor): string {
    const named = `${ref}@${platform}`;
    const isFree = platform !== undefined && this.caches.every((cache) => cache.ref !== named);
    return isFree ? named : `${ref}@${image.digest}`;
  }

  #parsing(): { readonly signal?: AbortSignal } {
    const { signal } = this.#options;
    return signal ? { signal } : {};
  }

  /**
   * Opens a document, checks its size, reads it and checks its digest. One that is whole but has another digest is
   * listed as a problem and used all the same: what it says can be seen, and `verify` says so too.
   */
  async #checked<T>(
    ref: string,
    entry: Descriptor,
    role: DocumentRole,
    read: (chunks: Chunks) => Promise<T>,
  ): Promise<T> {
    const digest = parseDigest(entry.digest, `the digest of a document of ${ref}`);
    this.documents.add(digest);
    if (entry.size > MAX_DOCUMENT_BYTES) throw tooLarge('document', digest);
    const document = await this.#open(digest, role);
    if (document.size > MAX_DOCUMENT_BYTES) throw tooLarge('document', digest);
    if (document.size !== entry.size) {
      throw new CacheError('SIZE_MISMATCH', `This should be ${entry.size} bytes long, but has ${document.size}.`, {
        subject: digest,
        hint: 'It was cut short or changed. Export or copy the cache again.',
      });
    }
    const hash = createHash(digest.slice(0, digest.indexOf(':')));
    const { onProgress } = this.#options;
    const hashed = async function* (): Chunks {
      let done = 0;
      for await (const chunk of document.chunks()) {
        hash.update(chunk);
        yield chunk;
        done += chunk.length;
        onProgress({ phase: `Reading ${ref}`, done, total: document.size, unit: 'bytes' });
      }
    };
    try {
      const value = await read(hashed());
      if (hash.digest('hex') !== digest.slice(digest.indexOf(':') + 1)) this.problems.push(wrongDigest(digest, ref));
      return value;
    } catch (error) {
      throw inDocument(error, ref, digest);
    }
  }
}

function tooMany(ref: string): CacheError {
  return new CacheError('INVALID_INPUT', `The index of ${ref} leads to more than ${MAX_REF_MANIFESTS} manifests.`, {
    subject: ref,
    hint: 'The rest is left out. An index has one manifest for each platform: this one may have been made to use up time.',
  });
}

function isDockerConfig(config: Descriptor | undefined): config is Descriptor {
  return config?.mediaType === MEDIA_TYPES.dockerImageConfig;
}

/** The subject stays the field; the sentence says in which document of which reference. */
function inDocument(error: unknown, ref: string, digest: Digest): unknown {
  if (!(error instanceof CacheError) || error.subject === digest || error.code === 'CANCELLED') return error;
  return new CacheError(error.code, `${error.message} This is in ${digest} of ${ref}.`, {
    ...(error.subject === undefined ? {} : { subject: error.subject }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

function wrongDigest(digest: Digest, ref: string): Problem {
  return {
    code: 'DIGEST_MISMATCH',
    message: `A document of ${ref} has been changed: its bytes have another digest.`,
    subject: digest,
    hint: 'BuildKit refuses it. Export or copy the cache again.',
  };
}

import { createHash } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { CacheForm, Problem } from '../../../shared/model/source.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import { type DescribedManifest, describeManifest } from '../../engine/remotecache/describe-manifest.ts';
import { MAX_DOCUMENT_BYTES, tooLarge } from '../../engine/remotecache/document-reader.ts';
import { readInlineCache } from '../../engine/remotecache/inline.ts';
import {
  type PackedDescriptors,
  packDescriptors,
  readManifest,
  unpackDescriptors,
} from '../../engine/remotecache/manifest-reader.ts';
import { type PackedConfig, parsePacked } from '../../engine/remotecache/parse.ts';
import { finish } from '../../engine/remotecache/steps.ts';
import { blobName } from './layout.ts';
import { BLOB_FLAW, type LayoutStorage, type Listing, placeOf } from './storage.ts';

/** One cache, in the form in which it crosses threads. */
export interface PackedCache {
  readonly ref: string;
  readonly form: CacheForm;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly parsed: PackedConfig;
  readonly descriptors: PackedDescriptors;
}

export type OnProgress = (progress: ReadProgress) => void;

const MAX_IMAGE_CONFIG_BYTES = 64 << 20;
/** An image index may hold indexes; nobody nests them deeper than this. */
const MAX_INDEX_DEPTH = 4;

/** Follows the entries of an index to their caches. */
export class LayoutReader {
  readonly caches: PackedCache[] = [];
  readonly documents = new Set<Digest>();
  readonly problems: Problem[] = [];
  readonly #storage: LayoutStorage;
  readonly #onProgress: OnProgress;
  readonly #listing: Listing;

  constructor(storage: LayoutStorage, listing: Listing, onProgress: OnProgress) {
    this.#storage = storage;
    this.#onProgress = onProgress;
    this.#listing = listing;
  }

  async readEntry(ref: string, entry: Descriptor): Promise<void> {
    const manifest = await this.#readManifest(ref, entry);
    if (manifest.kind === 'cache') {
      const parsed = await this.#checked(ref, manifest.config, (chunks) => parsePacked(chunks));
      const { form, config, layers } = manifest;
      this.caches.push({ ref, form, manifest: entry, config, parsed, descriptors: layers });
      return;
    }
    const before = this.caches.length;
    try {
      await this.#readImages(ref, entry, manifest, 0);
    } catch (error) {
      // An image may be there in part: what is wrong with it does not touch the caches beside it.
      if (!isCacheError(error)) throw error;
      this.problems.push(error.toJSON());
    }
    if (this.caches.length === before) {
      this.problems.push({
        code: 'UNSUPPORTED_FORMAT',
        message: 'This reference is an image without a build cache.',
        subject: ref,
        hint: 'It is left out.',
      });
    }
  }

  async #readManifest(ref: string, entry: Descriptor): Promise<DescribedManifest> {
    const document = await this.#checked(ref, entry, (chunks) => readManifest(chunks));
    return describeManifest(document, entry.mediaType, ref);
  }

  /** Images may hold inline caches. Their layers belong to them, so they are no orphans either. */
  async #readImages(
    ref: string,
    entry: Descriptor,
    manifest: Exclude<DescribedManifest, { kind: 'cache' }>,
    depth: number,
  ): Promise<void> {
    if (manifest.kind === 'index') {
      for (const child of finish(unpackDescriptors(manifest.manifests))) {
        const described = depth < MAX_INDEX_DEPTH ? await this.#readManifest(ref, child) : undefined;
        if (described === undefined || described.kind === 'cache') continue;
        await this.#readImages(`${ref}@${child.digest}`, child, described, depth + 1);
      }
      return;
    }
    const layers = finish(unpackDescriptors(manifest.layers));
    for (const layer of layers) this.documents.add(parseDigest(layer.digest));
    if (manifest.config?.mediaType !== MEDIA_TYPES.ociImageConfig && !isDockerConfig(manifest.config)) return;
    const { config } = manifest;
    const bytes = await this.#checked(ref, config, async (chunks) => {
      if (config.size > MAX_IMAGE_CONFIG_BYTES) throw tooLarge('image config', config.digest);
      const whole: Uint8Array[] = [];
      for (const chunk of chunks) whole.push(Buffer.from(chunk));
      return Buffer.concat(whole);
    });
    const inline = await readInlineCache(bytes, layers, config.digest);
    if (inline === undefined) return;
    for (const layer of layers) this.documents.delete(parseDigest(layer.digest));
    const descriptors = packDescriptors(inline.layers);
    this.caches.push({ ref, form: 'inline', manifest: entry, config, parsed: inline.config, descriptors });
  }

  /**
   * Opens a document, checks its size, reads it and checks its digest. One that is whole but has another digest is
   * listed as a problem and used all the same: what it says can be seen, and `verify` says so too.
   */
  async #checked<T>(ref: string, entry: Descriptor, read: (chunks: Iterable<Uint8Array>) => Promise<T>): Promise<T> {
    const digest = parseDigest(entry.digest, `the digest of a document of ${ref}`);
    this.documents.add(digest);
    if (entry.size > MAX_DOCUMENT_BYTES) throw tooLarge('document', digest);
    const document = this.#open(digest);
    if (document.size > MAX_DOCUMENT_BYTES) throw tooLarge('document', digest);
    if (document.size !== entry.size) {
      throw new CacheError('SIZE_MISMATCH', `This should be ${entry.size} bytes long, but has ${document.size}.`, {
        subject: digest,
        hint: 'It was cut short or changed. Export or copy the cache again.',
      });
    }
    const hash = createHash(digest.slice(0, digest.indexOf(':')));
    const onProgress = this.#onProgress;
    const hashed = function* () {
      let done = 0;
      for (const chunk of document.chunks()) {
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

  #open(digest: Digest) {
    const at = placeOf(this.#listing, Buffer.from(digest));
    if (at >= 0 && this.#listing.flaws[at] === BLOB_FLAW.cutOff) {
      throw new CacheError('CORRUPT', 'The tar ends in the middle of this document.', {
        subject: digest,
        hint: 'Make the tar anew.',
      });
    }
    try {
      return this.#storage.open(blobName(digest));
    } catch (error) {
      if (!isCacheError(error, 'NOT_FOUND')) throw error;
      throw new CacheError('NOT_FOUND', 'A document that the index leads to is missing.', {
        subject: digest,
        hint: 'The cache was not copied whole. Export or copy it again.',
        cause: error,
      });
    }
  }
}

function isDockerConfig(config: Descriptor | undefined): config is Descriptor {
  return config?.mediaType === 'application/vnd.docker.container.image.v1+json';
}

/** The subject stays the field; the sentence says in which document of which reference. */
function inDocument(error: unknown, ref: string, digest: Digest): unknown {
  if (!(error instanceof CacheError) || error.subject === digest) return error;
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

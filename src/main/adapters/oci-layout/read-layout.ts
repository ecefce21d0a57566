import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { CacheForm, Problem } from '../../../shared/model/source.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { type LayoutIndexDocument, parseLayoutIndex, referenceOf } from '../../../shared/oci/layout-index.ts';
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
import { bytesAt } from '../../engine/remotecache/packed-texts.ts';
import { type PackedConfig, parsePacked } from '../../engine/remotecache/parse.ts';
import { finish } from '../../engine/remotecache/steps.ts';
import { blobName, INDEX_FILE } from './layout.ts';
import { BLOB_FLAW, fingerprintOf, type LayoutStorage, type Listing, placeOf, readWhole } from './storage.ts';

/** One cache, in the form in which it crosses threads. */
export interface PackedCache {
  readonly ref: string;
  readonly form: CacheForm;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly parsed: PackedConfig;
  readonly descriptors: PackedDescriptors;
}

/** A whole state of a layout, in the form in which it crosses threads. */
export interface PackedSnapshot {
  readonly fingerprint: string;
  readonly caches: PackedCache[];
  readonly listing: Listing;
  readonly documents: readonly Digest[];
  readonly problems: readonly Problem[];
}

export type OnProgress = (progress: ReadProgress) => void;

const MAX_INDEX_BYTES = 64 << 20;
const MAX_IMAGE_CONFIG_BYTES = 64 << 20;
/** An image index may hold indexes; nobody nests them deeper than this. */
const MAX_INDEX_DEPTH = 4;
/** A cache of which every layer is gone is told in few words too. */
const MAX_LAYER_PROBLEMS = 1000;
const TRIES = 3;
const PAUSE_MS = 60;

/** The bytes of `index.json` and what lay there a moment later, so that nothing a new index needs can be missed. */
interface State {
  readonly index: Uint8Array;
  readonly listing: Listing;
}

/** The fingerprint of what lies there now. */
export function readFingerprint(storage: LayoutStorage, onProgress: OnProgress): string {
  const { index, listing } = lookAt(storage, onProgress);
  return fingerprintOf(index, listing);
}

/**
 * Reads a layout whole. Whoever writes one puts the blobs first and the index last, so an index that is still the same
 * afterwards was whole all the time; else it is read anew, three times at most. A failure counts only if nothing at all
 * has changed meanwhile.
 * @throws what makes the layout unreadable; `UNAVAILABLE` when it keeps changing
 */
export async function readLayout(storage: LayoutStorage, onProgress: OnProgress): Promise<PackedSnapshot> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    let before: State | undefined;
    try {
      before = lookAt(storage, onProgress);
      const read = await readState(storage, before, onProgress);
      if (Buffer.compare(before.index, readIndex(storage)) === 0) return finishSnapshot(read, before);
    } catch (error) {
      if (fingerprintNow(before) === fingerprintNow(lookAgain(storage))) throw error;
    }
    await sleep(PAUSE_MS * attempt);
  }
  throw new CacheError('UNAVAILABLE', 'The cache was changed each time while it was being read.', {
    subject: storage.name,
    hint: 'A build is writing to it. Try again when it is done.',
  });
}

function lookAt(storage: LayoutStorage, onProgress: OnProgress): State {
  const index = readIndex(storage);
  return { index, listing: storage.list((done) => onProgress({ phase: 'Listing blobs', done, unit: 'blobs' })) };
}

function readIndex(storage: LayoutStorage): Uint8Array {
  return readWhole(storage.open(INDEX_FILE), MAX_INDEX_BYTES, INDEX_FILE);
}

function lookAgain(storage: LayoutStorage): State | undefined {
  try {
    return lookAt(storage, () => {});
  } catch {
    return undefined;
  }
}

/** Undefined for what could not be looked at: twice in a row that is how it is, not a change. */
function fingerprintNow(state: State | undefined): string | undefined {
  return state && fingerprintOf(state.index, state.listing);
}

/** What was read of one state, before it is known whether the state has held. */
interface ReadState {
  readonly caches: readonly PackedCache[];
  readonly documents: ReadonlySet<Digest>;
  readonly problems: readonly Problem[];
}

async function readState(storage: LayoutStorage, state: State, onProgress: OnProgress): Promise<ReadState> {
  const index = parseLayoutIndex(new TextDecoder().decode(state.index), INDEX_FILE);
  const reader = new LayoutReader(storage, state.listing, onProgress);
  const refs = uniqueRefs(index);
  for (const [i, entry] of index.manifests.entries()) {
    const digest = parseDigest(entry.digest, `${INDEX_FILE} manifests[${i}].digest`);
    await reader.readEntry(refs[i] ?? '', { mediaType: entry.mediaType, digest, size: entry.size });
  }
  if (reader.caches.length === 0 && index.manifests.length > 0) {
    throw new CacheError('UNSUPPORTED_FORMAT', 'This OCI layout holds images, but no build cache.', {
      subject: refs.join(', '),
      hint: 'Export one beside the image: --export-cache type=local,dest=DIR (or --cache-to with docker buildx).',
    });
  }
  return reader;
}

/** The names of the entries; one that stands twice gets a number, since a reference is what a cache is picked by. */
function uniqueRefs(index: LayoutIndexDocument): string[] {
  const times = new Map<string, number>();
  return index.manifests.map((entry) => {
    const ref = referenceOf(entry);
    const count = (times.get(ref) ?? 0) + 1;
    times.set(ref, count);
    return count === 1 ? ref : `${ref}~${count}`;
  });
}

/** Follows the entries of an index to their caches. */
class LayoutReader {
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

/** Marks the layers that cannot be used and lists them. */
function finishSnapshot(read: ReadState, state: State): PackedSnapshot {
  const { listing } = state;
  const fingerprint = fingerprintOf(state.index, listing);
  const layers = new Map<string, Problem>();
  for (const { descriptors } of read.caches) {
    const texts = descriptors.packedTexts;
    const seen = new Uint8Array(texts.positions.length);
    descriptors.digest.forEach((text, i) => {
      if (seen[text]) return;
      seen[text] = 1;
      const problem = layerProblem(bytesAt(texts, text), descriptors.size[i] as number, listing);
      if (problem !== undefined) layers.set(problem.subject ?? '', problem);
    });
  }
  const problems = [...read.problems, ...[...layers.values()].slice(0, MAX_LAYER_PROBLEMS)];
  if (layers.size > MAX_LAYER_PROBLEMS) {
    problems.push({
      code: 'NOT_FOUND',
      message: `${layers.size - MAX_LAYER_PROBLEMS} more layers cannot be used.`,
      hint: 'The list of layers shows all of them.',
    });
  }
  return { fingerprint, caches: [...read.caches], listing, documents: [...read.documents], problems };
}

function layerProblem(bytes: Uint8Array, size: number, listing: Listing): Problem | undefined {
  const at = placeOf(listing, bytes);
  const flaw = at < 0 ? BLOB_FLAW.none : listing.flaws[at];
  if (at >= 0 && flaw === BLOB_FLAW.none && listing.sizes[at] === size) return undefined;
  const subject = new TextDecoder().decode(bytes);
  if (at < 0) {
    return {
      code: 'NOT_FOUND',
      message: 'A layer blob is missing.',
      subject,
      hint: 'Records with a result that needs it cannot be loaded. Copy it here, or export the cache again.',
    };
  }
  if (flaw === BLOB_FLAW.notReadable) {
    return {
      code: 'ACCESS_DENIED',
      message: 'A layer blob cannot be read.',
      subject,
      hint: 'Check owner and mode of the file.',
    };
  }
  if (flaw === BLOB_FLAW.notAFile) {
    return {
      code: 'CORRUPT',
      message: 'There is no plain file where a layer blob should be.',
      subject,
      hint: 'Links are not followed. Copy the cache with its files.',
    };
  }
  listing.flaws[at] = BLOB_FLAW.wrongSize;
  const found = flaw === BLOB_FLAW.cutOff ? 'the tar ends before that' : `${listing.sizes[at]} are there`;
  return {
    code: 'SIZE_MISMATCH',
    message: `A layer blob should be ${size} bytes long, but ${found}.`,
    subject,
    hint: 'It was cut short. Copy it again, or export the cache again.',
  };
}

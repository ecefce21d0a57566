import { CacheError } from '../../../shared/base/errors.ts';
import type { Problem } from '../../../shared/model/source.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { type LayoutIndexDocument, parseLayoutIndex, referenceOf } from '../../../shared/oci/layout-index.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { layoutIndexText } from '../../engine/remotecache/layout-index-text.ts';
import { layerProblems } from './layer-problems.ts';
import { INDEX_FILE } from './layout.ts';
import { LayoutReader, type OnProgress, type PackedCache } from './layout-reader.ts';
import { fingerprintOf, type LayoutStorage, type Listing, readWhole } from './storage.ts';

/** A whole state of a layout, in the form in which it crosses threads. */
export interface PackedSnapshot {
  readonly fingerprint: string;
  readonly caches: PackedCache[];
  readonly listing: Listing;
  readonly documents: readonly Digest[];
  readonly imageLayers: readonly Digest[];
  readonly problems: readonly Problem[];
}

/** How a layout is read. */
export interface LayoutReading {
  readonly onProgress: OnProgress;
  /** Lets the documents of a large layout be read while its blobs are listed. */
  readonly listApart?: ListApart | undefined;
  /** A layout of images alone opens, as one without a cache. */
  readonly withoutCache?: boolean | undefined;
}

const MAX_INDEX_BYTES = 64 << 20;
const TRIES = 3;
const PAUSE_MS = 60;

/** Lists what lies there now, in another thread. */
export type ListApart = () => Promise<Listing>;

/** From this size of all manifests on (some 1,000 layers), another thread is worth its start. */
const APART_BYTES = 256 << 10;

/** The bytes of `index.json` and what lay there a moment later, so that nothing a new index needs can be missed. */
interface State {
  readonly index: Uint8Array;
  readonly listing: Listing | Promise<Listing>;
}

/** The fingerprint of what lies there now. */
export async function readFingerprint(storage: LayoutStorage, onProgress: OnProgress): Promise<string> {
  const { index, listing } = lookAt(storage, onProgress);
  return fingerprintOf(index, await listing);
}

/**
 * Reads a layout whole. Whoever writes one puts the blobs first and the index last, so an index that is still the same
 * afterwards was whole all the time; else it is read anew, three times at most. A failure counts only if nothing at all
 * has changed meanwhile.
 * @throws what makes the layout unreadable; `UNAVAILABLE` when it keeps changing
 */
export async function readLayout(storage: LayoutStorage, reading: LayoutReading): Promise<PackedSnapshot> {
  const { onProgress, listApart } = reading;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    let before: State | undefined;
    try {
      before = lookAt(storage, onProgress, listApart);
      const read = await readState(storage, before, reading);
      const listing = await before.listing;
      if (Buffer.compare(before.index, readIndex(storage)) === 0) return finishSnapshot(read, before.index, listing);
    } catch (error) {
      if ((await fingerprintNow(before)) === (await fingerprintNow(lookAgain(storage)))) throw error;
    }
    await systemClock.wait(PAUSE_MS * attempt);
  }
  throw new CacheError('UNAVAILABLE', 'The cache was changed each time while it was being read.', {
    subject: storage.name,
    hint: 'A build is writing to it. Try again when it is done.',
  });
}

function lookAt(storage: LayoutStorage, onProgress: OnProgress, listApart?: ListApart): State {
  const index = readIndex(storage);
  if (listApart !== undefined && isLarge(index)) {
    const listing = listApart();
    // Looked at when the documents have been read.
    listing.catch(() => {});
    return { index, listing };
  }
  return { index, listing: storage.list((done) => onProgress({ phase: 'Listing blobs', done, unit: 'blobs' })) };
}

/** By what the index says; one that cannot be read is told of when its turn comes. */
function isLarge(index: Uint8Array): boolean {
  try {
    const { manifests } = parseLayoutIndex(layoutIndexText(index, INDEX_FILE), INDEX_FILE);
    return manifests.reduce((bytes, { size }) => bytes + size, 0) >= APART_BYTES;
  } catch {
    return false;
  }
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
async function fingerprintNow(state: State | undefined): Promise<string | undefined> {
  try {
    return state && fingerprintOf(state.index, await state.listing);
  } catch {
    return undefined;
  }
}

/** What was read of one state, before it is known whether the state has held. */
interface ReadState {
  readonly caches: readonly PackedCache[];
  readonly documents: ReadonlySet<Digest>;
  readonly imageLayers: ReadonlySet<Digest>;
  readonly problems: readonly Problem[];
}

async function readState(
  storage: LayoutStorage,
  state: State,
  { onProgress, withoutCache }: LayoutReading,
): Promise<ReadState> {
  const index = parseLayoutIndex(layoutIndexText(state.index, INDEX_FILE), INDEX_FILE);
  const reader = new LayoutReader(storage, state.listing instanceof Promise ? undefined : state.listing, onProgress);
  const refs = uniqueRefs(index);
  for (const [i, entry] of index.manifests.entries()) {
    const digest = parseDigest(entry.digest, `${INDEX_FILE} manifests[${i}].digest`);
    await reader.readEntry(refs[i] ?? '', { mediaType: entry.mediaType, digest, size: entry.size });
  }
  if (reader.caches.length === 0 && index.manifests.length > 0 && !withoutCache) {
    const reason = reader.problems.find((problem) => problem.code !== 'UNSUPPORTED_FORMAT');
    if (reason) throw CacheError.fromData(reason);
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

function finishSnapshot(read: ReadState, index: Uint8Array, listing: Listing): PackedSnapshot {
  const fingerprint = fingerprintOf(index, listing);
  const problems = [...read.problems, ...layerProblems(read.caches, listing)];
  const [caches, documents, imageLayers] = [[...read.caches], [...read.documents], [...read.imageLayers]];
  return { fingerprint, caches, listing, documents, imageLayers, problems };
}

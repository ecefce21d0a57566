import { realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { CacheError, isCacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { Problem } from '../../../shared/model/source.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { pathPlace } from '../../../shared/oci/reference.ts';
import type { BlobExtent } from '../../engine/ports/blob-hasher.ts';
import type { CacheSource, SourceBlob, SourceCache, SourceSnapshot } from '../../engine/ports/cache-source.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import { unpackDescriptors } from '../../engine/remotecache/manifest-reader.ts';
import { unpackTexts } from '../../engine/remotecache/packed-texts.ts';
import { unpackConfigSlowly } from '../../engine/remotecache/parse.ts';
import { drive } from '../../engine/streams/drive.ts';
import { readCompanionNames } from './companions.ts';
import { noSuchBlob, openExtent } from './extent-reader.ts';
import { folderLook } from './folder-look.ts';
import { blobName } from './layout.ts';
import { outside } from './plain-file.ts';
import { type ReadOptions, readInWorker } from './read-in-worker.ts';
import type { ReadMessage, ReadRequest } from './read-worker.ts';
import { smallFingerprint } from './small-fingerprint.ts';
import { BLOB_FLAW, type Listing } from './storage.ts';

/** What is declared of every layout in a folder. */
export const LAYOUT = {
  kind: 'oci-layout',
  can: READ_ONLY_CACHE,
  place: (path: string) => pathPlace('oci', path),
} as const;

/** What is declared of every layout in a tar. */
export const TAR = {
  kind: 'oci-tar',
  can: READ_ONLY_CACHE,
  place: (path: string) => pathPlace('oci-archive', path),
} as const;

/**
 * An OCI layout in a folder. `location` is canonical.
 * @param withoutCache whether one with images alone opens: a store stays one when its last cache has gone
 */
export function createOciLayoutSource(
  location: string,
  { withoutCache = false, clock }: { readonly withoutCache?: boolean; readonly clock?: Clock } = {},
): CacheSource {
  const extent = (digest: Digest): BlobExtent => ({ path: join(location, blobName(parseDigest(digest))), offset: 0 });
  const inThread = readers({ kind: 'folder', path: location, withoutCache });
  return {
    ...inThread,
    look: () => folderLook(location, clock),
    fingerprint: async (signal) => (await smallFingerprint(location, signal)) ?? inThread.fingerprint(signal),
    ...LAYOUT,
    location,
    place: LAYOUT.place(location),
    names: (signal) => readCompanionNames(location, signal),
    openBlob: async (digest) => {
      const { path } = extent(digest);
      await refuseOutside(location, dirname(path), digest);
      return openExtent({ path, offset: 0 }, digest);
    },
    locateBlobs: async (digests) => {
      const found = digests.map(extent);
      const folders = new Map(found.map(({ path }, i) => [dirname(path), digests[i] as Digest]));
      for (const [folder, digest] of folders) {
        await refuseOutside(location, folder, digest).catch((error: unknown) => {
          // No folder, no blobs: whoever opens one finds out.
          if (!isCacheError(error, 'NOT_FOUND')) throw error;
        });
      }
      return found;
    },
  };
}

/** An OCI layout in an uncompressed tar, read in place. `location` is canonical. */
export function createOciTarSource(location: string): CacheSource {
  const request = { kind: 'tar', path: location } as const;
  let known: { readonly state: string; readonly extents: Promise<ReadonlyMap<string, BlobExtent>> } | undefined;
  /** Where blobs lie, found out once for each state of the file. */
  const extents = async () => {
    const { size, mtimeMs, ino } = await stat(location).catch((error: unknown) => {
      throw toCacheError(error, location);
    });
    const state = `${size} ${mtimeMs} ${ino}`;
    if (known?.state !== state) {
      const listed = listExtents({ ...request, task: 'list' });
      known = { state, extents: listed };
      listed.catch(() => {
        known = undefined;
      });
    }
    return known.extents;
  };
  return {
    ...readers(request),
    ...TAR,
    location,
    place: TAR.place(location),
    names: (signal) => readCompanionNames(location, signal),
    locateBlobs: async (digests) => {
      const known = await extents();
      return digests.map((digest) => known.get(digest));
    },
    openBlob: async (digest) => {
      const found = (await extents()).get(parseDigest(digest));
      if (found === undefined) throw noSuchBlob(digest);
      return openExtent(found, digest);
    },
  };
}

/** What both do in the same way: everything that looks at the whole source. */
function readers(request: Omit<ReadRequest, 'task'>): Pick<CacheSource, 'fingerprint' | 'read'> {
  return {
    fingerprint: async (signal) => {
      const answer = await readInWorker({ ...request, task: 'fingerprint' }, { signal });
      return answer.type === 'fingerprint' ? answer.fingerprint : unexpected(answer);
    },
    read: async (options: ReadOptions = {}) => {
      const answer = await readInWorker({ ...request, task: 'read' }, options);
      return answer.type === 'snapshot' ? unpackSnapshot(answer) : unexpected(answer);
    },
  };
}

/**
 * Makes objects of the columns, in slices, so that the event loop goes on in between. Columns are let go of as soon as
 * their objects are there: of a large cache, both together are more than a machine may have.
 */
async function unpackSnapshot({ snapshot, listing }: SnapshotMessage): Promise<SourceSnapshot> {
  const { fingerprint, documents, imageLayers, problems } = snapshot;
  const packed = [...snapshot.caches];
  snapshot.caches.length = 0;
  const wholeBytes = wholeBytesOf(listing, problems);
  const blobs = await drive(unpackBlobs(listing));
  const caches: SourceCache[] = [];
  for (let cache = packed.shift(); cache !== undefined; cache = packed.shift()) {
    const { ref, form, manifest, config } = cache;
    const parsed = await unpackConfigSlowly(cache.parsed);
    const descriptors = await drive(unpackDescriptors(cache.descriptors));
    caches.push({ ref, form, manifest, config, parsed, descriptors });
  }
  const whole = wholeBytes === undefined ? {} : { wholeBytes };
  return { fingerprint, caches, blobs, documents, imageLayers, problems, ...whole };
}

type SnapshotMessage = Extract<ReadMessage, { type: 'snapshot' }>;

const SLICE = 20_000;

function* unpackBlobs(listing: Listing): Generator<undefined, SourceBlob[]> {
  const digests = yield* unpackTexts(listing.digests);
  const blobs = new Array<SourceBlob>(digests.length);
  for (let i = 0; i < blobs.length; i++) {
    const problem = PROBLEMS[listing.flaws[i] as number];
    blobs[i] = {
      digest: digests[i] as Digest,
      size: listing.sizes[i] as number,
      mtimeMs: listing.mtimesMs[i] as number,
      ...(problem === undefined ? {} : { problem }),
    };
    if (i % SLICE === SLICE - 1) yield;
  }
  return blobs;
}

function wholeBytesOf({ isPlain, flaws, sizes }: Listing, problems: readonly Problem[]): number | undefined {
  if (!isPlain || problems.length > 0 || flaws.some((flaw) => flaw !== BLOB_FLAW.none)) return undefined;
  return sizes.reduce((sum, size) => sum + size, 0);
}

const PROBLEMS: Readonly<Record<number, SourceBlob['problem']>> = {
  [BLOB_FLAW.notAFile]: 'CORRUPT',
  [BLOB_FLAW.notReadable]: 'ACCESS_DENIED',
  [BLOB_FLAW.wrongSize]: 'SIZE_MISMATCH',
  [BLOB_FLAW.cutOff]: 'SIZE_MISMATCH',
};

async function listExtents(request: ReadRequest): Promise<ReadonlyMap<string, BlobExtent>> {
  const answer = await readInWorker(request);
  if (answer.type !== 'listing') return unexpected(answer);
  const { offsets, sizes, flaws } = answer.listing;
  const digests = await drive(unpackTexts(answer.listing.digests));
  const extents = new Map<string, BlobExtent>();
  digests.forEach((digest, i) => {
    if (flaws[i] === BLOB_FLAW.notAFile) return;
    extents.set(digest, { path: request.path, offset: offsets?.[i] ?? 0, length: sizes[i] as number });
  });
  return extents;
}

/** The folders above a blob must not lead out of the source; the blob itself is opened without following it. */
async function refuseOutside(root: string, folder: string, digest: Digest): Promise<void> {
  const real = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw noSuchBlob(digest);
    throw toCacheError(error, digest);
  });
  if (!real.startsWith(root + sep)) throw outside(digest);
}

function unexpected(answer: ReadMessage): never {
  throw new CacheError('INTERNAL', `an answer of type ${answer.type}`);
}

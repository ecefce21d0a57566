import { realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { SourceKind } from '../../../shared/model/source.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { BlobExtent } from '../../engine/ports/blob-hasher.ts';
import type { CacheSource, SourceBlob, SourceCache, SourceSnapshot } from '../../engine/ports/cache-source.ts';
import { unpackDescriptors } from '../../engine/remotecache/manifest-reader.ts';
import { unpackConfigSlowly } from '../../engine/remotecache/parse.ts';
import { finishSlowly, unpackTexts } from '../../engine/remotecache/text-table.ts';
import { noSuchBlob, openExtent } from './extent-reader.ts';
import { blobName } from './layout.ts';
import { outside } from './plain-file.ts';
import { type ReadOptions, readInWorker } from './read-in-worker.ts';
import type { PackedListing, ReadMessage, ReadRequest } from './read-worker.ts';
import { BLOB_FLAW } from './storage.ts';

/** An OCI layout in a folder. `location` is canonical. */
export function createOciLayoutSource(location: string, kind: SourceKind = 'oci-layout'): CacheSource {
  const extent = (digest: Digest): BlobExtent => ({ path: join(location, blobName(parseDigest(digest))), offset: 0 });
  return {
    ...readers({ kind: 'folder', path: location }),
    kind,
    location,
    openBlob: async (digest) => {
      const { path } = extent(digest);
      await refuseOutside(location, dirname(path), digest);
      return openExtent({ path, offset: 0 }, digest);
    },
    locateBlob: async (digest) => {
      const found = extent(digest);
      await refuseOutside(location, dirname(found.path), digest);
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
    if (known?.state !== state) known = { state, extents: listExtents({ ...request, task: 'list' }) };
    return known.extents;
  };
  const locateBlob = async (digest: Digest) => (await extents()).get(parseDigest(digest));
  return {
    ...readers(request),
    kind: 'oci-tar',
    location,
    locateBlob,
    openBlob: async (digest) => {
      const found = await locateBlob(digest);
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

/** Makes objects of the columns, in slices, so that the event loop goes on in between. */
async function unpackSnapshot(answer: Extract<ReadMessage, { type: 'snapshot' }>): Promise<SourceSnapshot> {
  const caches: SourceCache[] = [];
  for (const { parsed, descriptors, ...cache } of answer.snapshot.caches) {
    caches.push({
      ...cache,
      parsed: await unpackConfigSlowly(parsed),
      descriptors: await finishSlowly(unpackDescriptors(descriptors)),
    });
  }
  return { ...answer.snapshot, caches, blobs: await finishSlowly(unpackBlobs(answer.listing)) };
}

const SLICE = 20_000;

function* unpackBlobs(listing: PackedListing): Generator<undefined, SourceBlob[]> {
  const digests = yield* unpackTexts(listing.packedDigests);
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

const PROBLEMS: Readonly<Record<number, SourceBlob['problem']>> = {
  [BLOB_FLAW.notAFile]: 'CORRUPT',
  [BLOB_FLAW.notReadable]: 'ACCESS_DENIED',
  [BLOB_FLAW.wrongSize]: 'SIZE_MISMATCH',
  [BLOB_FLAW.cutOff]: 'SIZE_MISMATCH',
};

async function listExtents(request: ReadRequest): Promise<ReadonlyMap<string, BlobExtent>> {
  const answer = await readInWorker(request);
  if (answer.type !== 'listing') return unexpected(answer);
  const { packedDigests, offsets, sizes, flaws } = answer.listing;
  const digests = await finishSlowly(unpackTexts(packedDigests));
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

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { CacheError, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import { pathPlace } from '../../../shared/oci/reference.ts';
import { isDuListing, parseDuListing } from '../../engine/daemon/du-listing.ts';
import { duSnapshot } from '../../engine/daemon/du-snapshot.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import type { SourceAdapter } from '../../engine/ports/source-adapter.ts';

const START_BYTES = 8192;
/** A million records have some 400 MB; what is larger is something else, and soon longer than a string can be. */
const MOST_BYTES = 500 << 20;
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What is declared of every listing: it only tells of records. */
const DU_LISTING = {
  kind: 'du-listing',
  can: {
    verify: false,
    transfer: false,
    links: false,
    plan: false,
    prune: 'daemon',
    receive: false,
    repair: false,
  },
  place: (location: string) => pathPlace('oci', location),
} as const;

/** What `buildctl du` and `docker buildx du` print. */
export const duListingAdapter: SourceAdapter = {
  ...DU_LISTING,
  schemes: [],
  opens: 'path',
  lookedFor: 'what buildctl du printed',
  // What cannot be looked at is none until something else says why.
  open: (path) => openDuListing(path).catch(() => undefined),
  probe: async (path) => (await openDuListing(path)) !== undefined,
};

/**
 * The du listing in a file, or undefined where the file is none, by its beginning.
 * @throws `NOT_FOUND`, `ACCESS_DENIED`
 */
async function openDuListing(path: string): Promise<CacheSource | undefined> {
  try {
    const location = await realpath(path);
    await using file = await open(location, OPEN_FLAGS);
    const { size } = await file.stat();
    const start = await textOf(file, START_BYTES);
    return start !== undefined && isDuListing(start, size <= START_BYTES) ? createDuListingSource(location) : undefined;
  } catch (error) {
    throw toCacheError(error, path);
  }
}

function createDuListingSource(location: string): CacheSource {
  const read = async (signal: AbortSignal | undefined) => {
    throwIfAborted(signal);
    try {
      await using file = await open(location, OPEN_FLAGS);
      const text = await textOf(file, MOST_BYTES);
      if (text === undefined)
        throw new CacheError('CORRUPT', 'There is no plain file any more.', { subject: location });
      return { text, fingerprint: `sha256:${createHash('sha256').update(text).digest('hex')}` };
    } catch (error) {
      throw toCacheError(error, location);
    }
  };
  return {
    ...DU_LISTING,
    location,
    place: DU_LISTING.place(location),
    fingerprint: async (signal) => (await read(signal)).fingerprint,
    read: async (options) => {
      const { text, fingerprint } = await read(options?.signal);
      return duSnapshot(parseDuListing(text, basename(location)), fingerprint);
    },
    openBlob: async (digest) => {
      throw new CacheError('NOT_FOUND', 'A du listing has no blobs.', {
        subject: digest,
        hint: 'Open the state folder of the daemon instead.',
      });
    },
    locateBlobs: async (digests) => digests.map(() => undefined),
  };
}

/** The beginning of a plain file, as text. */
async function textOf(file: FileHandle, most: number): Promise<string | undefined> {
  const stat = await file.stat();
  if (!stat.isFile()) return undefined;
  const buffer = Buffer.alloc(Math.min(stat.size, most));
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done).toString('utf8');
}

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { CacheError, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import { pathPlace } from '../../../shared/oci/reference.ts';
import { createDuReader, isDuListing } from '../../engine/daemon/du-listing.ts';
import { duSnapshot } from '../../engine/daemon/du-snapshot.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import type { SourceAdapter } from '../../engine/ports/source-adapter.ts';

const START_BYTES = 8192;
/** A million records have some 400 MB; what is larger is something else. */
const MOST_BYTES = 2 ** 30;
const PIECE_BYTES = 1 << 20;
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
    collect: false,
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
  /** Reads the file once, in pieces. @returns the digest of its bytes */
  const read = async (signal: AbortSignal | undefined, onText: (text: string) => void): Promise<string> => {
    try {
      await using file = await open(location, OPEN_FLAGS);
      const stat = await file.stat();
      if (!stat.isFile()) throw new CacheError('CORRUPT', 'There is no plain file any more.', { subject: location });
      if (stat.size > MOST_BYTES) throw tooLarge(location, stat.size);
      const hash = createHash('sha256');
      const decoder = new TextDecoder();
      const buffer = Buffer.alloc(PIECE_BYTES);
      for (let at = 0; at < stat.size; ) {
        throwIfAborted(signal);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) break;
        at += bytesRead;
        hash.update(buffer.subarray(0, bytesRead));
        onText(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
      }
      onText(decoder.decode());
      return `sha256:${hash.digest('hex')}`;
    } catch (error) {
      throw toCacheError(error, location);
    }
  };
  return {
    ...DU_LISTING,
    location,
    place: DU_LISTING.place(location),
    fingerprint: (signal) => read(signal, () => {}),
    read: async (options) => {
      const reader = createDuReader(basename(location));
      const fingerprint = await read(options?.signal, reader.push);
      return duSnapshot(reader.end(), fingerprint);
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

function tooLarge(location: string, bytes: number): CacheError {
  return new CacheError('INVALID_INPUT', `This du listing is ${bytes} bytes long, more than can be right.`, {
    subject: location,
    hint: `At most ${MOST_BYTES} bytes are read: a million records have some 400 MB.`,
  });
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

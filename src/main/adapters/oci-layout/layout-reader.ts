import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import { CacheReader, type OpenDocument } from '../../engine/remotecache/cache-reader.ts';
import { blobName } from './layout.ts';
import { BLOB_FLAW, type LayoutStorage, type Listing, placeOf } from './storage.ts';

export type { PackedCache } from '../../engine/remotecache/cache-reader.ts';

export type OnProgress = (progress: ReadProgress) => void;

/** Follows the entries of the index of a layout to their caches. */
export class LayoutReader extends CacheReader {
  /** @param listing what lies there, where it is known already: it says which documents a tar has in part only */
  constructor(storage: LayoutStorage, listing: Listing | undefined, onProgress: OnProgress) {
    super((digest) => openDocument(storage, listing, digest), { onProgress });
  }
}

function openDocument(storage: LayoutStorage, listing: Listing | undefined, digest: Digest): OpenDocument {
  const at = listing === undefined ? -1 : placeOf(listing, Buffer.from(digest));
  if (listing?.flaws[at] === BLOB_FLAW.cutOff) {
    throw new CacheError('CORRUPT', 'The tar ends in the middle of this document.', {
      subject: digest,
      hint: 'Make the tar anew.',
    });
  }
  try {
    return storage.open(blobName(digest));
  } catch (error) {
    if (!isCacheError(error, 'NOT_FOUND')) throw error;
    throw new CacheError('NOT_FOUND', 'A document that the index leads to is missing.', {
      subject: digest,
      hint: 'The cache was not copied whole. Export or copy it again.',
      cause: error,
    });
  }
}

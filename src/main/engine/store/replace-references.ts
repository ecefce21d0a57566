import { randomBytes } from 'node:crypto';
import { isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import {
  type LayoutIndexDocument,
  type LayoutIndexEntry,
  printLayoutIndex,
  referenceOf,
} from '../../../shared/oci/layout-index.ts';
import type { LayoutIndex, LockOptions, Removal, SizedBlob } from '../ports/managed-store.ts';
import type { StoreFiles } from '../ports/store-files.ts';
import { reachableBlobs } from './reachable-blobs.ts';
import { removeBlobs } from './remove.ts';
import { takenAway } from './undone-index.ts';

/** What a caller wants of the index. May be asked more than once. */
export type IndexChange = (current: LayoutIndex) => Promise<LayoutIndexDocument> | LayoutIndexDocument;

/** How often a change is worked out anew when another program was faster. */
const TRIES = 3;

/** Replaces the index of a layout that keeps no trash. The caller holds the lock. */
export async function changeIndex(files: StoreFiles, change: IndexChange): Promise<LayoutIndex> {
  return whileOthersWrite(async () => {
    const current = await files.readIndex();
    return files.replaceIndex(current, printLayoutIndex(await change(current)));
  });
}

/**
 * Replaces the index of a store. References that it takes away go to the trash as a batch of their own, with what only they
 * kept, so that replacing a cache can be undone. The caller holds the lock.
 */
export async function replaceReferences(
  files: StoreFiles,
  change: IndexChange,
  options: LockOptions,
): Promise<LayoutIndex> {
  return whileOthersWrite(async () => {
    throwIfAborted(options.signal);
    const current = await files.readIndex();
    const next = await change(current);
    const lost = takenAway(current.document, next).filter((entry) => !next.manifests.some((one) => isSame(one, entry)));
    if (lost.length === 0) return files.replaceIndex(current, printLayoutIndex(next));
    const removal: Removal = {
      plan: `i-${randomBytes(6).toString('hex')}`,
      cause: 'import',
      at: files.now(),
      records: 0,
      nextIndex: next,
      written: [],
      write: async () => {},
      ...(await keptOnlyBy(files, { ...current.document, manifests: lost }, next)),
    };
    await removeBlobs(files, current, removal, options);
    return files.readIndex();
  });
}

/** Whether an entry leads under its name to where another does: what else it says is no loss. */
function isSame(entry: LayoutIndexEntry, other: LayoutIndexEntry): boolean {
  return entry.digest === other.digest && referenceOf(entry) === referenceOf(other);
}

/** Blobs that these references lead to and the next ones do not. Nothing where a manifest cannot be read: then all stays. */
async function keptOnlyBy(
  files: StoreFiles,
  lost: LayoutIndexDocument,
  next: LayoutIndexDocument,
): Promise<{ readonly blobs: readonly SizedBlob[]; readonly documents: readonly Digest[] }> {
  const documents = new Set<Digest>();
  try {
    const stays = await reachableBlobs(next, (digest) => files.read('blobs', digest));
    const goes = await reachableBlobs(lost, (digest) => files.read('blobs', digest), documents);
    const blobs: SizedBlob[] = [];
    for (const digest of goes) {
      if (stays.has(digest) || documents.has(digest)) continue;
      const look = await files.look('blobs', digest);
      if (look) blobs.push({ digest, size: look.size });
    }
    return { blobs, documents: [...documents].filter((digest) => !stays.has(digest)) };
  } catch (error) {
    if (isCacheError(error, 'CORRUPT')) return { blobs: [], documents: [] };
    throw error;
  }
}

async function whileOthersWrite<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isCacheError(error, 'CONFLICT') || tried === TRIES) throw error;
    }
  }
}

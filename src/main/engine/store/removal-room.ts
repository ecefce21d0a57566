import type { Digest } from '../../../shared/oci/digest.ts';
import type { StoreFiles } from '../ports/store-files.ts';
import { reachableBlobs } from './reachable-blobs.ts';

/** A blob in the journal (its digest, its size) and its name in the folder of the batch. */
const BLOB_BYTES = 256;
/** A document in the journal and in the note of the batch, as one that goes and as one that is new; a block of its own. */
const DOCUMENT_BYTES = 4096 + 512;
/** Copies of `index.json`: the new one, and twice that before and after, in the journal and in the note, as quoted text. */
const INDEXES = 10;

/**
 * Returns the bytes that a prune or an undo of a store writes at most before it frees any: the journal with every blob
 * there is, new manifests and configs as large as those that stand, the index, the note of the batch.
 * @throws `CORRUPT` for an index or a manifest that cannot be read
 */
export async function removalRoom(files: StoreFiles): Promise<number> {
  const { text, document } = await files.readIndex();
  const documents = new Set<Digest>();
  await reachableBlobs(document, (digest) => files.read('blobs', digest), documents);
  let bytes = text.length * INDEXES;
  for (const digest of documents) {
    bytes += DOCUMENT_BYTES + ((await files.look('blobs', digest))?.size ?? 0);
  }
  let blobs = (await files.list('blobs')).length;
  for (const batch of await files.batches('trash')) blobs += (await files.list(batch)).length;
  return bytes + blobs * BLOB_BYTES;
}

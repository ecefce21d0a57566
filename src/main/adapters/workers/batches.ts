import type { BlobToHash } from '../../engine/ports/blob-hasher.ts';

/** A batch is full with this many bytes or blobs: a message costs as much as hashing some ten kilobytes. */
const BATCH_BYTES = 16 * 1024 * 1024;
const BATCH_BLOBS = 256;

/**
 * Cuts work into batches, the largest blobs first and alone: what is left for the end is small, so that all threads
 * finish at about the same time. Sizes are what is expected; they need not be right.
 */
export function cutBatches(blobs: readonly BlobToHash[]): BlobToHash[][] {
  const size = (blob: BlobToHash): number => blob.expectedBytes ?? blob.length ?? BATCH_BYTES;
  const sorted = [...blobs].sort((a, b) => size(b) - size(a));
  const batches: BlobToHash[][] = [];
  let current: BlobToHash[] = [];
  let bytes = 0;
  for (const blob of sorted) {
    if (current.length > 0 && (bytes + size(blob) > BATCH_BYTES || current.length >= BATCH_BLOBS)) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(blob);
    bytes += size(blob);
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

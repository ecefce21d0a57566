/** Entry point of a hashing thread. It takes batches and answers each one whole; see `hash-messages.ts`. */
import { parentPort } from 'node:worker_threads';
import { isCacheError } from '../../../shared/base/errors.ts';
import type { BlobHash } from '../../engine/ports/blob-hasher.ts';
import { hashExtent } from './hash-extent.ts';
import type { HashAnswer, HashRequest } from './hash-messages.ts';

/** Progress is told after this many bytes, and at the end of a batch: often enough for a slow disk, seldom enough for a fast one. */
const TELL_BYTES = 16 * 1024 * 1024;

function answer({ blobs, stop }: HashRequest): void {
  const tell = (message: HashAnswer): void => parentPort?.postMessage(message);
  const isStopped = (): boolean => Atomics.load(stop, 0) !== 0;
  const hashes: BlobHash[] = [];
  let bytes = 0;
  const onBytes = (more: number): void => {
    bytes += more;
    if (bytes < TELL_BYTES) return;
    tell({ bytes });
    bytes = 0;
  };
  try {
    for (const blob of blobs) {
      if (isStopped()) break;
      hashes.push(hashExtent(blob, { isStopped, onBytes }));
    }
  } catch (error) {
    // Nobody waits for what was stopped; anything else ends the thread, and the pool fails its tasks.
    if (!isCacheError(error, 'CANCELLED')) throw error;
  }
  tell({ bytes, hashes });
}

parentPort?.on('message', answer);

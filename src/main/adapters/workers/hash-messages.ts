import type { BlobHash, BlobToHash } from '../../engine/ports/blob-hasher.ts';

/** Work for a thread. `stop`: one number in shared memory that becomes 1 when nobody wants the answers any more. */
export interface HashRequest {
  readonly blobs: readonly BlobToHash[];
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** From a thread, in the order of the requests: bytes read since the last message, and each batch's hashes at its end. */
export interface HashAnswer {
  readonly bytes: number;
  readonly hashes?: readonly BlobHash[];
}

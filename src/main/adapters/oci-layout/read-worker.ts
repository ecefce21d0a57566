/** The thread that reads layouts: it waits for the disk and parses, so that the engine's event loop does neither. */
import { parentPort } from 'node:worker_threads';
import { type CacheErrorData, toCacheError } from '../../../shared/base/errors.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import { descriptorBuffers } from '../../engine/remotecache/manifest-reader.ts';
import { textBuffers } from '../../engine/remotecache/packed-texts.ts';
import { configBuffers } from '../../engine/remotecache/parse.ts';
import { createFolderStorage } from './folder-storage.ts';
import { type PackedSnapshot, readFingerprint, readLayout } from './read-layout.ts';
import type { Listing } from './storage.ts';
import { createTarStorage } from './tar-storage.ts';

/** A task: one at a time. */
export interface ReadRequest {
  readonly kind: 'folder' | 'tar';
  readonly path: string;
  readonly task: 'read' | 'fingerprint' | 'list';
}

/** What the thread says; the last message is an answer or an error. */
export type ReadMessage =
  | { readonly type: 'progress'; readonly progress: ReadProgress }
  | { readonly type: 'snapshot'; readonly snapshot: Omit<PackedSnapshot, 'listing'>; readonly listing: Listing }
  | { readonly type: 'fingerprint'; readonly fingerprint: string }
  | { readonly type: 'listing'; readonly listing: Listing }
  | { readonly type: 'error'; readonly error: CacheErrorData; readonly stack: string | undefined };

const PROGRESS_MS = 80;
let progressAt = 0;

function onProgress(progress: ReadProgress): void {
  const now = performance.now();
  if (now - progressAt < PROGRESS_MS) return;
  progressAt = now;
  send({ type: 'progress', progress });
}

function send(message: ReadMessage, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function listingBuffers({ digests, sizes, mtimesMs, flaws, offsets }: Listing): ArrayBuffer[] {
  const columns = [sizes, mtimesMs, flaws, ...(offsets ? [offsets] : [])];
  return [...textBuffers(digests), ...columns.map((column) => column.buffer)];
}

async function run({ kind, path, task }: ReadRequest): Promise<void> {
  using storage = kind === 'folder' ? createFolderStorage(path) : createTarStorage(path);
  if (task === 'fingerprint') {
    send({ type: 'fingerprint', fingerprint: readFingerprint(storage, onProgress) });
  } else if (task === 'list') {
    const listing = storage.list(() => {});
    send({ type: 'listing', listing }, listingBuffers(listing));
  } else {
    const { listing, ...snapshot } = await readLayout(storage, onProgress);
    const buffers = snapshot.caches.flatMap((cache) => [
      ...configBuffers(cache.parsed),
      ...descriptorBuffers(cache.descriptors),
    ]);
    send({ type: 'snapshot', snapshot, listing }, [...buffers, ...listingBuffers(listing)]);
  }
}

parentPort?.on('message', (request: ReadRequest) => {
  run(request).catch((thrown: unknown) => {
    const error = toCacheError(thrown, request.path);
    send({ type: 'error', error: error.toJSON(), stack: thrown instanceof Error ? thrown.stack : undefined });
  });
});

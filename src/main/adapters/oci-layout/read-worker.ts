/** The thread that reads layouts: it waits for the disk and parses, so that the engine's event loop does neither. */
import { parentPort } from 'node:worker_threads';
import { CacheError, type CacheErrorData, toCacheError } from '../../../shared/base/errors.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import { descriptorBuffers } from '../../engine/remotecache/manifest-reader.ts';
import { configBuffers } from '../../engine/remotecache/parse.ts';
import { createFolderStorage } from './folder-storage.ts';
import { type PackedSnapshot, readFingerprint, readLayout } from './read-layout.ts';
import { type Listing, listingBuffers } from './storage.ts';
import { createTarStorage } from './tar-storage.ts';

/** A task: one at a time. */
export interface ReadRequest {
  readonly kind: 'folder' | 'tar';
  readonly path: string;
  readonly task: 'read' | 'fingerprint' | 'list';
  /** For `read`: a layout of images alone opens too. */
  readonly withoutCache?: boolean | undefined;
}

/** The answer to `wants-listing`. */
export type ListingReply =
  | { readonly listing: Listing }
  | { readonly listingError: CacheErrorData; readonly stack: string | undefined };

/** What the thread says; the last message is an answer or an error. `wants-listing` asks for one from another thread. */
export type ReadMessage =
  | { readonly type: 'wants-listing' }
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

async function run({ kind, path, task, withoutCache }: ReadRequest): Promise<void> {
  using storage = kind === 'folder' ? createFolderStorage(path) : createTarStorage(path);
  if (task === 'fingerprint') {
    send({ type: 'fingerprint', fingerprint: await readFingerprint(storage, onProgress) });
  } else if (task === 'list') {
    const listing = storage.list(() => {});
    send({ type: 'listing', listing }, listingBuffers(listing));
  } else {
    const listApart = kind === 'folder' ? listElsewhere : undefined;
    const { listing, ...snapshot } = await readLayout(storage, { onProgress, listApart, withoutCache });
    const buffers = snapshot.caches.flatMap((cache) => [
      ...configBuffers(cache.parsed),
      ...descriptorBuffers(cache.descriptors),
    ]);
    send({ type: 'snapshot', snapshot, listing }, [...buffers, ...listingBuffers(listing)]);
  }
}

let onListing: ((reply: ListingReply) => void) | undefined;

function listElsewhere(): Promise<Listing> {
  const { promise, resolve, reject } = Promise.withResolvers<Listing>();
  onListing = (reply) => {
    if ('listing' in reply) resolve(reply.listing);
    else reject(CacheError.fromData(reply.listingError, new Error(reply.stack)));
  };
  send({ type: 'wants-listing' });
  return promise;
}

parentPort?.on('message', (request: ReadRequest | ListingReply) => {
  if (!('task' in request)) {
    onListing?.(request);
    return;
  }
  run(request).catch((thrown: unknown) => {
    const error = toCacheError(thrown, request.path);
    send({ type: 'error', error: error.toJSON(), stack: thrown instanceof Error ? thrown.stack : undefined });
  });
});

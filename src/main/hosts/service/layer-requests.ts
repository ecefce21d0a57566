import type { IncomingMessage, ServerResponse } from 'node:http';
import { CacheError } from '../../../shared/base/errors.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { LayerProvider, SizedLayerStore } from '../../engine/ports/layer-store.ts';
import type { LayerPresence } from '../../engine/service/layer-presence.ts';
import { bodyOf } from './request-body.ts';

const STEP_BYTES = 1024 * 1024;
/** The largest layer that is taken. */
const MAX_LAYER_BYTES = 64 * 1024 ** 3;

/** What layers are taken and given with. */
export interface LayerRequestParts {
  readonly store: SizedLayerStore;
  readonly presence: LayerPresence;
  readonly idleMs: number;
  readonly onTaken: (bytes: number) => void;
  readonly onGiven: (bytes: number) => void;
}

/** Answers `HEAD`, `GET` (with `Range: bytes=N-`) and `PUT /layers/DIGEST`. */
export async function answerLayer(
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  parts: LayerRequestParts,
): Promise<void> {
  const digest = parseDigest(text);
  if (request.method === 'PUT') return takeLayer(request, response, digest, parts);
  const size = await parts.store.sizeOf(digest);
  if (size === undefined) {
    parts.presence.doubt(digest);
    throw new CacheError('NOT_FOUND', 'The service does not have this layer.', {
      subject: digest,
      hint: 'It was never pushed, or was removed since. Import again.',
    });
  }
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const start = Number(range ?? 0);
  if (range !== undefined && start > size) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const headers = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' };
  if (request.method === 'HEAD') return void response.writeHead(200, { ...headers, 'content-length': size }).end();
  await using reader = await parts.store.readerAt({ mediaType: '', digest, size });
  const buffer = new Uint8Array(STEP_BYTES);
  let at = start;
  while (at < size) {
    // The first read comes before the head, so that what cannot be read is said by a status.
    const done = await reader.readAt(buffer, at);
    if (!response.headersSent) {
      const part = range === undefined ? {} : { 'content-range': `bytes ${start}-${size - 1}/${size}` };
      response.writeHead(range === undefined ? 200 : 206, { ...headers, ...part, 'content-length': size - start });
    }
    if (done === 0 || response.destroyed) return void response.destroy();
    if (!response.write(Buffer.from(buffer.subarray(0, done)))) await drained(response);
    at += done;
    parts.onGiven(done);
  }
  if (!response.headersSent) response.writeHead(range === undefined ? 200 : 206, { ...headers, 'content-length': 0 });
  response.end();
}

async function takeLayer(
  request: IncomingMessage,
  response: ServerResponse,
  digest: Digest,
  { store, presence, idleMs, onTaken }: LayerRequestParts,
): Promise<void> {
  const size = Number(request.headers['content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(size)) {
    throw new CacheError('INVALID_INPUT', 'A layer is sent with its length.', {
      subject: digest,
      hint: 'Nothing was stored. Send Content-Length.',
    });
  }
  const provider: LayerProvider = {
    openBlob: async () => ({
      size,
      read: async () => 0,
      stream: () => bodyOf(request, { maxBytes: MAX_LAYER_BYTES, idleMs }),
      [Symbol.asyncDispose]: async () => {},
    }),
  };
  const came = await store.pushLayer({ mediaType: '', digest, size }, provider, { onBytes: onTaken });
  presence.seen(digest);
  if (came === 'there') request.resume();
  response.writeHead(came === 'there' ? 200 : 201, { 'content-length': 0 }).end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

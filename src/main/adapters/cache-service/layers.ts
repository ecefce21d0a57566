import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { LayerProvider, LayerReaderAt, LayerStore, PushOptions } from '../../engine/ports/layer-store.ts';
import { createCheckedReader } from '../../engine/streams/checked-reader.ts';
import { letGo, type ServiceHttp } from './http.ts';

/**
 * Layers that a service keeps itself: `HEAD`, `GET` (with `Range: bytes=N-`) and `PUT /layers/DIGEST`. The service takes a
 * layer whole or not at all, and checks its digest.
 */
export function createServiceLayers(http: ServiceHttp, location: string): LayerStore {
  return {
    async readerAt({ digest: text, size }, { signal } = {}) {
      const digest = parseDigest(text);
      return createCheckedReader(createReader(http, digest, size, location, signal), digest);
    },

    async pushLayer(layer: Descriptor, provider: LayerProvider, { signal, onBytes }: PushOptions = {}) {
      const digest = parseDigest(layer.digest);
      const path = pathOf(digest);
      const head = await http.send({ method: 'HEAD', path, signal });
      await head.body.dump();
      if (head.statusCode === 200 && Number(head.headers['content-length'] ?? layer.size) === layer.size)
        return 'there';
      if (head.statusCode !== 200 && head.statusCode !== 404) throw unexpected(head.statusCode, location);
      let sourceError: unknown;
      const bytes = async function* (): AsyncGenerator<Uint8Array> {
        let sent = 0;
        try {
          await using reader = await provider.openBlob(digest);
          for await (const chunk of reader.stream(signal ? { signal } : {})) {
            sent += chunk.length;
            yield chunk;
            onBytes?.(chunk.length);
          }
          if (sent !== layer.size) throw wrongSize(digest, layer.size, sent);
        } catch (error) {
          sourceError = error;
          throw error;
        }
      };
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(layer.size) };
      try {
        const answer = await http.send({ method: 'PUT', path, body: bytes(), headers, signal });
        const text = await answer.body.text();
        if (answer.statusCode >= 200 && answer.statusCode < 300) return 'copied';
        if (answer.statusCode === 400 || answer.statusCode === 422) throw notTaken(digest, text);
        throw unexpected(answer.statusCode, location);
      } catch (error) {
        if (sourceError !== undefined && !signal?.aborted) throw sourceError;
        throw http.told(error, signal);
      }
    },
  };
}

function createReader(
  http: ServiceHttp,
  digest: Digest,
  size: number,
  location: string,
  signal: AbortSignal | undefined,
): LayerReaderAt {
  let position = 0;
  let rest: { readonly chunks: AsyncIterator<Uint8Array>; close(): void } | undefined;
  let left: Uint8Array = new Uint8Array(0);

  const close = async (): Promise<void> => {
    rest?.close();
    rest = undefined;
    left = new Uint8Array(0);
  };
  const open = async (offset: number): Promise<void> => {
    await close();
    const answer = await http.send({
      method: 'GET',
      path: pathOf(digest),
      headers: { range: `bytes=${offset}-` },
      signal,
    });
    if (answer.statusCode !== 206 && !(answer.statusCode === 200 && offset === 0)) {
      await answer.body.dump();
      throw answer.statusCode === 404 ? missing(digest) : unexpected(answer.statusCode, location);
    }
    position = offset;
    rest = {
      chunks: (answer.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator](),
      close: () => letGo(answer),
    };
  };
  return {
    size,
    async readAt(buffer, offset) {
      const wanted = Math.min(buffer.length, size - offset);
      if (wanted <= 0) return 0;
      if (!rest || offset !== position) await open(offset);
      let done = 0;
      try {
        while (done < wanted) {
          if (left.length === 0) {
            const next = await rest?.chunks.next();
            if (!next || next.done) throw wrongSize(digest, size, offset + done);
            left = next.value;
          }
          const some = left.subarray(0, wanted - done);
          buffer.set(some, done);
          left = left.subarray(some.length);
          done += some.length;
        }
      } catch (error) {
        await close();
        throw http.told(error, signal);
      }
      position = offset + done;
      return done;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function pathOf(digest: Digest): string {
  return `/layers/${digest}`;
}

function missing(digest: Digest): CacheError {
  return new CacheError('NOT_FOUND', 'The service does not have this layer.', {
    subject: digest,
    hint: 'It was removed since the cache was read. Import again.',
  });
}

function wrongSize(digest: Digest, expected: number, found: number): CacheError {
  return new CacheError('SIZE_MISMATCH', `It should be ${expected} bytes long, but has ${found}.`, {
    subject: digest,
    hint: 'Export the cache again.',
  });
}

function notTaken(digest: Digest, text: string): CacheError {
  return new CacheError('DIGEST_MISMATCH', 'The service did not take the layer: its bytes have another digest.', {
    subject: digest,
    hint: 'Verify the source. Nothing was stored.',
    cause: text.slice(0, 1000),
  });
}

function unexpected(status: number, location: string): CacheError {
  return new CacheError('UNAVAILABLE', `The service answers with status ${status} for a layer.`, {
    subject: location,
    hint: 'Check the address, and the log of the service.',
  });
}

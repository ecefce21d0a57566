import { isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { RegistryClient, RegistryRequest } from './client.ts';
import { expectStatus, locationOf, mismatch } from './responses.ts';
import { isSilence, SILENCE_REPEATS } from './silence.ts';
import { createTaker } from './taker.ts';

/** Bytes of a blob, from the first one; asked again when an upload broke off and has to begin anew. */
export type BlobBytes = () => AsyncIterable<Uint8Array>;

type OnBytes = (bytes: number) => void;

/** Blobs up to this size go in one request; larger ones in parts of it, so that a broken connection costs one part. */
const PART_BYTES = 16 * 1024 * 1024;
/** Uploads of one blob begun before it is given up. */
const SESSIONS = 4;
/** How long the registry may take to hear that an upload will not go on. */
const CANCEL_TIMEOUT_MS = 3000;

/** Sends blobs to a repository. */
export interface Uploads {
  /**
   * Sends all bytes of a blob that is not there; where the line breaks, once more from the first one.
   * @throws `DIGEST_MISMATCH` when the registry finds other bytes than the digest says, and what `bytes` throws
   */
  send(
    blob: Descriptor,
    bytes: BlobBytes,
    options: { readonly signal: AbortSignal | undefined; readonly onBytes: OnBytes | undefined },
  ): Promise<void>;
  /** Lets the registry forget an upload that will not go on, by the place it was given. Never throws. */
  cancel(location: string, subject: string): Promise<void>;
}

/** Uploads to one repository, in sessions as the OCI distribution API has them. */
export function createUploads(client: RegistryClient, name: string): Uploads {
  const send = (request: Omit<RegistryRequest, 'scope'>) =>
    client.send({ ...request, scope: `repository:${name}:pull,push` });

  return {
    cancel,
    async send(blob, bytes, options) {
      let sourceError: unknown;
      const watched: BlobBytes = async function* () {
        try {
          yield* bytes();
        } catch (error) {
          sourceError = error;
          throw error;
        }
      };
      let silences = 0;
      for (let session = 1; ; session += 1) {
        try {
          await once(blob, watched, options);
          return;
        } catch (error) {
          // Registries forget an upload whose part broke off: only a new one helps, from the first byte on.
          const isBroken = isCacheError(error, 'UNAVAILABLE') || isCacheError(error, 'NOT_FOUND');
          if (isSilence(error)) silences += 1;
          const isOver = session >= SESSIONS || silences > SILENCE_REPEATS;
          if (!isBroken || error === sourceError || isOver) throw error;
        }
      }
    },
  };

  /** A courtesy, also after an abort: a registry that does not answer keeps nobody waiting for it. */
  async function cancel(location: string, subject: string): Promise<void> {
    const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
    const target = client.resolve(location);
    const gone = send({ method: 'DELETE', target, isOnlyTry: true, signal, subject });
    await gone.then((response) => response.body?.cancel()).catch(() => undefined);
  }

  /** One upload from its first byte to the request that closes it. `onBytes` takes back what a broken one had counted. */
  async function once(
    { digest, size }: Descriptor,
    bytes: BlobBytes,
    { signal, onBytes }: { signal: AbortSignal | undefined; onBytes: OnBytes | undefined },
  ): Promise<void> {
    const begun = await send({
      method: 'POST',
      target: `${name}/blobs/uploads/`,
      headers: { 'content-length': '0' },
      signal,
      subject: digest,
    });
    await expectStatus(begun, [202], digest);
    await begun.body?.cancel();
    let location = locationOf(begun, digest);
    let offset = 0;
    const iterator = createTaker(bytes());
    try {
      // Parts while more than one is left; the last one goes with the request that closes the upload.
      while (size - offset > PART_BYTES) {
        const part = await iterator.take(PART_BYTES, signal);
        location = await sendPart(location, part, offset, digest, signal);
        offset += part.length;
        onBytes?.(part.length);
      }
      const last = await iterator.take(size - offset, signal);
      const close = new URL(client.resolve(location));
      close.searchParams.set('digest', digest);
      const closed = await send({
        method: 'PUT',
        target: close.href,
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(last.length) },
        body: () => last,
        isOnlyTry: true,
        signal,
        subject: digest,
      });
      if (closed.status === 400) {
        await closed.body?.cancel();
        throw mismatch(digest, 'other bytes');
      }
      await expectStatus(closed, [201, 204], digest);
      await closed.body?.cancel();
      onBytes?.(last.length);
    } catch (error) {
      onBytes?.(-offset);
      await cancel(location, digest);
      throw error;
    } finally {
      await iterator.close();
    }
  }

  /** Sends a part and gives the place of the next one. */
  async function sendPart(location: string, part: Uint8Array, offset: number, digest: string, signal?: AbortSignal) {
    const response = await send({
      method: 'PATCH',
      target: client.resolve(location),
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(part.length),
        'content-range': `${offset}-${offset + part.length - 1}`,
      },
      body: () => part,
      isOnlyTry: true,
      signal,
      subject: digest,
    });
    await expectStatus(response, [202], digest);
    await response.body?.cancel();
    return locationOf(response, digest);
  }
}

import { createHash } from 'node:crypto';
import { CacheError, isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { isDigest, splitDigest } from '../../../shared/oci/digest.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { RegistryClient, RegistryRequest } from './client.ts';
import { expectStatus, lengthOf, mediaTypeOf, mismatch, readAll, unexpected } from './responses.ts';
import { isSilence, repeatingSilence, SILENCE_REPEATS } from './silence.ts';
import { type BlobBytes, createUploads } from './uploads.ts';

/** A manifest is refused above this size, unread. */
const MANIFEST_LIMIT_BYTES = 32 * 1024 * 1024;
const MANIFEST_TYPES = [
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.dockerManifestList,
];

/** What an upload did: sent the bytes, took them from another repository, or found them there. */
export type UploadOutcome = 'there' | 'mounted' | 'copied';

/**
 * One repository of a registry, over the OCI distribution API. Digests are checked on everything that is read whole; a
 * blob's stream is not, its reader does that.
 */
export interface Repository {
  readonly name: string;
  /** Digest and size of the manifest of a tag or digest, without its bytes where the registry can. @throws `NOT_FOUND` */
  resolve(reference: string, signal?: AbortSignal): Promise<Descriptor>;
  /** The manifest of a tag or digest, its bytes checked against the digest. @throws `NOT_FOUND`, `DIGEST_MISMATCH` */
  manifest(
    reference: string,
    signal?: AbortSignal,
  ): Promise<{ readonly descriptor: Descriptor; readonly bytes: Uint8Array }>;
  /** Size of a blob in bytes; `undefined` when it is not there. */
  blobSize(digest: string, signal?: AbortSignal): Promise<number | undefined>;
  /**
   * Bytes of a blob from an offset on; goes on by itself after a dropped connection. It holds one of the client's places
   * until it is read to its end or left.
   * @throws `NOT_FOUND`
   */
  blob(
    digest: string,
    options?: { readonly start?: number; readonly end?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  /**
   * Puts a blob there, unless it is there or one of `mountFrom` (repositories of this registry) has it.
   * @throws `DIGEST_MISMATCH` when the registry finds other bytes than the digest says
   */
  upload(
    blob: Descriptor,
    bytes: BlobBytes,
    options?: {
      readonly mountFrom?: readonly string[];
      readonly signal?: AbortSignal;
      readonly onBytes?: (bytes: number) => void;
    },
  ): Promise<UploadOutcome>;
  /** Writes a manifest under a tag. To be called when everything it names is there. */
  putManifest(reference: string, mediaType: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
}

/** A repository on a client. */
export function createRepository(client: RegistryClient, name: string): Repository {
  const pull = `repository:${name}:pull`;
  const push = `repository:${name}:pull,push`;
  const send = (request: Omit<RegistryRequest, 'scope'> & { scope?: string }) =>
    client.send({ scope: pull, ...request });

  const uploads = createUploads(client, name);

  async function* blob(
    digest: string,
    { start = 0, end, signal }: { start?: number; end?: number; signal?: AbortSignal } = {},
  ): AsyncIterable<Uint8Array> {
    using _slot = await client.downloads.take(signal);
    let offset = start;
    // Breaks without a byte in between: as long as a connection brings something, it is worth another one.
    for (let breaks = 0; ; breaks += 1) {
      const before = offset;
      const range =
        offset > 0 || end !== undefined ? { range: `bytes=${offset}-${end === undefined ? '' : end - 1}` } : {};
      const response = await send({
        method: 'GET',
        target: `${name}/blobs/${digest}`,
        headers: range,
        signal,
        subject: digest,
      });
      if (response.status === 416) {
        await response.body?.cancel();
        return;
      }
      await expectStatus(response, [200, 206], digest);
      // A registry that does not know ranges sends everything: what was read already is passed over.
      let skip = response.status === 200 ? offset : 0;
      try {
        for await (const chunk of response.body ?? []) {
          const fresh = skip >= chunk.length ? undefined : chunk.subarray(skip);
          skip = Math.max(0, skip - chunk.length);
          if (!fresh) continue;
          const wanted = end === undefined ? fresh : fresh.subarray(0, Math.max(0, end - offset));
          offset += wanted.length;
          if (wanted.length > 0) yield wanted;
          if (end !== undefined && offset >= end) return;
        }
        return;
      } catch (error) {
        throwIfAborted(signal);
        if (offset > before) breaks = 0;
        if (breaks >= (isSilence(error) ? SILENCE_REPEATS : 3)) {
          throw new CacheError('UNAVAILABLE', 'The connection broke again and again.', {
            subject: digest,
            cause: error,
          });
        }
      }
    }
  }

  async function manifest(reference: string, signal?: AbortSignal) {
    const subject = `${name}:${reference}`;
    const headers = { accept: MANIFEST_TYPES.join(', ') };
    const target = `${name}/manifests/${reference}`;
    const { response, bytes } = await repeatingSilence(async () => {
      const response = await send({ method: 'GET', target, headers, signal, subject });
      await expectStatus(response, [200], subject);
      return { response, bytes: await readAll(response, MANIFEST_LIMIT_BYTES, subject) };
    }, 'body');
    const said = isDigest(reference) ? reference : response.headers.get('docker-content-digest');
    const algorithm = isDigest(said) ? splitDigest(said).algorithm : 'sha256';
    const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
    if (isDigest(said) && said !== digest) throw mismatch(said, digest);
    const mediaType = mediaTypeOf(response);
    return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
  }

  /** For registries that say no length: they do when they are asked for the first byte. */
  async function sizeByRange(digest: string, signal?: AbortSignal): Promise<number | undefined> {
    const headers = { range: 'bytes=0-0' };
    const response = await send({ method: 'GET', target: `${name}/blobs/${digest}`, headers, signal, subject: digest });
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    // An empty blob has no first byte.
    if (response.status === 416) return 0;
    const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    const size = response.status === 200 ? lengthOf(response) : total === undefined ? undefined : Number(total);
    if (size === undefined) throw unexpected(response, digest);
    return size;
  }

  async function mount(digest: string, from: string, signal?: AbortSignal): Promise<boolean> {
    const target = `${name}/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
    const scope = `${push} repository:${from}:pull`;
    const response = await send({
      method: 'POST',
      target,
      scope,
      signal,
      headers: { 'content-length': '0' },
      subject: digest,
    });
    await response.body?.cancel();
    if (response.status === 201) return true;
    // 202: the registry would not mount and began an upload instead, which nobody will go on with.
    const location = response.headers.get('location');
    if (response.status === 202 && location) await uploads.cancel(location, digest);
    return false;
  }

  return {
    name,
    blob,
    manifest,

    async resolve(reference, signal) {
      const subject = `${name}:${reference}`;
      const response = await send({
        method: 'HEAD',
        target: `${name}/manifests/${reference}`,
        headers: { accept: MANIFEST_TYPES.join(', ') },
        signal,
        subject,
      });
      await expectStatus(response, [200], subject);
      await response.body?.cancel();
      const digest = response.headers.get('docker-content-digest');
      const size = lengthOf(response);
      // Not every registry says them without the bytes.
      if (!isDigest(digest) || size === undefined) return (await manifest(reference, signal)).descriptor;
      return { mediaType: mediaTypeOf(response), digest, size };
    },

    async blobSize(digest, signal) {
      const response = await send({ method: 'HEAD', target: `${name}/blobs/${digest}`, signal, subject: digest });
      await response.body?.cancel();
      if (response.status === 404) return undefined;
      if (response.status !== 200) throw unexpected(response, digest);
      return lengthOf(response) ?? sizeByRange(digest, signal);
    },

    async upload(descriptor, bytes, { mountFrom = [], signal, onBytes } = {}) {
      const { digest } = descriptor;
      using _slot = await client.uploads.take(signal);
      const there = await send({
        method: 'HEAD',
        target: `${name}/blobs/${digest}`,
        scope: push,
        signal,
        subject: digest,
      });
      await there.body?.cancel();
      if (there.status === 200) return 'there';
      for (const from of mountFrom) {
        if (from === name) continue;
        const isMounted = await mount(digest, from, signal).catch((error: unknown) => {
          // Who may not read the other repository may still write to this one.
          if (isCacheError(error, 'ACCESS_DENIED')) return false;
          throw error;
        });
        if (isMounted) return 'mounted';
      }
      await uploads.send(descriptor, bytes, { signal, onBytes });
      return 'copied';
    },

    async putManifest(reference, mediaType, bytes, signal) {
      const subject = `${name}:${reference}`;
      const response = await send({
        method: 'PUT',
        target: `${name}/manifests/${reference}`,
        scope: push,
        headers: { 'content-type': mediaType, 'content-length': String(bytes.length) },
        body: () => bytes,
        signal,
        subject,
      });
      await expectStatus(response, [201, 202], subject);
      await response.body?.cancel();
    },
  };
}

import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { BlobReader } from './cache-source.ts';

/** Gives the bytes of layers: what containerd calls a content provider. Every `CacheSource` is one. */
export interface LayerProvider {
  /** @throws `NOT_FOUND` whose subject is the digest */
  openBlob(digest: Digest): Promise<BlobReader>;
}

/** Reads one layer at any position, best in order. Reads wait for one another. */
export interface LayerReaderAt extends AsyncDisposable {
  /** In bytes, as its descriptor says. */
  readonly size: number;
  /**
   * Fills `buffer` from `offset`; fewer bytes only at the end.
   * @throws `NOT_FOUND`, `SIZE_MISMATCH`, and `DIGEST_MISMATCH` with the last byte of a layer that was read in order
   */
  readAt(buffer: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** Options of a push. */
export interface PushOptions {
  readonly signal?: AbortSignal | undefined;
  /** How many more bytes were sent. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Keeps layers by their digests, and nothing else: which caches they belong to is known elsewhere.
 *
 * A layer is there whole or not at all, at every moment, whoever pushes it at the same time and whatever becomes of them.
 */
export interface LayerStore {
  /**
   * Opens a layer. One that is not there is `NOT_FOUND`, whose subject is the digest, here or with the first read.
   * @throws `INVALID_INPUT` for a digest that is none
   */
  readerAt(layer: Descriptor, options?: { readonly signal?: AbortSignal | undefined }): Promise<LayerReaderAt>;
  /**
   * Brings a layer, unless it is there; then nothing is asked of the provider.
   * @throws `DIGEST_MISMATCH`, `SIZE_MISMATCH` or what the provider throws, whose subject is the digest: nothing was
   *   stored then; `ACCESS_DENIED`, `UNAVAILABLE`, `NO_SPACE` of the store, whose subject is the store; `CANCELLED`
   */
  pushLayer(layer: Descriptor, provider: LayerProvider, options?: PushOptions): Promise<'there' | 'copied'>;
}

/** A layer store that tells sizes, for who knows digests only. */
export interface SizedLayerStore extends LayerStore {
  /** In bytes; `undefined` for a layer that is not there. @throws `ACCESS_DENIED`, `UNAVAILABLE` of the store */
  sizeOf(digest: Digest, signal?: AbortSignal): Promise<number | undefined>;
}

import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { S3Address } from '../../../shared/oci/s3-address.ts';
import { createBlobPresence } from '../../engine/layer-info/blob-presence.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import type { LayerInfoCache } from '../../engine/ports/layer-info-cache.ts';
import type { LayerProvider, PushOptions, SizedLayerStore } from '../../engine/ports/layer-store.ts';
import type { S3LayerStoreConfig } from '../../engine/service/types.ts';
import { createCheckedReader } from '../../engine/streams/checked-reader.ts';
import { type Bucket, createBucket, type S3Object } from './bucket.ts';
import type { S3Connector } from './client.ts';
import { s3Error } from './errors.ts';
import { S3ReaderAt } from './reader-at.ts';
import { touchObject } from './touch.ts';
import { uploadObject } from './upload.ts';

/** What a store works with. `layerInfo` spares the trip for a layer that was seen there within a day. */
export interface S3LayerStoreOptions {
  readonly connect: S3Connector;
  readonly layerInfo?: LayerInfoCache | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
  /** Age in milliseconds from which a layer that is there is made new again; BuildKit's `touch_refresh`. */
  readonly touchAfterMs?: number | undefined;
}

/** BuildKit's own. */
const TOUCH_AFTER_MS = 24 * 60 * 60 * 1000;

/** Layers in a bucket, each under `blobsPrefix + digest`. */
export class S3LayerStore implements SizedLayerStore {
  /** The place as a text of its own. */
  readonly location: string;
  readonly #address: S3Address;
  readonly #prefix: string;
  readonly #bucket: Bucket;
  readonly #options: S3LayerStoreOptions;

  constructor(config: S3LayerStoreConfig, options: S3LayerStoreOptions) {
    const { bucket, region, endpointURL: endpoint, usePathStyle = endpoint !== undefined, blobsPrefix = '' } = config;
    this.location = `s3://${endpoint === undefined ? '' : `${endpoint.replace(/^https?:\/\//, '')}/`}${bucket}/${blobsPrefix}`;
    this.#prefix = blobsPrefix;
    this.#address = {
      bucket,
      region,
      endpoint,
      pathStyle: usePathStyle,
      prefix: '',
      names: [],
      manifestsPrefix: '',
      blobsPrefix,
    };
    this.#bucket = createBucket(this.#address, this.location, options.connect);
    this.#options = options;
  }

  async sizeOf(digest: Digest, signal?: AbortSignal): Promise<number | undefined> {
    return (await this.#bucket.head(this.#keyOf(digest), signal, this.location))?.size;
  }

  async readerAt({ digest: text, size }: Descriptor, { signal }: { readonly signal?: AbortSignal | undefined } = {}) {
    const digest = parseDigest(text);
    // An empty stream has no first byte that could be missed.
    if (size === 0 && !(await this.#bucket.head(this.#keyOf(digest), signal, this.location))) throw missing(digest);
    const key = this.#keyOf(digest);
    return createCheckedReader(new S3ReaderAt({ bucket: this.#bucket, key, size, subject: digest, signal }), digest);
  }

  async pushLayer(layer: Descriptor, provider: LayerProvider, { signal, onBytes }: PushOptions = {}) {
    const digest = parseDigest(layer.digest);
    const { layerInfo, now = systemClock.now } = this.#options;
    let found: S3Object | undefined;
    const presence = createBlobPresence(
      {
        blobSize: async () => {
          found = await this.#bucket.head(this.#keyOf(digest), signal, this.location);
          return found?.size;
        },
      },
      this.location,
      { layerInfo, now },
    );
    const there = await presence.sizes([layer], { signal });
    if (there.get(digest) === layer.size) {
      if (found) await this.refresh(found, signal);
      return 'there';
    }
    await this.#send(layer, digest, provider, { signal, onBytes });
    // What was sent is known to be there.
    await layerInfo?.setMeta(digest, { path: this.location, length: layer.size, seenAt: now() }).catch(() => {});
    await layerInfo?.add(this.location, digest).catch(() => {});
    return 'copied';
  }

  /** Makes a layer new again that has become old enough for a rule to delete it soon. */
  async refresh(object: S3Object, signal?: AbortSignal): Promise<void> {
    const { now = systemClock.now, touchAfterMs = TOUCH_AFTER_MS, connect } = this.#options;
    if (now() - object.modifiedAt <= touchAfterMs) return;
    try {
      await touchObject(await connect(this.#address), this.#address.bucket, object, now(), signal);
    } catch (error) {
      throw s3Error(error, this.location, signal);
    }
  }

  #keyOf(digest: Digest): string {
    return this.#prefix + digest;
  }

  async #send(layer: Descriptor, digest: Digest, provider: LayerProvider, options: PushOptions): Promise<void> {
    const { signal, onBytes } = options;
    let sourceError: unknown;
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      try {
        await using reader = await provider.openBlob(digest);
        yield* reader.stream(signal ? { signal } : {});
      } catch (error) {
        sourceError = error;
        throw error;
      }
    };
    try {
      const connection = await this.#options.connect(this.#address);
      const { bucket } = this.#address;
      await uploadObject(connection, bytes(), { bucket, key: this.#keyOf(digest), blob: layer, signal, onBytes });
    } catch (error) {
      const isContent = isCacheError(error, 'SIZE_MISMATCH') || isCacheError(error, 'DIGEST_MISMATCH');
      if (isContent || (sourceError !== undefined && !signal?.aborted)) throw error;
      throw s3Error(error, this.location, signal);
    }
  }
}

function missing(digest: Digest): CacheError {
  return new CacheError('NOT_FOUND', 'The bucket does not have this layer.', {
    subject: digest,
    hint: 'A lifecycle rule or a person removed it, or it was never pushed.',
  });
}

import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { S3Address } from '../../../shared/oci/s3-address.ts';
import type { S3Connector, S3Limits } from './client.ts';
import { isS3NotFound, noS3Error, s3Error } from './errors.ts';

/** An object of a bucket. */
export interface S3Object {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Another text for other bytes; empty where the server says none. */
  readonly etag: string;
}

/** A stretch of a listing. */
export interface PageOptions {
  /** Only keys after this one. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An object that is being read. */
export interface OpenObject extends S3Object {
  readonly body: AsyncIterable<Uint8Array>;
}

/** One bucket. Errors are told of `subject`, which is the location unless another one is given. */
export interface Bucket {
  /** Objects whose keys begin with a text, in the order of their keys, page by page. */
  pages(
    prefix: string,
    options?: PageOptions,
  ): AsyncGenerator<{ readonly objects: readonly S3Object[]; readonly isLast: boolean }>;
  /** Objects whose keys begin with a text, in the order of their keys. `limit` ends it with the page that reaches it. */
  list(
    prefix: string,
    options?: PageOptions & { readonly limit?: number },
  ): Promise<{ readonly objects: S3Object[]; readonly isCut: boolean }>;
  /** Undefined where nothing is. */
  head(key: string, signal?: AbortSignal, subject?: string): Promise<S3Object | undefined>;
  /**
   * Opens an object from a byte on; undefined where nothing is. Its body ends in whatever error cuts the connection.
   * @param options.etag what it must still have: else the server answers 412
   */
  get(
    key: string,
    options?: { readonly start?: number; readonly etag?: string; readonly signal?: AbortSignal | undefined },
  ): Promise<OpenObject | undefined>;
}

/** Returns the bucket of an address. Nothing is sent yet. */
export function createBucket(address: S3Address, location: string, connect: S3Connector): Bucket {
  const Bucket = address.bucket;

  const bucket: Bucket = {
    async *pages(prefix, { after, signal } = {}) {
      try {
        const { sdk, client, limits } = await connect(address);
        let token: string | undefined;
        do {
          throwIfAborted(signal);
          const command = new sdk.ListObjectsV2Command({
            Bucket,
            Prefix: prefix,
            ...(after === undefined ? {} : { StartAfter: after }),
            ...(token === undefined ? {} : { ContinuationToken: token }),
          });
          const page = await client.send(command, asking(limits, signal));
          // A web page reads as an answer that says nothing.
          if (page.Name === undefined && page.IsTruncated === undefined) throw noS3Error(location);
          token = page.IsTruncated ? page.NextContinuationToken : undefined;
          const objects = (page.Contents ?? []).flatMap(({ Key, Size = 0, LastModified, ETag = '' }): S3Object[] =>
            Key ? [{ key: Key, size: Size, modifiedAt: LastModified?.getTime() ?? 0, etag: ETag }] : [],
          );
          yield { objects, isLast: token === undefined };
        } while (token !== undefined);
      } catch (error) {
        // Whoever lists asks for no object: what is not there is the bucket, or the server.
        throw isS3NotFound(error) ? noS3Error(location, error) : s3Error(error, location, signal);
      }
    },

    async list(prefix, { after, signal, limit = Number.POSITIVE_INFINITY } = {}) {
      const objects: S3Object[] = [];
      for await (const page of bucket.pages(prefix, { after, signal })) {
        for (const object of page.objects) objects.push(object);
        if (!page.isLast && objects.length >= limit) return { objects, isCut: true };
      }
      return { objects, isCut: false };
    },

    async head(key, signal, subject = location) {
      try {
        const { sdk, client, limits } = await connect(address);
        const command = new sdk.HeadObjectCommand({ Bucket, Key: key });
        const answer = await client.send(command, asking(limits, signal));
        return {
          key,
          size: answer.ContentLength ?? 0,
          modifiedAt: answer.LastModified?.getTime() ?? 0,
          etag: answer.ETag ?? '',
        };
      } catch (error) {
        if (isS3NotFound(error)) return undefined;
        throw s3Error(error, subject, signal);
      }
    },

    async get(key, { start = 0, etag, signal } = {}) {
      try {
        const { sdk, client, limits } = await connect(address);
        const command = new sdk.GetObjectCommand({
          Bucket,
          Key: key,
          ...(start > 0 ? { Range: `bytes=${start}-` } : {}),
          ...(etag ? { IfMatch: etag } : {}),
        });
        const answer = await client.send(command, asking(limits, signal));
        const whole = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
        return {
          key,
          size: whole === undefined ? (answer.ContentLength ?? 0) + start : Number(whole),
          modifiedAt: answer.LastModified?.getTime() ?? 0,
          etag: answer.ETag ?? '',
          body: answer.Body as unknown as AsyncIterable<Uint8Array>,
        };
      } catch (error) {
        if (isS3NotFound(error)) return undefined;
        throw error;
      }
    },
  };
  return bucket;
}

/** Returns the options of a request that has no body. */
export function asking({ headMs }: S3Limits, signal: AbortSignal | undefined) {
  return { requestTimeout: headMs, ...(signal ? { abortSignal: signal } : {}) };
}

import { randomUUID } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { formatS3Address, parseS3Address, type S3Address } from '../../../shared/oci/s3-address.ts';
import type { S3Account, S3Greeting, S3Prober } from '../../engine/ports/s3-probe.ts';
import { createBucket } from './bucket.ts';
import type { S3Connection, S3Connector } from './client.ts';
import { isBucketFault, isRefusal, noS3Error, s3Error } from './errors.ts';
import { s3Layout } from './layout.ts';

/** So many objects are listed to see what lies there. */
const LISTED = 1000;

/** Returns what tests connections. `renew` gives a connection whose credentials are read anew, to all who connect from then on. */
export function createS3Prober(connect: S3Connector, renew: S3Connector): S3Prober {
  return (text) => {
    const address = parseS3Address(text);
    const location = formatS3Address(address);
    const layout = s3Layout(address);
    const bucket = createBucket(address, location, connect);
    const Bucket = address.bucket;
    const told = async <T>(signal: AbortSignal | undefined, ask: (to: S3Connection) => Promise<T>): Promise<T> => {
      try {
        return await ask(await connect(address));
      } catch (error) {
        throw s3Error(error, location, signal);
      }
    };

    return {
      location,
      greet: async (signal) => greet(address, location, await renew(address), signal),

      async signIn(signal): Promise<S3Account> {
        const { sdk, client } = await connect(address);
        try {
          const { accessKeyId } = await client.config.credentials();
          const keyEnd = accessKeyId.slice(-4);
          try {
            await client.send(new sdk.GetBucketLocationCommand({ Bucket }), signal ? { abortSignal: signal } : {});
            return { keyEnd, mayAskForBucket: true };
          } catch (error) {
            if (isRefusal(error)) return { keyEnd, mayAskForBucket: false };
            if (!isBucketFault(error)) throw error;
            return { keyEnd, mayAskForBucket: true, bucketError: s3Error(error, location) };
          }
        } catch (error) {
          throw s3Error(error, location, signal);
        }
      },

      async list(signal) {
        try {
          const { objects, isCut } = await bucket.list(address.prefix, { signal, limit: LISTED });
          const caches = objects.filter(({ key }) => layout.nameOf(key) !== undefined);
          return { caches: caches.length, objects: objects.length, isCut, example: (caches[0] ?? objects[0])?.key };
        } catch (error) {
          if (!isCacheError(error, 'ACCESS_DENIED')) throw error;
          throw missingRight(error, 's3:ListBucket', `arn:aws:s3:::${Bucket}`);
        }
      },

      async read(key, signal) {
        try {
          await told(signal, async ({ sdk, client }) => {
            const command = new sdk.GetObjectCommand({ Bucket, Key: key });
            const { Body } = await client.send(command, signal ? { abortSignal: signal } : {});
            (Body as { destroy?: () => void } | undefined)?.destroy?.();
          });
        } catch (error) {
          throw withRight(error, 's3:GetObject', address);
        }
      },

      async write(signal) {
        // No digest, so nobody takes it for a blob.
        const Key = `${layout.blobs}cachewright-probe-${randomUUID()}`;
        try {
          await told(signal, ({ sdk, client }) =>
            client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: new Uint8Array(0), ContentLength: 0 })),
          );
          return Key;
        } catch (error) {
          throw withRight(error, 's3:PutObject', address);
        }
      },

      async delete(Key) {
        try {
          await told(undefined, ({ sdk, client }) => client.send(new sdk.DeleteObjectCommand({ Bucket, Key })));
        } catch (error) {
          throw withRight(error, 's3:DeleteObject', address);
        }
      },
    };
  };
}

/** Asks the endpoint without a signature: an S3 server says that it is one, whoever asks. */
async function greet(
  { endpoint, region }: S3Address,
  location: string,
  { client, limits }: S3Connection,
  signal: AbortSignal | undefined,
): Promise<S3Greeting> {
  const url =
    endpoint ?? `https://s3.${region ?? (await client.config.region().catch(() => 'us-east-1'))}.amazonaws.com`;
  const late = AbortSignal.timeout(limits.headMs);
  let answer: Response;
  try {
    answer = await fetch(url, { redirect: 'manual', signal: signal ? AbortSignal.any([signal, late]) : late });
    await answer.body?.cancel();
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw s3Error(cause, location, signal);
  }
  const { headers } = answer;
  if (!headers.has('x-amz-request-id') && !/xml/.test(headers.get('content-type') ?? '')) throw noS3Error(location);
  const date = Date.parse(headers.get('date') ?? '');
  return { server: headers.get('server') ?? '', dateMs: Number.isNaN(date) ? undefined : date };
}

function withRight(error: unknown, action: string, { bucket, prefix }: S3Address): unknown {
  return isCacheError(error, 'ACCESS_DENIED')
    ? missingRight(error, action, `arn:aws:s3:::${bucket}/${prefix}*`)
    : error;
}

function missingRight(error: CacheError, action: string, resource: string): CacheError {
  return CacheError.fromData(
    { ...error.toJSON(), hint: `The policy of the account must allow "${action}" on "${resource}".` },
    error,
  );
}

import { createHash } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Bucket } from './bucket.ts';
import type { S3Connection } from './client.ts';
import { isS3Changed, isS3NotFound, s3Error } from './errors.ts';
import { readObject } from './read-object.ts';

/** What stands under a key: its ETag and the digest of its bytes. */
export interface StandingObject {
  readonly etag: string;
  readonly digest: string;
}

/** An object that is written only over what its writer has seen. */
export interface ConditionalWrite {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  /** ETag of what it takes the place of; undefined: nothing may stand there. */
  readonly over: string | undefined;
  /** What errors are told of. */
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
}

/** Returns what stands under a key in this moment; undefined where nothing does. */
export async function standingObject(
  bucket: Bucket,
  key: string,
  subject: string,
  signal?: AbortSignal,
): Promise<StandingObject | undefined> {
  if (!(await bucket.head(key, signal))) return undefined;
  const hash = createHash('sha256');
  let etag = '';
  const onOpen = (object: { readonly etag: string }): void => {
    etag = object.etag;
  };
  for await (const chunk of readObject(bucket, key, { subject, signal, isFixed: true, onOpen })) hash.update(chunk);
  return { etag, digest: `sha256:${hash.digest('hex')}` };
}

/**
 * Writes an object over what was seen there and nothing else (`If-Match`, `If-None-Match: *`), in one request.
 * @returns false where something else stands there by now: nothing was written
 * @throws `INVALID_INPUT` for a server that knows no such condition, `UNAVAILABLE`, `ACCESS_DENIED`, `CANCELLED`
 */
export async function writeIfSame(connection: S3Connection, write: ConditionalWrite): Promise<boolean> {
  const { bucket, key, bytes, over, subject, signal } = write;
  if (!(await knowsConditions(connection, write))) throw noConditions(subject);
  const condition = over === undefined ? { IfNoneMatch: '*' } : { IfMatch: over };
  const command = new connection.sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ...condition });
  try {
    await connection.client.send(command, signal ? { abortSignal: signal } : {});
    return true;
  } catch (error) {
    // 409: two such writes met. 404: what it was to replace is gone.
    if (isS3Changed(error) || isMet(error) || (over !== undefined && isS3NotFound(error))) return false;
    throw isUnknown(error) ? noConditions(subject) : s3Error(error, subject, signal);
  }
}

/** By connection and bucket: proxies before some servers take conditions away without a word. */
const known = new WeakMap<object, Map<string, Promise<boolean>>>();

/** Finds out once whether conditions are heeded: a write over what cannot be there must fail. */
function knowsConditions(connection: S3Connection, write: ConditionalWrite): Promise<boolean> {
  const answers = known.get(connection.client) ?? new Map<string, Promise<boolean>>();
  known.set(connection.client, answers);
  const answer = answers.get(write.bucket) ?? askForConditions(connection, write);
  answers.set(write.bucket, answer);
  answer.catch(() => answers.delete(write.bucket));
  return answer;
}

async function askForConditions({ client, sdk }: S3Connection, write: ConditionalWrite): Promise<boolean> {
  const { bucket, key, subject, signal } = write;
  const place = { Bucket: bucket, Key: `${key}.cachewright-condition` };
  const options = signal ? { abortSignal: signal } : {};
  try {
    await client.send(new sdk.PutObjectCommand({ ...place, Body: '', IfMatch: `"${'0'.repeat(32)}"` }), options);
  } catch (error) {
    if (isS3Changed(error) || isS3NotFound(error)) return true;
    if (isUnknown(error)) return false;
    throw s3Error(error, subject, signal);
  }
  await client.send(new sdk.DeleteObjectCommand(place)).catch(() => {});
  return false;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

const isMet = (error: unknown): boolean => statusOf(error) === 409;
const isUnknown = (error: unknown): boolean => statusOf(error) === 501;

function noConditions(subject: string): CacheError {
  return new CacheError(
    'INVALID_INPUT',
    'This server cannot write on a condition, so nothing can be added to safely.',
    {
      subject,
      hint: 'Export each job under a name of its own, and let builds import all of them; or use the cache service.',
    },
  );
}

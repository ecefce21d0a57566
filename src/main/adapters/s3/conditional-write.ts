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

/** What is known of how a server takes conditions. */
interface Conditions {
  /** Whether it heeds them: proxies before some servers take them away without a word. */
  readonly areHeeded: boolean;
  /** True for servers that compare an ETag without the quotes that are part of it: Ceph does. */
  isBare: boolean;
}

/**
 * Writes an object over what was seen there and nothing else (`If-Match`, `If-None-Match: *`), in one request.
 * @returns false where something else stands there by now: nothing was written
 * @throws `INVALID_INPUT` for a server that knows no such condition, `UNAVAILABLE`, `ACCESS_DENIED`, `CANCELLED`
 */
export async function writeIfSame(connection: S3Connection, write: ConditionalWrite): Promise<boolean> {
  const conditions = await conditionsOf(connection, write);
  if (!conditions.areHeeded) throw noConditions(write.subject);
  if (write.over === undefined) return tryToWrite(connection, write, { IfNoneMatch: '*' });
  const bare = write.over.replaceAll('"', '');
  const forms = conditions.isBare ? [bare, write.over] : [write.over, bare];
  for (const form of forms) {
    if (await tryToWrite(connection, write, { IfMatch: form })) {
      conditions.isBare = form === bare;
      return true;
    }
    // Refused although it stands there still: then this server wants the other form.
    if ((await etagNow(connection, write)) !== write.over) return false;
  }
  return false;
}

/** @returns false where the condition does not hold */
async function tryToWrite(
  { client, sdk }: S3Connection,
  { bucket, key, bytes, subject, signal }: ConditionalWrite,
  condition: { readonly IfMatch: string } | { readonly IfNoneMatch: '*' },
): Promise<boolean> {
  const command = new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ...condition });
  try {
    await client.send(command, signal ? { abortSignal: signal } : {});
    return true;
  } catch (error) {
    // 409: two such writes met. 404: what it was to replace is gone.
    if (isS3Changed(error) || isMet(error) || ('IfMatch' in condition && isS3NotFound(error))) return false;
    throw isUnknown(error) ? noConditions(subject) : s3Error(error, subject, signal);
  }
}

async function etagNow({ client, sdk }: S3Connection, { bucket, key, subject, signal }: ConditionalWrite) {
  try {
    const command = new sdk.HeadObjectCommand({ Bucket: bucket, Key: key });
    return (await client.send(command, signal ? { abortSignal: signal } : {})).ETag;
  } catch (error) {
    if (isS3NotFound(error)) return undefined;
    throw s3Error(error, subject, signal);
  }
}

/** By connection and bucket. */
const known = new WeakMap<object, Map<string, Promise<Conditions>>>();

/** What was found out once. */
function conditionsOf(connection: S3Connection, write: ConditionalWrite): Promise<Conditions> {
  const answers = known.get(connection.client) ?? new Map<string, Promise<Conditions>>();
  known.set(connection.client, answers);
  const answer =
    answers.get(write.bucket) ??
    areHeeded(connection, write).then((heeded): Conditions => ({ areHeeded: heeded, isBare: false }));
  answers.set(write.bucket, answer);
  answer.catch(() => answers.delete(write.bucket));
  return answer;
}

/** A write over what cannot be there must fail. */
async function areHeeded({ client, sdk }: S3Connection, write: ConditionalWrite): Promise<boolean> {
  const { bucket, key, subject, signal } = write;
  const place = { Bucket: bucket, Key: `${key}.cachewright-condition` };
  const options = signal ? { abortSignal: signal } : {};
  const probe = { ...place, Body: new Uint8Array(), ContentLength: 0, IfMatch: `"${'0'.repeat(32)}"` };
  try {
    await client.send(new sdk.PutObjectCommand(probe), options);
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

import type { CacheErrorData } from '../../../shared/base/errors.ts';
import { eachOf } from '../../engine/streams/each-of.ts';
import { asking } from './bucket.ts';
import type { S3Connection } from './client.ts';
import { isS3NotFound, s3Error } from './errors.ts';

/** Requests at once, where each deletes one object. */
const AT_ONCE = 16;

/** An object to delete; with a version, that version of it for good. */
export interface DeletedKey {
  readonly key: string;
  readonly version?: string | undefined;
}

/** What became of one. `marker`: the version of the mark that hides it, where the bucket keeps versions. */
export interface DeletedObject extends DeletedKey {
  readonly marker?: string | undefined;
  /** Absent: it is deleted, or was not there. */
  readonly refused?: CacheErrorData | undefined;
}

/** Deletes objects of a bucket, at most 1,000 in a call. */
export type ObjectDeleter = (keys: readonly DeletedKey[], signal?: AbortSignal) => Promise<readonly DeletedObject[]>;

/**
 * Returns a deleter. A server that cannot delete many in one request is found out once; then each is deleted by itself. So
 * is what the answer about many says nothing of.
 * @param subject what errors are told of where nothing could be done at all
 */
export function createObjectDeleter(
  connect: () => Promise<S3Connection>,
  bucket: string,
  subject: string,
): ObjectDeleter {
  let lacksBatches = false;
  return async (keys, signal) => {
    const connection = await connect();
    const answered = lacksBatches ? [] : await deleteMany(connection, bucket, keys, subject, signal);
    if (answered === undefined) lacksBatches = true;
    const done = new Map((answered ?? []).map((each) => [idOf(each), each]));
    const rest = keys.filter((key) => !done.has(idOf(key)));
    await eachOf(rest, { atOnce: AT_ONCE, signal }, async (key, stop) => {
      done.set(idOf(key), await deleteOne(connection, bucket, key, stop));
    });
    return [...done.values()];
  };
}

/** Undefined where the server does not know how. */
async function deleteMany(
  { sdk, client, limits }: S3Connection,
  bucket: string,
  keys: readonly DeletedKey[],
  subject: string,
  signal: AbortSignal | undefined,
): Promise<readonly DeletedObject[] | undefined> {
  const Objects = keys.map(({ key, version }) => ({
    Key: key,
    ...(version === undefined ? {} : { VersionId: version }),
  }));
  try {
    const command = new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } });
    const { Deleted = [], Errors = [] } = await client.send(command, asking(limits, signal));
    return [
      ...Deleted.flatMap(({ Key, VersionId, DeleteMarkerVersionId }): DeletedObject[] =>
        Key === undefined ? [] : [{ key: Key, version: VersionId, marker: DeleteMarkerVersionId }],
      ),
      ...Errors.flatMap(({ Key, VersionId, Code = '' }): DeletedObject[] =>
        Key === undefined ? [] : [{ key: Key, version: VersionId, ...refusal(Code, Key) }],
      ),
    ];
  } catch (error) {
    if (isUnknownRequest(error)) return undefined;
    throw s3Error(error, subject, signal);
  }
}

async function deleteOne(
  { sdk, client, limits }: S3Connection,
  bucket: string,
  { key, version }: DeletedKey,
  signal: AbortSignal,
): Promise<DeletedObject> {
  try {
    const place = { Bucket: bucket, Key: key, ...(version === undefined ? {} : { VersionId: version }) };
    const answer = await client.send(new sdk.DeleteObjectCommand(place), asking(limits, signal));
    const marker = answer.DeleteMarker && version === undefined ? answer.VersionId : undefined;
    return { key, version, marker };
  } catch (error) {
    if (isS3NotFound(error)) return { key, version };
    const told = s3Error(error, key, signal);
    if (told.code === 'CANCELLED') throw told;
    return { key, version, refused: told.toJSON() };
  }
}

/** What a server says of one object among many. */
function refusal(code: string, key: string): Pick<DeletedObject, 'refused'> {
  if (code === 'NoSuchKey' || code === 'NoSuchVersion') return {};
  const status = code === 'AccessDenied' ? 403 : 500;
  return { refused: s3Error({ name: code, $metadata: { httpStatusCode: status } }, key).toJSON() };
}

/** Several servers know no request for many, or want it signed in another way. */
function isUnknownRequest(error: unknown): boolean {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const names = ['NotImplemented', 'MethodNotAllowed', 'InvalidRequest', 'MalformedXML', 'InvalidDigest', 'BadDigest'];
  return [405, 411, 501].includes($metadata?.httpStatusCode ?? 0) || names.includes(name);
}

function idOf({ key, version }: DeletedKey): string {
  return JSON.stringify([key, version ?? '']);
}

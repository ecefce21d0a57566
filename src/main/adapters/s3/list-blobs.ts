import { isCacheError } from '../../../shared/base/errors.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { eachOf } from '../../engine/streams/each-of.ts';
import type { Bucket, S3Object } from './bucket.ts';
import type { S3Layout } from './layout.ts';

/** Lists and questions under way at once. */
const AT_ONCE = 8;
const HEX = [...'0123456789abcdef'];

/** How a listing is watched. */
interface ListWatch {
  readonly signal?: AbortSignal | undefined;
  readonly onListed?: ((blobs: number) => void) | undefined;
}

/** Lists the blobs of a cache, by digest. */
export async function listBlobs(
  bucket: Bucket,
  layout: S3Layout,
  { signal, onListed }: ListWatch = {},
): Promise<Map<Digest, S3Object>> {
  const listed = new Map<Digest, S3Object>();
  const onPage = (page: readonly ListedBlob[]): void => {
    for (const { digest, object } of page) listed.set(digest, object);
    onListed?.(listed.size);
  };
  await eachBlobPage(bucket, layout, onPage, signal);
  return listed;
}

/** A blob, and the object it is. */
export interface ListedBlob {
  readonly digest: Digest;
  readonly object: S3Object;
}

/**
 * Lists the blobs of a cache, each once, page by page as they come. Where there are many, by the first digit of their
 * digests, some at once.
 */
export async function eachBlobPage(
  bucket: Bucket,
  layout: S3Layout,
  onPage: (page: readonly ListedBlob[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { blobs } = layout;
  const take = (objects: readonly S3Object[]): void =>
    onPage(
      objects.flatMap((object) => {
        const digest = layout.digestOf(object.key);
        return digest === undefined ? [] : [{ digest, object }];
      }),
    );
  for await (const { objects, isLast } of bucket.pages(blobs, { signal })) {
    if (!isLast) break;
    return take(objects);
  }
  // Longer digests come behind all of SHA-256.
  const parts = [
    ...HEX.map((digit) => ({ prefix: `${blobs}sha256:${digit}` })),
    { prefix: blobs, after: `${blobs}sha256:~` },
  ];
  await eachOf(parts, { atOnce: AT_ONCE, signal }, async ({ prefix, ...rest }, stop) => {
    for await (const { objects } of bucket.pages(prefix, { ...rest, signal: stop })) take(objects);
  });
}

/** The same for an account that may not list: each blob that is meant is asked for. */
export async function askForBlobs(
  bucket: Bucket,
  layout: S3Layout,
  digests: Iterable<string>,
  { signal, onListed }: ListWatch = {},
): Promise<Map<Digest, S3Object>> {
  const found = new Map<Digest, S3Object>();
  const asked = [...new Set(digests)].map((text) => parseDigest(text));
  let done = 0;
  await eachOf(asked, { atOnce: AT_ONCE, signal }, async (digest, stop) => {
    const object = await bucket.head(layout.blobKey(digest), stop, digest).catch((error: unknown) => {
      // Who may not list is not told that something is not there.
      if (isCacheError(error, 'ACCESS_DENIED')) return undefined;
      throw error;
    });
    if (object) found.set(digest, object);
    done += 1;
    onListed?.(done);
  });
  return found;
}

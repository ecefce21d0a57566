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

/** Lists the blobs of a cache, by digest. Where there are many, by the first digit of their digests, some at once. */
export async function listBlobs(
  bucket: Bucket,
  layout: S3Layout,
  { signal, onListed }: ListWatch = {},
): Promise<Map<Digest, S3Object>> {
  const { blobs } = layout;
  const first = await bucket.list(blobs, { signal, limit: 1 });
  const found = first.isCut ? await listInParts(bucket, blobs, signal, onListed) : first.objects;
  const listed = new Map<Digest, S3Object>();
  for (const object of found) {
    const digest = layout.digestOf(object.key);
    if (digest !== undefined) listed.set(digest, object);
  }
  onListed?.(listed.size);
  return listed;
}

async function listInParts(
  bucket: Bucket,
  blobs: string,
  signal: AbortSignal | undefined,
  onListed: ListWatch['onListed'],
): Promise<S3Object[]> {
  // Longer digests come behind all of SHA-256.
  const parts = [
    ...HEX.map((digit) => ({ prefix: `${blobs}sha256:${digit}` })),
    { prefix: blobs, after: `${blobs}sha256:~` },
  ];
  const found: S3Object[][] = parts.map(() => []);
  const counts = parts.map(() => 0);
  await eachOf([...parts.entries()], { atOnce: AT_ONCE, signal }, async ([i, { prefix, ...rest }], stop) => {
    const onPage = (count: number): void => {
      counts[i] = count;
      onListed?.(counts.reduce((sum, each) => sum + each, 0));
    };
    found[i] = (await bucket.list(prefix, { ...rest, signal: stop, onPage })).objects;
  });
  return found.flat();
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

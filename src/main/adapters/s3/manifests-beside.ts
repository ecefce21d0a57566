import { isCacheError } from '../../../shared/base/errors.ts';
import { eachOf } from '../../engine/streams/each-of.ts';
import type { Bucket, S3Object } from './bucket.ts';
import { s3Error } from './errors.ts';
import type { S3Layout } from './layout.ts';

/** Keys below the prefix that are looked into, where they are neither manifests nor blobs of the layout. */
const LOOKED_INTO = 200;
const AT_ONCE = 8;
/** How BuildKit's configs begin: Go writes the fields in this order and leaves out what is empty. */
const BEGINNINGS = ['{"layers":', '{"records":'];
/** Bytes that are enough to tell. */
const HEAD_BYTES = 16;

/** Manifests that lie beside those of the layout. `isAll`: nothing else lies there. */
export interface ManifestsBeside {
  readonly objects: readonly S3Object[];
  readonly isAll: boolean;
}

/**
 * Finds caches that share the blobs of a layout under another `manifests_prefix`: objects below the prefix that begin as a
 * manifest does. What was looked into once is not opened again while it stays the same.
 * @param prefix of the address, before those of manifests and blobs
 */
export function createBesideFinder(bucket: Bucket, layout: S3Layout, prefix: string, subject: string) {
  const known = new Map<string, { readonly etag: string; readonly isManifest: boolean }>();

  /** Whether it begins as a manifest. What is gone, or may not be read, is none that a build can import. */
  const looksLikeManifest = async ({ key, etag }: S3Object, signal?: AbortSignal): Promise<boolean> => {
    const before = known.get(key);
    if (before?.etag === etag && etag !== '') return before.isManifest;
    const head = await headOf(bucket, key, subject, signal);
    const isManifest = BEGINNINGS.some((text) => head.startsWith(text));
    known.set(key, { etag, isManifest });
    return isManifest;
  };

  return async (signal?: AbortSignal): Promise<ManifestsBeside> => {
    const { others, isAll } = await listOthers(bucket, layout, prefix, signal);
    const objects: S3Object[] = [];
    await eachOf(others, { atOnce: AT_ONCE, signal }, async (object, stop) => {
      if (await looksLikeManifest(object, stop)) objects.push(object);
    });
    return { objects, isAll };
  };
}

/** Objects that are neither, without listing all blobs: they are leapt over. */
async function listOthers(
  bucket: Bucket,
  layout: S3Layout,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<{ others: S3Object[]; isAll: boolean }> {
  const others: S3Object[] = [];
  // Manifests of the layout are found by themselves.
  if (layout.manifests === prefix) return { others, isAll: true };
  const behindBlobs = `${layout.blobs}sha512:~`;
  let after: string | undefined;
  try {
    for (;;) {
      let hasLeapt = false;
      for await (const { objects } of bucket.pages(prefix, { after, signal })) {
        for (const object of objects) {
          if (layout.digestOf(object.key) !== undefined) {
            hasLeapt = true;
            break;
          }
          if (object.size === 0 || object.key.startsWith(layout.manifests)) continue;
          if (others.length === LOOKED_INTO) return { others, isAll: false };
          others.push(object);
        }
        if (hasLeapt) break;
      }
      if (!hasLeapt || after === behindBlobs) return { others, isAll: true };
      after = behindBlobs;
    }
  } catch (error) {
    // Some accounts may list manifests and blobs only.
    if (isCacheError(error, 'ACCESS_DENIED')) return { others, isAll: false };
    throw error;
  }
}

async function headOf(bucket: Bucket, key: string, subject: string, signal?: AbortSignal): Promise<string> {
  try {
    const object = await bucket.get(key, { signal });
    let head = Buffer.alloc(0);
    for await (const chunk of object?.body ?? []) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= HEAD_BYTES) break;
    }
    return head.toString('latin1').trimStart();
  } catch (error) {
    const told = s3Error(error, subject, signal);
    if (isCacheError(told, 'ACCESS_DENIED')) return '';
    throw told;
  }
}

import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { formatS3Address, type S3Address } from '../../../shared/oci/s3-address.ts';
import type { CollectedBucket, FoundBlob, FoundManifest, HiddenBlob } from '../../engine/ports/collected-bucket.ts';
import { eachOf } from '../../engine/streams/each-of.ts';
import { asking, createBucket, type S3Object } from './bucket.ts';
import type { S3Connector } from './client.ts';
import { createObjectDeleter } from './delete-objects.ts';
import { isS3Changed, isS3NotFound, s3Error } from './errors.ts';
import { s3Layout } from './layout.ts';
import { toExpiryRule } from './lifecycle-rules.ts';
import { eachBlobPage } from './list-blobs.ts';
import { createBesideFinder } from './manifests-beside.ts';
import { readNeeds } from './read-manifest.ts';
import { touchObject } from './touch.ts';

/** So few blobs are asked for one by one; more by listing the stretch that they lie in. */
const FEW = 50;
const ASKED_AT_ONCE = 16;
/** Pages of open uploads that are counted: 1,000 each. */
const UPLOAD_PAGES = 10;
/** A server's times may be whole seconds, those of its clock not. */
const SECOND_MS = 1000;

/**
 * A cache that BuildKit's `type=s3` keeps in a bucket, for collection. Manifests are all below `manifests_prefix`, whichever
 * names the address has, and those of other manifest prefixes beside it that may share the blobs.
 * @param now epoch ms of this machine
 */
export function createCollectedBucket(address: S3Address, connect: S3Connector, now: () => number): CollectedBucket {
  const location = formatS3Address(address);
  const layout = s3Layout(address);
  const bucket = createBucket(address, location, connect);
  const connection = () => connect(address);
  const remove = createObjectDeleter(connection, address.bucket, location);
  const findBeside = createBesideFinder(bucket, layout, address.prefix, location);
  /** Name → key, as they were last listed. */
  let keys: ReadonlyMap<string, string> = new Map();

  const toBlob = (digest: Digest, { size, modifiedAt }: S3Object): FoundBlob => ({ digest, size, modifiedAt });

  /** Asks a question that an account may not be allowed, or a server may not know: then undefined. */
  const ifAnswered = async <T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      const told = s3Error(error, location, signal);
      if (isCacheError(told, 'CANCELLED') || isCacheError(told, 'UNAVAILABLE')) throw told;
      return undefined;
    }
  };

  return {
    location,
    keys: {
      prefix: address.prefix,
      blobs: layout.blobs,
      manifest: (name) => keys.get(name) ?? layout.manifestKey(name),
    },
    now: async () => now() + (await connection()).client.config.systemClockOffset,

    async manifests(signal) {
      const { objects } = await bucket.list(layout.manifests, { signal });
      const beside = await findBeside(signal);
      const found = new Map<string, S3Object>();
      for (const object of objects)
        if (isManifest(object)) found.set(object.key.slice(layout.manifests.length), object);
      for (const object of beside.objects) found.set(`${object.key} (beside)`, object);
      keys = new Map([...found].map(([name, { key }]) => [name, key]));
      const manifests = [...found].map(
        ([name, { etag, size, modifiedAt }]): FoundManifest => ({
          name,
          // A server that gives no ETag still changes the time.
          look: etag === '' ? `${size} ${modifiedAt}` : etag,
          modifiedAt,
        }),
      );
      if (manifests.length === 0) throw noManifest(location, layout.manifests);
      return { manifests, isAll: beside.isAll };
    },

    needs: (name, signal) =>
      readNeeds(bucket, keys.get(name) ?? layout.manifestKey(name), name, { subject: location, signal }),

    eachPage: (onPage, signal) =>
      eachBlobPage(bucket, layout, (page) => onPage(page.map(({ digest, object }) => toBlob(digest, object))), signal),

    async look(digests, signal) {
      const found = new Map<string, FoundBlob>();
      const [first, last] = [digests[0], digests.at(-1)];
      if (first === undefined || last === undefined) return found;
      if (digests.length <= FEW) {
        await eachOf(digests, { atOnce: ASKED_AT_ONCE, signal }, async (digest, stop) => {
          const object = await bucket.head(layout.blobKey(digest), stop, digest);
          if (object) found.set(digest, toBlob(digest, object));
        });
        return found;
      }
      const wanted = new Set<string>(digests);
      for await (const { objects } of bucket.pages(layout.blobs, {
        after: layout.blobs + first.slice(0, -1),
        signal,
      })) {
        for (const object of objects) {
          const digest = layout.digestOf(object.key);
          if (digest !== undefined && wanted.has(digest)) found.set(digest, toBlob(digest, object));
        }
        if ((objects.at(-1)?.key ?? '') >= layout.blobKey(last)) break;
      }
      return found;
    },

    async remove(digests, signal) {
      const done = await remove(
        digests.map((digest) => ({ key: layout.blobKey(digest) })),
        signal,
      );
      return done.map(({ key, marker, refused }) => ({
        digest: parseDigest(key.slice(layout.blobs.length)),
        version: marker,
        refused,
      }));
    },

    async keepsVersions(signal) {
      const { sdk, client, limits } = await connection();
      const ask = () =>
        client.send(new sdk.GetBucketVersioningCommand({ Bucket: address.bucket }), asking(limits, signal));
      const answer = await ifAnswered(ask, signal);
      // Where versions are suspended, what has none is deleted for good.
      return answer === undefined ? 'unknown' : answer.Status === 'Enabled' ? 'versions' : 'none';
    },

    async bringBack(blobs, signal) {
      const marks = await Promise.all(
        blobs.map(async (blob) => ({
          key: layout.blobKey(blob.digest),
          version: blob.version ?? (await findMark(blob, signal)),
        })),
      );
      const found = marks.filter(({ version }) => version !== undefined);
      if (found.length === 0) return;
      const [refused] = (await remove(found, signal)).flatMap((each) => each.refused ?? []);
      if (refused) throw CacheError.fromData(refused);
    },

    touchBlob: ({ digest, size }, signal) => touch({ key: layout.blobKey(digest), size }, signal),
    async touchManifest({ name, look }, signal) {
      const object = await bucket.head(keys.get(name) ?? layout.manifestKey(name), signal);
      return object !== undefined && object.etag === look && touch(object, signal, look);
    },

    async expiryRules(signal) {
      const { sdk, client, limits } = await connection();
      return ifAnswered(async () => {
        try {
          const command = new sdk.GetBucketLifecycleConfigurationCommand({ Bucket: address.bucket });
          return ((await client.send(command, asking(limits, signal))).Rules ?? []).map(toExpiryRule);
        } catch (error) {
          if (error instanceof Error && error.name === 'NoSuchLifecycleConfiguration') return [];
          throw error;
        }
      }, signal);
    },

    async openUploads(signal) {
      const { sdk, client, limits } = await connection();
      return ifAnswered(async () => {
        let count = 0;
        let oldestAt = Number.POSITIVE_INFINITY;
        let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
        for (let page = 0; page < UPLOAD_PAGES; page += 1) {
          const command = new sdk.ListMultipartUploadsCommand({
            Bucket: address.bucket,
            Prefix: layout.blobs,
            ...from,
          });
          const answer = await client.send(command, asking(limits, signal));
          for (const { Initiated } of answer.Uploads ?? []) {
            count += 1;
            oldestAt = Math.min(oldestAt, Initiated?.getTime() ?? oldestAt);
          }
          if (!answer.IsTruncated) break;
          from = { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker };
        }
        return { count, ...(Number.isFinite(oldestAt) ? { oldestAt } : {}) };
      }, signal);
    },
  };

  /** False where nothing is, or something else than was meant. */
  async function touch(object: Pick<S3Object, 'key' | 'size'>, signal?: AbortSignal, etag?: string): Promise<boolean> {
    try {
      await touchObject(await connection(), address.bucket, object, now(), signal, etag);
      return true;
    } catch (error) {
      if (isS3NotFound(error) || isS3Changed(error)) return false;
      throw s3Error(error, location, signal);
    }
  }

  /** The mark that hides a blob now, if it was set after the blob was to go. */
  async function findMark({ digest, since }: HiddenBlob, signal?: AbortSignal): Promise<string | undefined> {
    const { sdk, client, limits } = await connection();
    const Key = layout.blobKey(digest);
    try {
      const command = new sdk.ListObjectVersionsCommand({ Bucket: address.bucket, Prefix: Key, MaxKeys: 1 });
      const { DeleteMarkers = [] } = await client.send(command, asking(limits, signal));
      const [mark] = DeleteMarkers.filter((each) => each.Key === Key && each.IsLatest === true);
      const setAt = mark?.LastModified?.getTime() ?? 0;
      return setAt + SECOND_MS > since ? mark?.VersionId : undefined;
    } catch (error) {
      throw s3Error(error, location, signal);
    }
  }

  /** Whatever is no blob and no mark of a folder: what is none would rather stop a collection than be passed over. */
  function isManifest({ key, size }: S3Object): boolean {
    const isFolder = size === 0 && (key.endsWith('/') || key === layout.manifests);
    return !isFolder && layout.digestOf(key) === undefined;
  }
}

function noManifest(location: string, key: string): CacheError {
  return new CacheError('NOT_FOUND', `No manifest lies under ${key} in the bucket, so that all blobs would go.`, {
    subject: location,
    hint: 'Check prefix and manifests-prefix. To delete a whole cache, delete its prefix.',
  });
}

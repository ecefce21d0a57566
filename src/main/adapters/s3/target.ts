import { createHash } from 'node:crypto';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { s3Place } from '../../../shared/oci/reference.ts';
import { formatS3Address, type S3Address } from '../../../shared/oci/s3-address.ts';
import type { CacheTarget, Document } from '../../engine/ports/cache-target.ts';
import { takeBlobs } from '../../engine/store/copy-blobs.ts';
import { eachOf } from '../../engine/streams/each-of.ts';
import { s3Commands } from '../../engine/transfer/build-commands.ts';
import { overtaken } from '../../engine/transfer/name-at-target.ts';
import { createBucket, type S3Object } from './bucket.ts';
import type { S3Connector } from './client.ts';
import { standingObject, writeIfSame } from './conditional-write.ts';
import { s3Error } from './errors.ts';
import { S3LayerStore } from './layer-store.ts';
import { s3Layout } from './layout.ts';
import { askForBlobs, listBlobs } from './list-blobs.ts';
import { readManifest } from './read-manifest.ts';
import { readObject } from './read-object.ts';
import { uploadObject } from './upload.ts';

/** Large blobs sent at once: each has some parts in memory. */
const LARGE_AT_ONCE = 4;
/** Blobs made new at once. */
const REFRESHED_AT_ONCE = 8;
/** So few blobs are asked for one by one, whatever else lies there. */
const FEW = 50;

/** What a target in S3 works with. */
export interface S3TargetOptions {
  readonly connect: S3Connector;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
}

/**
 * A place in S3 as the target of a transfer, in the form that BuildKit's `type=s3` reads. A manifest is its reference: it is
 * written last, when all that it needs is there and new enough for the rules of the bucket to leave it. Where the address
 * has several names, the cache gets all of them.
 */
export function createS3Target(address: S3Address, { connect, now }: S3TargetOptions): CacheTarget {
  const location = formatS3Address(address);
  const layout = s3Layout(address);
  const bucket = createBucket(address, location, connect);
  const { endpoint, region, pathStyle, names } = address;
  const config = { bucket: address.bucket, endpointURL: endpoint, region, usePathStyle: pathStyle };
  const layers = new S3LayerStore({ ...config, blobsPrefix: layout.blobs }, { connect, now });
  const manifests = new Map<string, Document>();

  /** Names that a reference is written under. */
  const namesFor = (ref: string): readonly string[] => (names.length > 0 ? names : [ref]);

  async function present(blobs: readonly Descriptor[], signal?: AbortSignal): Promise<ReadonlyMap<Digest, S3Object>> {
    const ask = () =>
      askForBlobs(
        bucket,
        layout,
        blobs.map(({ digest }) => digest),
        { signal },
      );
    if (blobs.length <= FEW) return ask();
    return listBlobs(bucket, layout, { signal }).catch((error: unknown) => {
      if (isCacheError(error, 'ACCESS_DENIED')) return ask();
      throw error;
    });
  }

  const isThere = (there: ReadonlyMap<Digest, S3Object>, { digest, size }: Descriptor): boolean =>
    there.get(parseDigest(digest))?.size === size;

  /** Whether other bytes lie under a name, or none. */
  async function holds(
    name: string,
    { digest, size }: Descriptor,
    signal?: AbortSignal,
  ): Promise<'same' | 'other' | 'none'> {
    const key = layout.manifestKey(name);
    const object = await bucket.head(key, signal);
    if (!object) return 'none';
    if (object.size !== size) return 'other';
    const hash = createHash('sha256');
    for await (const chunk of readObject(bucket, key, { subject: location, signal })) hash.update(chunk);
    return `sha256:${hash.digest('hex')}` === digest ? 'same' : 'other';
  }

  async function writeManifest(name: string, manifest: Descriptor, signal?: AbortSignal): Promise<void> {
    const document = manifests.get(manifest.digest);
    if (!document) throw new CacheError('INTERNAL', 'a reference to a manifest that was not written');
    const upload = { bucket: address.bucket, key: layout.manifestKey(name), blob: manifest, signal };
    try {
      await uploadObject(await connect(address), piecesOf(document), upload);
    } catch (error) {
      throw s3Error(error, location, signal);
    }
  }

  /** Writes a manifest over what it was joined from, or where nothing is. @throws `CONFLICT` where something else stands there */
  async function writeJoined(
    name: string,
    manifest: Descriptor,
    joinedFrom: ReadonlySet<string>,
    signal?: AbortSignal,
  ): Promise<void> {
    const key = layout.manifestKey(name);
    const there = await standingObject(bucket, key, location, signal);
    if (there && there.digest !== manifest.digest && !joinedFrom.has(there.digest)) throw overtaken(name);
    const document = manifests.get(manifest.digest);
    if (!document) throw new CacheError('INTERNAL', 'a reference to a manifest that was not written');
    const bytes = Buffer.concat([...document.pieces()]);
    const write = { bucket: address.bucket, key, bytes, over: there?.etag, subject: location, signal };
    if (!(await writeIfSame(await connect(address), write))) throw overtaken(name);
  }

  return {
    location,
    place: s3Place(address),
    name: names[0],
    form: 's3',
    namesFor,
    // A collection takes what is old and no manifest needs: the switch looks again, renews, and brings what went meanwhile.
    lease: async () => ({ add: async () => {}, [Symbol.asyncDispose]: async () => {} }),

    async survey(wanted, signal) {
      const there = await present(wanted, signal);
      return {
        present: new Set(wanted.filter((blob) => isThere(there, blob)).map(({ digest }) => digest)),
        // Those of another size are written over.
        unfit: [],
      };
    },

    async describedLayers(refs, signal) {
      const described: Descriptor[] = [];
      for (const name of refs.flatMap(namesFor)) {
        try {
          const options = { subject: location, signal, onProgress: () => {} };
          const { cache } = await readManifest(bucket, layout.manifestKey(name), name, options);
          for (const layer of cache.descriptors) described.push(layer);
        } catch (error) {
          // It would only have saved work.
          if (isCacheError(error, 'CANCELLED')) throw error;
        }
      }
      return described;
    },

    setAside: async () => ({ whole: new Set() }),

    bring: (content, blobs, { signal, onBytes, onArrived }) =>
      takeBlobs(blobs, { signal, largeAtOnce: LARGE_AT_ONCE }, async (blob, stop) => {
        const options = { signal: stop, onBytes: (bytes: number) => onBytes(bytes, blob) };
        onArrived(blob, await layers.pushLayer(blob, content, options));
      }),

    // The config is the manifest.
    writeConfig: async () => {},
    writeManifest: async (document, { digest }) => void manifests.set(digest, document),

    async leadsElsewhere(ref, manifest, signal) {
      for (const name of namesFor(ref)) {
        if ((await holds(name, manifest, signal)) === 'other') return true;
      }
      return false;
    },

    async switchReferences(references, { signal }) {
      const needs = new Map(
        references.flatMap(({ manifest, needs }) =>
          needs.flatMap((need) => (need.digest === manifest.digest ? [] : [[need.digest, need] as const])),
        ),
      );
      const there = await present([...needs.values()], signal);
      const lost = [...needs.values()].filter((blob) => !isThere(there, blob));
      if (lost.length > 0) return lost.map(({ digest }) => parseDigest(digest));
      const objects = [...needs.keys()].flatMap((digest) => there.get(parseDigest(digest)) ?? []);
      await eachOf(objects, { atOnce: REFRESHED_AT_ONCE, signal }, (object, stop) => layers.refresh(object, stop));
      for (const { ref, manifest, joinedFrom } of references) {
        // Written even where the same lies there: that makes it new.
        for (const name of namesFor(ref)) {
          await (joinedFrom ? writeJoined(name, manifest, joinedFrom, signal) : writeManifest(name, manifest, signal));
        }
      }
      return [];
    },

    // What a transfer brought in vain may be what another one has just found there.
    discard: async () => {},
    locationOf: (ref) => formatS3Address({ ...address, names: namesFor(ref) }),
    commands: (ref) => s3Commands(address, namesFor(ref)),
  };
}

async function* piecesOf(document: Document): AsyncGenerator<Uint8Array> {
  yield* document.pieces();
}

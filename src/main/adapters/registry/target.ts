import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { formatRef, isTag, parseRef, type Ref, withoutAccount } from '../../../shared/oci/reference.ts';
import { locateLayer } from '../../engine/blob-info/locate.ts';
import { createBlobPresence } from '../../engine/layer-info/blob-presence.ts';
import type { BIC } from '../../engine/ports/blob-info-cache.ts';
import type { BlobContent, CacheTarget, Document, NewReference } from '../../engine/ports/cache-target.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import { takeBlobs } from '../../engine/store/copy-blobs.ts';
import { registryCommands } from '../../engine/transfer/build-commands.ts';
import { layersOfManifest } from '../../engine/transfer/layers-of-manifest.ts';
import { overtaken } from '../../engine/transfer/name-at-target.ts';
import { withLeaseTag } from './lease-tag.ts';
import type { RepositoryOpener } from './open-repository.ts';
import type { Repository } from './repository.ts';

/** What a registry target works with. `blobInfo` knows which other repositories have a blob. */
export interface RegistryTargetOptions {
  readonly repositories: RepositoryOpener;
  readonly blobInfo?: BIC | undefined;
  readonly clock?: Clock | undefined;
  /** How long a lease tag settles, in milliseconds; for tests, whose registry is near. */
  readonly settleMs?: number | undefined;
}

/** A repository to write to, and the one tag, where it is named. */
export interface RegistryPlace {
  readonly ref: Ref;
  readonly tag: string | undefined;
}

/** Large blobs sent at once: each holds a part of some MiB in memory until the registry has it. */
const LARGE_AT_ONCE = 4;

/** Repositories that a registry is asked to mount a blob from before it is sent. */
const MOUNT_TRIES = 3;

/**
 * Reads `docker://HOST/REPOSITORY[:TAG]` as a place to write to. Without a tag each cache goes under its own name.
 * @throws `INVALID_INPUT`, also for a digest: nobody can choose what bytes will hash to
 */
export function parseRegistryPlace(text: string): RegistryPlace {
  const { digest, tag, ...ref } = parseRef(text);
  if (ref.transport !== 'docker' || digest !== undefined) {
    throw new CacheError('INVALID_INPUT', 'A cache cannot be written to this reference.', {
      subject: withoutAccount(text),
      hint: 'Write docker://host/repository:tag.',
    });
  }
  const hasTag = /:[^/]*$/.test(text.slice('docker://'.length).replace(/^[^/]*\//, '/'));
  return { ref, tag: hasTag ? tag : undefined };
}

/** The text of a place, as a target's `location`. */
export function registryLocation({ ref, tag }: RegistryPlace): string {
  return formatRef(tag === undefined ? ref : { ...ref, tag });
}

/**
 * A repository of a registry as the target of a transfer. A blob is asked for first, then mounted from another
 * repository where one is known to have it, and only then sent. The tag is written last: until then nobody who pulls
 * sees anything of it.
 */
export function createRegistryTarget(
  place: RegistryPlace,
  { repositories, blobInfo, clock = systemClock, settleMs }: RegistryTargetOptions,
): CacheTarget {
  const { ref, tag } = place;
  const repository = repositories(ref);
  // Asked anew each time: what is said to be there is not sent, so yesterday's answer is not good enough.
  const presence = createBlobPresence(repository, `${ref.registry}/${ref.repository}`);
  const manifests = new Map<string, Uint8Array>();

  const namedOf = (name: string) => formatRef({ ...ref, tag: checkedTag(name) });
  const digestAt = async (name: string, signal?: AbortSignal): Promise<string | undefined> =>
    repository.resolve(checkedTag(name), signal).then(
      ({ digest }) => digest,
      (error: unknown) => {
        if (isCacheError(error, 'NOT_FOUND')) return undefined;
        throw error;
      },
    );

  async function mountFrom(blob: Descriptor): Promise<string[]> {
    if (!blobInfo) return [];
    const known = await locateLayer(blobInfo, blob, ref, true).catch(() => []);
    const others = known.map((location) => location.ref.repository).filter((name) => name !== ref.repository);
    return [...new Set(others)].slice(0, MOUNT_TRIES);
  }

  /** @returns what it needs that is not there; then it was not switched. @throws `CONFLICT` where somebody was faster */
  async function switchOne(
    { ref: name, manifest, needs, joinedFrom }: NewReference,
    signal?: AbortSignal,
  ): Promise<readonly Digest[]> {
    const bytes = manifests.get(manifest.digest);
    if (!bytes) throw new CacheError('INTERNAL', 'a reference to a manifest that was not written');
    const there = await digestAt(name, signal);
    if (there === manifest.digest) return [];
    if (joinedFrom && there !== undefined && !joinedFrom.has(there)) throw overtaken(name);
    try {
      await repository.putManifest(name, manifest.mediaType, bytes, signal);
      return [];
    } catch (error) {
      // A registry refuses a manifest of blobs that it has not: those that were there may have been swept away.
      const mayLack = isCacheError(error, 'UNAVAILABLE') || isCacheError(error, 'NOT_FOUND');
      const sizes = mayLack ? await presence.sizes(needs, { signal }) : undefined;
      const lost = sizes ? needs.filter(({ digest }) => !sizes.has(digest)) : [];
      if (lost.length === 0) throw error;
      return lost.map(({ digest }) => parseDigest(digest));
    }
  }

  return {
    location: registryLocation(place),
    place: tag === undefined ? ref : { ...ref, tag },
    name: tag,
    namesFor: (name) => [name],
    lease: async () => ({ add: async () => {}, [Symbol.asyncDispose]: async () => {} }),

    async survey(wanted, signal, onProgress) {
      const sizes = await presence.sizes(wanted, { signal, onProgress });
      const present = wanted.filter(({ digest, size }) => sizes.get(digest) === size);
      return { present: new Set(present.map(({ digest }) => digest)), unfit: [] };
    },

    async describedLayers(refs, signal) {
      const layers: Descriptor[] = [];
      for (const name of refs) {
        try {
          const { descriptor, bytes } = await repository.manifest(checkedTag(name), signal);
          for (const layer of await layersOfManifest([bytes], descriptor.mediaType, name)) layers.push(layer);
        } catch (error) {
          // It would only have saved work.
          if (isCacheError(error, 'CANCELLED')) throw error;
        }
      }
      return layers;
    },

    setAside: async () => ({ whole: new Set() }),

    bring: (content, blobs, { signal, onBytes, onArrived }) =>
      takeBlobs(blobs, { signal, largeAtOnce: LARGE_AT_ONCE }, async (blob, stop) => {
        const outcome = await send(repository, content, blob, {
          mountFrom: await mountFrom(blob),
          signal: stop,
          onBytes: (bytes) => onBytes(bytes, blob),
        });
        onArrived(blob, outcome);
      }),

    async writeConfig(config, descriptor, signal) {
      await repository.upload(descriptor, () => streamOf(config), signal ? { signal } : {});
    },
    async writeManifest(manifest, descriptor) {
      // A registry takes a manifest and what leads to it in one: it waits for the tag.
      manifests.set(descriptor.digest, Buffer.concat([...manifest.pieces()]));
    },

    leadsElsewhere: async (name, { digest }, signal) => {
      const there = await digestAt(name, signal);
      return there !== undefined && there !== digest;
    },

    async switchReferences(references, { signal }) {
      for (const { ref: name } of references) checkedTag(name);
      for (const reference of references) {
        const { ref: name, joinedFrom } = reference;
        const lost = joinedFrom
          ? await withLeaseTag(repository, name, { clock, settleMs, signal }, (stop) => switchOne(reference, stop))
          : await switchOne(reference, signal);
        if (lost.length > 0) return lost;
      }
      return [];
    },

    // What nothing leads to is swept away by the registry itself.
    discard: async () => {},
    locationOf: namedOf,
    commands: (name) => registryCommands(namedOf(name).slice('docker://'.length)),
  };
}

/**
 * Sends one blob, unless it is there or can be mounted.
 * @throws errors of the source with the digest as their subject; those of the registry are never taken for them
 */
async function send(
  repository: Repository,
  content: BlobContent,
  blob: Descriptor,
  options: { mountFrom: readonly string[]; signal: AbortSignal; onBytes: (bytes: number) => void },
) {
  let sourceError: unknown;
  const bytes = async function* () {
    sourceError = undefined;
    try {
      await using reader = await content.openBlob(parseDigest(blob.digest) as Digest);
      if (reader.size !== blob.size) {
        throw new CacheError('SIZE_MISMATCH', `It should be ${blob.size} bytes long, but has ${reader.size}.`, {
          subject: blob.digest,
        });
      }
      yield* reader.stream({ signal: options.signal });
    } catch (error) {
      sourceError = error;
      throw error;
    }
  };
  try {
    return await repository.upload(blob, bytes, options);
  } catch (error) {
    if (sourceError !== undefined && !options.signal.aborted) throw sourceError;
    if (!isCacheError(error)) throw error;
    if (error.code === 'SIZE_MISMATCH') {
      throw new CacheError('SIZE_MISMATCH', error.message, { subject: blob.digest, cause: error });
    }
    if (error.code !== 'NOT_FOUND') throw error;
    throw new CacheError('UNAVAILABLE', 'The registry does not take the blob.', {
      subject: blob.digest,
      hint: error.hint ?? 'Check the repository, and whether the account may write to it.',
      cause: error,
    });
  }
}

async function* streamOf(document: Document): AsyncGenerator<Uint8Array> {
  yield* document.pieces();
}

/** @throws `INVALID_INPUT` for a cache whose name is no tag */
function checkedTag(name: string): string {
  if (isTag(name)) return name;
  throw new CacheError('INVALID_INPUT', 'The name of this cache cannot be a tag.', {
    subject: name.slice(0, 200),
    hint: 'Write the tag: docker://host/repository:tag.',
  });
}

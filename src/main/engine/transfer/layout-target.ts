import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import { isReplacedBy, type LayoutIndexDocument, withReference } from '../../../shared/oci/layout-index.ts';
import { pathPlace } from '../../../shared/oci/reference.ts';
import type { CacheTarget, NewReference } from '../ports/cache-target.ts';
import type { LayoutStore } from '../ports/managed-store.ts';
import { copyBlobs } from '../store/copy-blobs.ts';
import { asOwn } from '../store/prune-mark.ts';
import { writeDocument } from '../store/write-document.ts';
import { buildCommands } from './build-commands.ts';
import { layersOfManifest, MAX_MANIFEST_BYTES } from './layers-of-manifest.ts';
import { overtaken, taken } from './name-at-target.ts';
import { presentBlobs, unfitBlobs, vanishedBlobs } from './present-blobs.ts';
import { setDamagedAside } from './set-damaged-aside.ts';

/** A layout or a managed store as the target of a transfer. All references are switched at once, under its lock. */
export function createLayoutTarget(store: LayoutStore): CacheTarget {
  return {
    location: store.location,
    place: pathPlace(store.managed ? 'store' : 'oci', store.location),
    keepsCaches: store.managed,
    namesFor: (ref) => [ref],
    lease: (digests) => store.lease(digests),
    async survey(wanted) {
      const present = await presentBlobs(store, wanted);
      return { present, unfit: await unfitBlobs(store, wanted, present) };
    },

    async describedLayers(_refs, signal) {
      const { document } = await store.readIndex();
      const described: Descriptor[] = [];
      for (const entry of document.manifests) {
        throwIfAborted(signal);
        for (const layer of await readLayers(store, entry)) described.push(layer);
      }
      return described;
    },

    async setAside(suspects, options) {
      const { whole, note } = await setDamagedAside(store, suspects, options);
      const fit = new Set<string>();
      for (const { digest, size } of suspects) {
        // Whole, and as large as its descriptor says: a descriptor may be wrong too.
        if (whole.has(digest) && (await store.blobs.find(parseDigest(digest)))?.size === size) fit.add(digest);
      }
      return { whole: fit, note };
    },

    bring: (content, blobs, { signal, onBytes, onArrived }) =>
      copyBlobs(content, store.blobs, blobs, { signal, onBytes, onCopied: (blob) => onArrived(blob, 'copied') }),
    writeConfig: (document, descriptor, signal) => writeDocument(store.blobs, document, descriptor, signal),
    writeManifest: (document, descriptor, signal) => writeDocument(store.blobs, document, descriptor, signal),

    async leadsElsewhere(ref, manifest) {
      const { document } = await store.readIndex();
      return leadsElsewhere(document, ref, manifest);
    },

    async switchReferences(references, options) {
      const needed = references.flatMap(({ manifest, needs }) => [...needs, manifest]);
      const distinct = [...new Map(needed.map((blob) => [blob.digest, blob])).values()];
      let lost: Digest[] = [];
      await store.changeIndex(async ({ document }) => {
        const other = references.find(
          ({ ref, manifest, mayReplace }) => store.managed && !mayReplace && leadsElsewhere(document, ref, manifest),
        );
        if (other) throw taken(other.ref);
        const changed = references.find((reference) => isChanged(document, reference));
        if (changed) throw overtaken(changed.ref);
        lost = (await vanishedBlobs(store, distinct)).map(({ digest }) => parseDigest(digest));
        return lost.length > 0 ? document : references.reduce(withNewReference, document);
      }, options);
      return lost;
    },

    discard: (digests) => store.discard(digests),
    locationOf: () => store.location,
    commands: (ref) => buildCommands(store.location, ref),
  };
}

/** Whether somebody else has put another cache under a name since what was there was joined. */
function isChanged({ manifests }: LayoutIndexDocument, { ref, manifest, joinedFrom }: NewReference): boolean {
  if (!joinedFrom) return false;
  return manifests.some(
    (entry) => isReplacedBy(entry, ref) && entry.digest !== manifest.digest && !joinedFrom.has(entry.digest),
  );
}

function leadsElsewhere(document: LayoutIndexDocument, ref: string, manifest: Descriptor): boolean {
  return document.manifests.some((entry) => isReplacedBy(entry, ref) && entry.digest !== manifest.digest);
}

/** The index with one reference more. Where it leads there already it stays as it is, and is the importer's own from now on. */
function withNewReference(index: LayoutIndexDocument, { ref, manifest }: NewReference): LayoutIndexDocument {
  const same = index.manifests.filter((entry) => isReplacedBy(entry, ref));
  if (same.length === 1 && same[0]?.digest === manifest.digest) {
    return { ...index, manifests: index.manifests.map((entry) => (entry === same[0] ? asOwn(entry) : entry)) };
  }
  return withReference(index, ref, manifest);
}

/** Layers as a manifest describes them; none where it cannot be read. */
async function readLayers(
  store: LayoutStore,
  { digest: text, mediaType, size }: Descriptor,
): Promise<readonly Descriptor[]> {
  if (size > MAX_MANIFEST_BYTES) return [];
  try {
    const digest = parseDigest(text);
    await using reader = await store.blobs.moteReader(digest);
    return await layersOfManifest(reader, mediaType, digest);
  } catch {
    return [];
  }
}

import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import type { BIC, KnownLocation } from '../ports/blob-info-cache.ts';

/** Remembers that `srcRef` holds a layer as its manifest describes it, and what it uncompresses to where that is said. */
export async function recordLayerSource(bic: BIC, descriptor: Descriptor, srcRef: Ref): Promise<void> {
  await recordLayerSources(bic, [descriptor], srcRef);
}

/** The same for all layers of one place, in two writes. */
export async function recordLayerSources(
  bic: BIC,
  descriptors: readonly Pick<Descriptor, 'digest' | 'annotations'>[],
  srcRef: Ref,
): Promise<void> {
  const uncompressed = new Map<string, string>();
  for (const { digest, annotations } of descriptors) {
    const to = annotations?.[ANNOTATIONS.uncompressed];
    if (to !== undefined) uncompressed.set(digest, to);
  }
  await bic.recordAllUncompressed(uncompressed);
  await bic.recordKnownLocations(
    descriptors.map((descriptor) => descriptor.digest),
    srcRef,
  );
}

/** Returns the known places of a layer, best first: see `locateLayerDigest`. */
export async function locateLayer(
  bic: Pick<BIC, 'knownLocations'>,
  descriptor: Pick<Descriptor, 'digest'>,
  destRef: Ref,
  matchReg: boolean,
): Promise<KnownLocation[]> {
  return locateLayerDigest(bic, descriptor.digest, destRef, matchReg);
}

/**
 * Returns the known places of a layer, best first: those on the destination's registry, from where a registry can mount it without a
 * byte being sent, then the most recently recorded. With `matchReg` only those on the destination's registry.
 */
export async function locateLayerDigest(
  bic: Pick<BIC, 'knownLocations'>,
  digest: string,
  destRef: Ref,
  matchReg: boolean,
): Promise<KnownLocation[]> {
  const onRegistry = ({ ref }: KnownLocation) => isOnRegistry(ref, destRef);
  const known = await bic.knownLocations(digest);
  const near = known.filter(onRegistry);
  return matchReg ? near : [...near, ...known.filter((location) => !onRegistry(location))];
}

/** True for a place on the registry of a destination, which can mount its blobs. */
export function isOnRegistry(ref: Ref, destRef: Ref): boolean {
  return destRef.registry !== '' && ref.transport === destRef.transport && ref.registry === destRef.registry;
}

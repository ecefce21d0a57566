import { formatRef, type Ref } from '../../../shared/oci/reference.ts';

/** True where both have the same blobs: a place is one place whatever its tag. */
export function isSamePlace(a: Ref, b: Ref): boolean {
  return a.transport === b.transport && a.registry === b.registry && a.repository === b.repository;
}

/** True for a place that is asked without a network. */
export function isOnThisMachine(place: Ref): boolean {
  return place.registry === '';
}

/** The text that opens a place. A tar opens by its path: behind `oci-archive:` no source is looked for. */
export function locationOfPlace(place: Ref): string {
  return place.transport === 'oci-archive' ? place.repository : formatRef(place);
}

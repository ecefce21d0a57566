import { formatRef, type Ref } from '../../../shared/oci/reference.ts';

/** True where both have the same blobs: a place is one place whatever its tag. */
export function isSamePlace(a: Ref, b: Ref): boolean {
  return a.transport === b.transport && a.registry === b.registry && a.repository === b.repository;
}

/** The text that opens a place: a path for what lies on this machine, whatever its transport, else the reference. */
export function locationOfPlace(place: Ref): string {
  return place.registry === '' && place.tag === undefined ? place.repository : formatRef(place);
}

import type { Ref } from '../../../../shared/oci/reference.ts';
import type { BIC, KnownLocation } from '../../../engine/ports/blob-info-cache.ts';
import { type Clock, systemClock } from '../../../engine/ports/clock.ts';

/** A blob info cache in this process; gone when it ends. */
export function createMemoryBlobInfoCache(clock: Clock = systemClock): BIC {
  const uncompressed = new Map<string, string>();
  const locations = new Map<string, Map<string, KnownLocation>>();
  const place = (ref: Ref) => [ref.transport, ref.registry, ref.repository].join('\0');

  async function recordKnownLocation(digest: string, ref: Ref): Promise<void> {
    const known = locations.get(digest) ?? new Map<string, KnownLocation>();
    known.set(place(ref), { ref, recordedAt: clock.now() });
    locations.set(digest, known);
  }

  return {
    uncompressedDigest: async (digest) => uncompressed.get(digest),
    recordUncompressed: async (digest, to) => {
      uncompressed.set(digest, to);
    },
    recordAllUncompressed: async (all) => {
      for (const [digest, to] of all) uncompressed.set(digest, to);
    },
    recordKnownLocation,
    recordKnownLocations: async (digests, ref) => {
      for (const digest of digests) await recordKnownLocation(digest, ref);
    },
    knownLocations: async (digest) =>
      [...(locations.get(digest) ?? [])]
        .sort(([a, x], [b, y]) => y.recordedAt - x.recordedAt || (a < b ? -1 : 1))
        .map(([, location]) => location),
    forgetLocation: async (digest, ref) => {
      locations.get(digest)?.delete(place(ref));
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

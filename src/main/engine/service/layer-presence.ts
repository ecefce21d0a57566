import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { SizedLayerStore } from '../ports/layer-store.ts';
import { createSlots } from '../streams/slots.ts';

/** How long a layer that was seen is believed to be there. */
const BELIEVED_MS = 10 * 60 * 1000;
const ASKED_AT_ONCE = 16;

/** Knows which layers the store has. */
export interface LayerPresence {
  /** Asks the store for those that were not seen lately. @returns the digests of those that are not there */
  missing(layers: Iterable<Descriptor>, signal?: AbortSignal): Promise<ReadonlySet<string>>;
  /** The layer is there as of now. */
  seen(digest: string): void;
  /** The layer may be gone: it is asked for again. */
  doubt(digest: string): void;
}

/** Creates a memory of what a store has. Only what is there is remembered; what is not may come at any moment. */
export function createLayerPresence(store: SizedLayerStore, clock: Clock): LayerPresence {
  const seenAt = new Map<string, number>();
  const slots = createSlots(ASKED_AT_ONCE);
  return {
    async missing(layers, signal) {
      const gone = new Set<string>();
      const distinct = new Map<string, Descriptor>();
      for (const layer of layers) {
        if (clock.now() - (seenAt.get(layer.digest) ?? Number.NEGATIVE_INFINITY) > BELIEVED_MS)
          distinct.set(layer.digest, layer);
      }
      await Promise.all(
        Array.from(distinct.values(), async (layer) => {
          using _slot = await slots.take(signal);
          if ((await store.sizeOf(parseDigest(layer.digest), signal)) === layer.size)
            seenAt.set(layer.digest, clock.now());
          else gone.add(layer.digest);
        }),
      );
      return gone;
    },
    seen: (digest) => void seenAt.set(digest, clock.now()),
    doubt: (digest) => void seenAt.delete(digest),
  };
}

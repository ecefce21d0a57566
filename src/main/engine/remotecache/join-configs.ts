import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { CacheChains } from './cache-chains.ts';
import { addConfigTo } from './parse-chains.ts';

/** Whoever asks has left out already what cannot be had. */
const ALL_THERE = { has: () => true };

/** A cache that is joined with others: every layer has a descriptor. */
export interface JoinedPart {
  readonly config: CacheConfig;
  readonly descriptors: readonly Descriptor[];
}

/**
 * Makes one cache of several: every record and link, records that are found the same way as one, the newest result of a
 * record, each layer once. In which order they are given makes no difference, nor whether one is given twice; what was
 * joined can be joined again. Must agree with BuildKit `CacheChains.Add`, as an export of all of them would.
 * @param parts at least one
 * @returns a config in canonical order, and the descriptors of its layers
 */
export async function joinConfigs(parts: readonly JoinedPart[]): Promise<JoinedPart> {
  const described = chosenDescriptors(parts);
  const chains = new CacheChains();
  for (const { config, descriptors } of parts) {
    const chosen = descriptors.map((layer) => described.get(layer.digest) ?? layer);
    await addConfigTo(chains, config, chosen, ALL_THERE);
  }
  const { config, descriptors } = chains.marshal();
  return { config, descriptors: [...descriptors.values()] };
}

/** One descriptor for each layer: caches may tell more or less of the same one, and their order shall not matter. */
function chosenDescriptors(parts: readonly JoinedPart[]): ReadonlyMap<string, Descriptor> {
  const chosen = new Map<string, Descriptor>();
  const rank = ({ annotations = {}, mediaType, size }: Descriptor): string => {
    const told = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
    return `${String(told.length).padStart(3, '0')} ${JSON.stringify([told, mediaType, size])}`;
  };
  for (const { descriptors } of parts) {
    for (const layer of descriptors) {
      const known = chosen.get(layer.digest);
      if (!known || rank(layer) > rank(known)) chosen.set(layer.digest, layer);
    }
  }
  return chosen;
}

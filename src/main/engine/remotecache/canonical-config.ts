import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { isDigest } from '../../../shared/oci/digest.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { RemoteProvider } from '../model/remote.ts';
import { createRemote, type LayerStack, stackOn } from '../model/remote.ts';
import type { CacheExporterRecord } from '../solver/types.ts';
import { CacheChains } from './cache-chains.ts';

/** Stands for what cannot be found by its digest: such a record is never written, nor what only it leads to. */
const UNFINDABLE = 'random:';

/** Whoever asks has left out already what is not there. */
const ALL_THERE: RemoteProvider = { has: () => true };

/**
 * A key graph as BuildKit would export it: records that are found the same way are one, and those that nobody else can
 * find are left out (made for one session, damaged, or without a link at one of their inputs).
 * @param config layers stand after what they lie on
 */
export function canonicalConfig(config: CacheConfig, descriptors: ReadonlyMap<string, Descriptor>): CacheConfig {
  const stacks: (LayerStack | undefined)[] = [];
  config.layerBlob.forEach((text, layer) => {
    const descriptor = descriptors.get(config.texts[text] ?? '');
    const parent = config.layerParent[layer] as number;
    const below = parent < 0 ? undefined : stacks[parent];
    stacks[layer] = descriptor && (parent < 0 || below) ? stackOn(below, descriptor) : undefined;
  });
  const chains = new CacheChains();
  const records: CacheExporterRecord[] = [];
  const findable = Uint8Array.from(config.recordDigest, (text, record) => {
    return isDigest(config.texts[text]) && hasAllInputs(config, record) ? 1 : 0;
  });
  config.recordDigest.forEach((text, record) => {
    const target = chains.add(findable[record] === 1 ? (config.texts[text] ?? UNFINDABLE) : UNFINDABLE);
    records.push(target);
    for (let at = config.resultOffset[record] as number; at < (config.resultOffset[record + 1] as number); at += 1) {
      const stack = stacks[config.resultLayer[at] as number];
      const createdAt = config.texts[config.resultCreatedAt[at] as number] ?? '';
      if (stack) target.addResult(createdAt, createRemote(stack, ALL_THERE));
    }
  });
  for (const [record, target] of records.entries()) {
    if (findable[record] !== 1) continue;
    const first = config.inputOffset[record] as number;
    for (let input = first; input < (config.inputOffset[record + 1] as number); input += 1) {
      const end = config.alternativeOffset[input + 1] as number;
      for (let at = config.alternativeOffset[input] as number; at < end; at += 1) {
        const source = records[config.alternativeLink[at] as number];
        const selector = config.texts[config.alternativeSelector[at] as number] ?? '';
        if (source) target.linkFrom(source, input - first, selector);
      }
    }
  }
  return chains.marshal().config;
}

function hasAllInputs({ inputOffset, alternativeOffset }: CacheConfig, record: number): boolean {
  const end = inputOffset[record + 1] as number;
  for (let input = inputOffset[record] as number; input < end; input += 1) {
    if (alternativeOffset[input] === alternativeOffset[input + 1]) return false;
  }
  return true;
}

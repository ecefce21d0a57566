import type { CacheConfig } from '../../model/cache-config.ts';

/**
 * The same cache with layers and records in another order: the reverse. Made by way of objects, so that it shares no
 * code with what it is to test.
 */
export function shuffled(config: CacheConfig): CacheConfig {
  const layers = config.layerBlob.length - 1;
  const records = config.recordDigest.length - 1;
  const list = Array.from(config.recordDigest, (digest, record) => ({
    digest,
    inputs: slice(config.inputOffset, record).map((input) =>
      slice(config.alternativeOffset, input).map((a) => ({
        link: records - (config.alternativeLink[a] ?? 0),
        selector: config.alternativeSelector[a] ?? 0,
      })),
    ),
    results: slice(config.resultOffset, record).map((i) => ({
      layer: layers - (config.resultLayer[i] ?? 0),
      createdAt: config.resultCreatedAt[i] ?? 0,
    })),
  })).reverse();
  const inputs = list.flatMap((record) => record.inputs.map((alternatives) => alternatives.toReversed()));
  const results = list.flatMap((record) => record.results);
  return {
    texts: config.texts,
    layerBlob: config.layerBlob.toReversed(),
    layerParent: config.layerParent.map((parent) => (parent < 0 ? -1 : layers - parent)).reverse(),
    layerAnnotations: new Map([...config.layerAnnotations].map(([layer, text]) => [layers - layer, text])),
    recordDigest: config.recordDigest.toReversed(),
    inputOffset: offsets(list.map((record) => record.inputs.length)),
    alternativeOffset: offsets(inputs.map((alternatives) => alternatives.length)),
    alternativeLink: Uint32Array.from(inputs.flat(), ({ link }) => link),
    alternativeSelector: Uint32Array.from(inputs.flat(), ({ selector }) => selector),
    resultOffset: offsets(list.map((record) => record.results.length)),
    resultLayer: Uint32Array.from(results, ({ layer }) => layer),
    resultCreatedAt: Uint32Array.from(results, ({ createdAt }) => createdAt),
    chains: config.chains.map((chain) => ({
      ...chain,
      record: records - chain.record,
      layers: chain.layers.map((layer) => layers - layer),
    })),
  };
}

function slice(offset: Uint32Array, owner: number): number[] {
  const from = offset[owner] ?? 0;
  return Array.from({ length: (offset[owner + 1] ?? 0) - from }, (_, i) => from + i);
}

function offsets(counts: readonly number[]): Uint32Array {
  let sum = 0;
  return Uint32Array.from([0, ...counts], (count) => {
    sum += count;
    return sum;
  });
}

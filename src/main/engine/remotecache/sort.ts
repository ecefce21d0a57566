import type { CacheConfig } from '../model/cache-config.ts';

/**
 * The config in BuildKit's canonical order (`sortConfig` in `cache/remotecache/v1/utils.go`): layers by blob and then
 * parent as numbered before; records by digest, number of inputs, number and kind of alternatives. Upstream leaves two
 * orders to chance (alternatives as a Go map gives them, links to one record with different selectors); here alternatives
 * are sorted by selector and linked digest. What still ties, such as two records that differ only further down, keeps its
 * order.
 */
export function sortCacheConfig(config: CacheConfig): CacheConfig {
  const rank = textRanks(config.texts);
  const layerOrder = order(config.layerBlob.length, (a, b) => {
    const byBlob = (rank[config.layerBlob[a] as number] as number) - (rank[config.layerBlob[b] as number] as number);
    return byBlob || (config.layerParent[a] as number) - (config.layerParent[b] as number);
  });
  const layerNumber = inverse(layerOrder);
  const digestRank = Uint32Array.from(config.recordDigest, (text) => rank[text] as number);
  const sorted = sortedAlternatives(config, rank, digestRank);
  const recordOrder = order(config.recordDigest.length, (a, b) => {
    return (
      (digestRank[a] as number) - (digestRank[b] as number) || compareInputs(config, rank, digestRank, sorted, a, b)
    );
  });
  const recordNumber = inverse(recordOrder);

  const inputOffset = new Uint32Array(recordOrder.length + 1);
  const resultOffset = new Uint32Array(recordOrder.length + 1);
  const alternativeOffset = new Uint32Array(config.alternativeOffset.length);
  const alternatives = new Uint32Array(config.alternativeLink.length);
  const results = new Uint32Array(config.resultLayer.length);
  let input = 0;
  let alternative = 0;
  let result = 0;
  recordOrder.forEach((old, record) => {
    for (let i = config.inputOffset[old] as number; i < (config.inputOffset[old + 1] as number); i++) {
      const slice = sorted.slice(config.alternativeOffset[i], config.alternativeOffset[i + 1]);
      slice.sort((a, b) => {
        const byLink =
          (recordNumber[config.alternativeLink[a] as number] as number) -
          (recordNumber[config.alternativeLink[b] as number] as number);
        const selector = (x: number) => rank[config.alternativeSelector[x] as number] as number;
        return byLink || selector(a) - selector(b);
      });
      alternatives.set(slice, alternative);
      alternative += slice.length;
      alternativeOffset[++input] = alternative;
    }
    inputOffset[record + 1] = input;
    for (let i = config.resultOffset[old] as number; i < (config.resultOffset[old + 1] as number); i++) {
      results[result++] = i;
    }
    resultOffset[record + 1] = result;
  });
  return {
    texts: config.texts,
    layerBlob: layerOrder.map((layer) => config.layerBlob[layer] as number),
    layerParent: Int32Array.from(layerOrder, (layer) => {
      const parent = config.layerParent[layer] as number;
      return parent < 0 ? -1 : (layerNumber[parent] as number);
    }),
    layerAnnotations: new Map(
      [...config.layerAnnotations].map(([layer, text]) => [layerNumber[layer] as number, text]),
    ),
    recordDigest: recordOrder.map((record) => config.recordDigest[record] as number),
    inputOffset,
    alternativeOffset,
    alternativeLink: alternatives.map((a) => recordNumber[config.alternativeLink[a] as number] as number),
    alternativeSelector: alternatives.map((a) => config.alternativeSelector[a] as number),
    resultOffset,
    resultLayer: results.map((i) => layerNumber[config.resultLayer[i] as number] as number),
    resultCreatedAt: results.map((i) => config.resultCreatedAt[i] as number),
    chains: config.chains
      .map((chain) => ({
        ...chain,
        record: recordNumber[chain.record] as number,
        layers: chain.layers.map((layer) => layerNumber[layer] as number),
      }))
      .sort((a, b) => a.record - b.record),
  };
}

/** Alternatives of each input by selector, then linked digest. */
function sortedAlternatives(config: CacheConfig, rank: Uint32Array, digestRank: Uint32Array): Uint32Array {
  const sorted = Uint32Array.from(config.alternativeLink, (_, i) => i);
  for (let input = 0; input + 1 < config.alternativeOffset.length; input++) {
    const slice = sorted.subarray(config.alternativeOffset[input], config.alternativeOffset[input + 1]);
    if (slice.length > 1) slice.sort((a, b) => compareAlternatives(config, rank, digestRank, a, b) || a - b);
  }
  return sorted;
}

function compareAlternatives(
  config: CacheConfig,
  rank: Uint32Array,
  digestRank: Uint32Array,
  a: number,
  b: number,
): number {
  const bySelector =
    (rank[config.alternativeSelector[a] as number] as number) -
    (rank[config.alternativeSelector[b] as number] as number);
  if (bySelector !== 0) return bySelector;
  return (
    (digestRank[config.alternativeLink[a] as number] as number) -
    (digestRank[config.alternativeLink[b] as number] as number)
  );
}

/** Records of one digest: fewer inputs, then fewer alternatives at the first input that differs, then what they are. */
function compareInputs(
  config: CacheConfig,
  rank: Uint32Array,
  digestRank: Uint32Array,
  sorted: Uint32Array,
  a: number,
  b: number,
): number {
  const { inputOffset, alternativeOffset } = config;
  const count = (record: number) => (inputOffset[record + 1] as number) - (inputOffset[record] as number);
  if (count(a) !== count(b)) return count(a) - count(b);
  for (let input = 0; input < count(a); input++) {
    const atA = (inputOffset[a] as number) + input;
    const atB = (inputOffset[b] as number) + input;
    const fromA = alternativeOffset[atA] as number;
    const fromB = alternativeOffset[atB] as number;
    const length = (alternativeOffset[atA + 1] as number) - fromA;
    const difference = length - ((alternativeOffset[atB + 1] as number) - fromB);
    if (difference !== 0) return difference;
    for (let i = 0; i < length; i++) {
      const byKind = compareAlternatives(
        config,
        rank,
        digestRank,
        sorted[fromA + i] as number,
        sorted[fromB + i] as number,
      );
      if (byKind !== 0) return byKind;
    }
  }
  return 0;
}

/** Place of each text in the order of its UTF-8 bytes, which is that of Go's strings. */
function textRanks(texts: readonly string[]): Uint32Array {
  // UTF-16 order differs from byte order only where surrogates meet characters above them.
  const anySurrogate = texts.some((text) => /[\ud800-\udfff]/.test(text));
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const byUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const compare = anySurrogate ? byBytes : byUnits;
  return inverse(order(texts.length, (a, b) => compare(texts[a] as string, texts[b] as string)));
}

/** The numbers below `count`, sorted; ties keep their order. */
function order(count: number, compare: (a: number, b: number) => number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => compare(a, b) || a - b);
}

function inverse(permutation: Uint32Array): Uint32Array {
  const inverted = new Uint32Array(permutation.length);
  permutation.forEach((old, index) => {
    inverted[old] = index;
  });
  return inverted;
}

import type { CacheConfig } from '../model/cache-config.ts';

/** Which results stay, by their index in the columns and in `chains`. 1 keeps, 0 drops. */
export interface KeptResults {
  readonly results: Uint8Array;
  readonly chains: Uint8Array;
}

/** Keeps every result. A caller that drops some sets those to 0. */
export function allResults(config: CacheConfig): KeptResults {
  return {
    results: new Uint8Array(config.resultLayer.length).fill(1),
    chains: new Uint8Array(config.chains.length).fill(1),
  };
}

/**
 * The results of `mode=min`: those that consist of blobs on the layer chains of the records that nobody uses, which are
 * the final images. Blobs, not layers: a copy that is merged in has its blob in the image over another parent than by
 * itself, and BuildKit exports its result too, since the blob is there.
 */
export function minResults(config: CacheConfig): KeptResults {
  const used = new Uint8Array(config.recordDigest.length);
  for (const link of config.alternativeLink) used[link] = 1;
  const final = allResults(config);
  eachResult(config, (record, result) => {
    final.results[result] = used[record] ? 0 : 1;
  });
  config.chains.forEach((chain, index) => {
    final.chains[index] = used[chain.record] ? 0 : 1;
  });
  const onChain = layersOf(config, final);
  const blobs = new Set(config.layerBlob.filter((_, layer) => onChain[layer]));
  const hasBlob = Uint8Array.from(config.layerBlob, (blob) => (blobs.has(blob) ? 1 : 0));
  const whole = wholeChains(config, hasBlob);
  return {
    results: Uint8Array.from(config.resultLayer, (layer) => whole[layer] as number),
    chains: Uint8Array.from(config.chains, (chain) => (chain.layers.every((layer) => hasBlob[layer]) ? 1 : 0)),
  };
}

/** 1 for each layer that is in the set with everything below it. Walks each stretch of a chain once. */
export function wholeChains(config: CacheConfig, inSet: Uint8Array): Uint8Array {
  const whole = new Uint8Array(inSet.length);
  const known = new Uint8Array(inSet.length);
  const stretch: number[] = [];
  for (let top = 0; top < inSet.length; top++) {
    let layer = top;
    for (; layer >= 0 && !known[layer]; layer = config.layerParent[layer] as number) stretch.push(layer);
    let below = layer < 0 ? 1 : (whole[layer] as number);
    for (let next = stretch.pop(); next !== undefined; next = stretch.pop()) {
      below &= inSet[next] as number;
      whole[next] = below;
      known[next] = 1;
    }
  }
  return whole;
}

/** A config without the results that are not kept, nor the layers that no result needs any more. Records and links stay. */
export function dropResults(config: CacheConfig, kept: KeptResults): CacheConfig {
  return rebuild(config, new Uint8Array(config.recordDigest.length).fill(1), kept);
}

/** Only these records and every record they link to, over any number of links, with their results. */
export function pickRecords(config: CacheConfig, records: Iterable<number>): CacheConfig {
  const { inputOffset, alternativeOffset, alternativeLink } = config;
  const picked = new Uint8Array(config.recordDigest.length);
  const open = [...records];
  for (let record = open.pop(); record !== undefined; record = open.pop()) {
    if (picked[record]) continue;
    picked[record] = 1;
    const from = alternativeOffset[inputOffset[record] as number] as number;
    const to = alternativeOffset[inputOffset[record + 1] as number] as number;
    for (let a = from; a < to; a++) open.push(alternativeLink[a] as number);
  }
  return rebuild(config, picked, allResults(config));
}

/** 1 for each layer that a kept result has in its chain. */
export function layersOf(config: CacheConfig, kept: KeptResults): Uint8Array {
  const needed = new Uint8Array(config.layerBlob.length);
  const mark = (top: number) => {
    for (let layer = top; layer >= 0 && !needed[layer]; layer = config.layerParent[layer] as number) needed[layer] = 1;
  };
  config.resultLayer.forEach((layer, result) => {
    if (kept.results[result]) mark(layer);
  });
  config.chains.forEach((chain, index) => {
    // A chained result names all its layers; a parent of one of them has to stay all the same, or its index would dangle.
    if (kept.chains[index]) chain.layers.forEach(mark);
  });
  return needed;
}

function eachResult(config: CacheConfig, visit: (record: number, result: number) => void): void {
  for (let record = 0; record < config.recordDigest.length; record++) {
    const end = config.resultOffset[record + 1] as number;
    for (let result = config.resultOffset[record] as number; result < end; result++) visit(record, result);
  }
}

/** Leaves out records, results and the layers they alone needed; what stays keeps its order, so canonical stays canonical. */
function rebuild(config: CacheConfig, records: Uint8Array, kept: KeptResults): CacheConfig {
  const results = new Uint8Array(kept.results);
  eachResult(config, (record, result) => {
    if (!records[record]) results[result] = 0;
  });
  const chains = Uint8Array.from(config.chains, (chain, i) => (records[chain.record] ? (kept.chains[i] as number) : 0));
  const layers = layersOf(config, { results, chains });
  const layerNumber = renumber(layers);
  const recordNumber = renumber(records);
  const recordsKept = recordNumber[records.length] as number;

  const inputOffset = new Uint32Array(recordsKept + 1);
  const resultOffset = new Uint32Array(recordsKept + 1);
  const alternativeOffset: number[] = [0];
  const alternatives: number[] = [];
  const resultsKept: number[] = [];
  for (let record = 0; record < records.length; record++) {
    if (!records[record]) continue;
    const end = config.inputOffset[record + 1] as number;
    for (let input = config.inputOffset[record] as number; input < end; input++) {
      const last = config.alternativeOffset[input + 1] as number;
      for (let a = config.alternativeOffset[input] as number; a < last; a++) alternatives.push(a);
      alternativeOffset.push(alternatives.length);
    }
    const resultEnd = config.resultOffset[record + 1] as number;
    for (let i = config.resultOffset[record] as number; i < resultEnd; i++) if (results[i]) resultsKept.push(i);
    const number = recordNumber[record] as number;
    inputOffset[number + 1] = alternativeOffset.length - 1;
    resultOffset[number + 1] = resultsKept.length;
  }
  const annotations = [...config.layerAnnotations].filter(([layer]) => layers[layer]);
  return {
    texts: config.texts,
    layerBlob: config.layerBlob.filter((_, layer) => layers[layer]),
    layerParent: config.layerParent
      .filter((_, layer) => layers[layer])
      .map((parent) => (parent < 0 ? -1 : (layerNumber[parent] as number))),
    layerAnnotations: new Map(annotations.map(([layer, text]) => [layerNumber[layer] as number, text])),
    recordDigest: config.recordDigest.filter((_, record) => records[record]),
    inputOffset,
    alternativeOffset: Uint32Array.from(alternativeOffset),
    alternativeLink: Uint32Array.from(alternatives, (a) => recordNumber[config.alternativeLink[a] as number] as number),
    alternativeSelector: Uint32Array.from(alternatives, (a) => config.alternativeSelector[a] as number),
    resultOffset,
    resultLayer: Uint32Array.from(resultsKept, (i) => layerNumber[config.resultLayer[i] as number] as number),
    resultCreatedAt: Uint32Array.from(resultsKept, (i) => config.resultCreatedAt[i] as number),
    chains: config.chains
      .filter((_, i) => chains[i])
      .map((chain) => ({
        ...chain,
        record: recordNumber[chain.record] as number,
        layers: chain.layers.map((layer) => layerNumber[layer] as number),
      })),
  };
}

/** New number of each kept index; the last entry is how many are kept. */
function renumber(kept: Uint8Array): Uint32Array {
  const numbers = new Uint32Array(kept.length + 1);
  for (let i = 0; i < kept.length; i++) numbers[i + 1] = (numbers[i] as number) + (kept[i] ? 1 : 0);
  return numbers;
}

import type { CacheConfig } from '../model/cache-config.ts';
import { sortCacheConfig } from './sort.ts';

/**
 * The same cache over other blobs: what layers are called changes, records and results do not. Layers that become the
 * same blob over the same layer are one, as BuildKit would have written them, and the order is canonical again.
 *
 * Annotations that S3-like back ends put on a layer give the media type and size of its blob: they do not hold for
 * another, and no form that is written here has them, so those of a replaced blob are left out.
 * @param blobs old digest → new digest; what is not in it stays
 */
export function replaceBlobs(config: CacheConfig, blobs: ReadonlyMap<string, string>): CacheConfig {
  const texts = [...config.texts];
  const numbers = new Map(texts.map((text, number) => [text, number]));
  const numberOf = (text: string): number => {
    const number = numbers.get(text) ?? texts.push(text) - 1;
    numbers.set(text, number);
    return number;
  };
  const renamed = new Map<number, number>();
  for (const [from, to] of blobs) {
    const number = numbers.get(from);
    if (number !== undefined && from !== to) renamed.set(number, numberOf(to));
  }
  const layerBlob = config.layerBlob.map((blob) => renamed.get(blob) ?? blob);
  const { kept, standsFor } = joined(layerBlob, config.layerParent);
  const annotations = [...config.layerAnnotations].filter(
    ([layer]) => !renamed.has(config.layerBlob[layer] as number) && kept[standsFor[layer] as number] === layer,
  );
  return sortCacheConfig({
    ...config,
    texts,
    layerBlob: Uint32Array.from(kept, (layer) => layerBlob[layer] as number),
    layerParent: Int32Array.from(kept, (layer) => {
      const parent = config.layerParent[layer] as number;
      return parent < 0 ? -1 : (standsFor[parent] as number);
    }),
    layerAnnotations: new Map(annotations.map(([layer, text]) => [standsFor[layer] as number, text])),
    resultLayer: config.resultLayer.map((layer) => standsFor[layer] as number),
    chains: config.chains.map((chain) => ({
      ...chain,
      layers: chain.layers.map((layer) => standsFor[layer] as number),
    })),
  });
}

/**
 * Makes one of layers that are the same blob over the same layer. Works upwards from the bottom of every chain: whether
 * two layers are one rests on whether those below are.
 * @returns layers that stay, in their order, and for each layer the new number of the one that stands for it
 */
function joined(layerBlob: Uint32Array, layerParent: Int32Array) {
  const first = new Int32Array(layerBlob.length).fill(-1);
  const byPair = new Map<string, number>();
  const open: number[] = [];
  for (let top = 0; top < layerBlob.length; top++) {
    for (let at = top; at >= 0 && first[at] === -1; at = layerParent[at] as number) open.push(at);
    for (let layer = open.pop(); layer !== undefined; layer = open.pop()) {
      const parent = layerParent[layer] as number;
      const pair = `${parent < 0 ? -1 : first[parent]} ${layerBlob[layer]}`;
      const same = byPair.get(pair) ?? layer;
      byPair.set(pair, same);
      first[layer] = same;
    }
  }
  const kept: number[] = [];
  const number = new Uint32Array(layerBlob.length);
  first.forEach((same, layer) => {
    if (same !== layer) return;
    number[layer] = kept.length;
    kept.push(layer);
  });
  return { kept, standsFor: Uint32Array.from(first, (same) => number[same] as number) };
}

import type { CacheConfig } from '../model/cache-config.ts';

/**
 * The same config with its layers numbered by what they are and lie on, and not by who came first: lower ones first, those
 * on one another's left or right by the number of their parents, then by digest. BuildKit's order of layers that are one
 * blob on several others rests on the numbers before (`sortConfig`), which there are those of a walk that chance begins.
 */
export function numberLayers(config: CacheConfig): CacheConfig {
  const { texts, layerBlob, layerParent } = config;
  const count = layerBlob.length;
  const depth = depthsOf(layerParent);
  const levels: number[][] = [];
  for (let layer = 0; layer < count; layer += 1) {
    const level = depth[layer] as number;
    const members = levels[level];
    if (members) members.push(layer);
    else levels[level] = [layer];
  }
  const numberOf = new Int32Array(count);
  const order = new Uint32Array(count);
  let next = 0;
  const parentNumber = (layer: number): number => {
    const parent = layerParent[layer] as number;
    return parent < 0 ? -1 : (numberOf[parent] as number);
  };
  const digestOf = (layer: number): string => texts[layerBlob[layer] as number] ?? '';
  for (const members of levels) {
    members.sort((a, b) => {
      const byParent = parentNumber(a) - parentNumber(b);
      if (byParent !== 0) return byParent;
      return digestOf(a) < digestOf(b) ? -1 : Number(digestOf(a) > digestOf(b));
    });
    for (const layer of members) {
      numberOf[layer] = next;
      order[next] = layer;
      next += 1;
    }
  }
  return {
    ...config,
    layerBlob: order.map((layer) => layerBlob[layer] as number),
    layerParent: Int32Array.from(order, parentNumber),
    layerAnnotations: new Map([...config.layerAnnotations].map(([layer, text]) => [numberOf[layer] as number, text])),
    resultLayer: config.resultLayer.map((layer) => numberOf[layer] as number),
    chains: config.chains.map((chain) => ({
      ...chain,
      layers: chain.layers.map((layer) => numberOf[layer] as number),
    })),
  };
}

/** How many layers lie below each. Walks each stretch of a chain once. */
function depthsOf(layerParent: Int32Array): Int32Array {
  const depth = new Int32Array(layerParent.length).fill(-1);
  const stretch: number[] = [];
  for (let top = 0; top < depth.length; top += 1) {
    let layer = top;
    for (; layer >= 0 && depth[layer] === -1; layer = layerParent[layer] as number) stretch.push(layer);
    let below = layer < 0 ? -1 : (depth[layer] as number);
    for (let open = stretch.pop(); open !== undefined; open = stretch.pop()) {
      below += 1;
      depth[open] = below;
    }
  }
  return depth;
}

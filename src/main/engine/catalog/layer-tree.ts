import { CacheError } from '../../../shared/base/errors.ts';
import { eachRow, type Steps } from '../streams/steps.ts';
import type { LayerTree } from './catalog-columns.ts';

/** Grows a `LayerTree`: the same blob over the same parent is the same node. Linear in what is added. */
export interface LayerTreeBuilder {
  /** The node of `blob` over `parent`. */
  child(parent: number, blob: number): number;
  /** The tree so far. */
  finish(): LayerTree;
}

/** @param capacity at most so many nodes, the empty chain left out */
export function createLayerTreeBuilder(capacity: number): LayerTreeBuilder {
  const parents = new Uint32Array(capacity + 1);
  const blobs = new Uint32Array(capacity + 1);
  let count = 1;
  // Open addressing over (parent, blob); 0 marks a free slot, as node 0 is never a child.
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, capacity * 2))));
  const mask = slots.length - 1;

  function child(parent: number, blob: number): number {
    let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(blob, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const node = slots[slot] as number;
      if (node === 0) {
        slots[slot] = count;
        parents[count] = parent;
        blobs[count] = blob;
        count += 1;
        return count - 1;
      }
      if (parents[node] === parent && blobs[node] === blob) return node;
    }
  }

  return {
    child,
    finish: () => ({ count, parent: parents.slice(0, count), blob: blobs.slice(0, count) }),
  };
}

/**
 * Gives every layer of a config its node. Layers may stand before their parents.
 * @param blobOf layer → blob
 * @throws `CORRUPT` when a layer is its own ancestor
 */
export function* placeLayers(tree: LayerTreeBuilder, parent: Int32Array, blobOf: Uint32Array): Steps<Uint32Array> {
  const nodes = new Uint32Array(parent.length);
  const pending = new Uint32Array(parent.length);
  yield* eachRow('Sorting layers', parent.length, (layer) => {
    let depth = 0;
    let at = layer;
    while (at >= 0 && nodes[at] === 0) {
      if (depth === parent.length) {
        throw new CacheError('CORRUPT', 'A layer of the config is its own ancestor.', {
          subject: `layers[${layer}].parent`,
          hint: 'Export the cache again.',
        });
      }
      pending[depth] = at;
      depth += 1;
      at = parent[at] as number;
    }
    let below = at < 0 ? 0 : (nodes[at] as number);
    while (depth > 0) {
      depth -= 1;
      const next = pending[depth] as number;
      below = tree.child(below, blobOf[next] as number);
      nodes[next] = below;
    }
  });
  return nodes;
}

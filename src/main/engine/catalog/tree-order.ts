import { eachRow, type Steps } from '../streams/steps.ts';
import type { LayerTree } from './catalog-columns.ts';

/** Depth-first places of a tree's nodes, and common ancestors, all from linear passes. */
export interface TreeOrder {
  /** Layers of the chain that ends at a node. */
  readonly depth: Uint32Array;
  /** Node → place in depth-first order; a subtree is one run of places. */
  readonly place: Uint32Array;
  /** Place → node. */
  readonly nodeAt: Uint32Array;
  /** Nodes of its subtree, itself included. */
  readonly size: Uint32Array;
  /** 1 where an ancestor has the same blob. */
  readonly nested: Uint8Array;
  /** The deepest node that both chains share. */
  commonAncestor(a: number, b: number): number;
}

const PHASE = 'Sorting layers';

/** Orders a tree of blobs. Time is linear in the nodes; `commonAncestor` takes logarithmic time. */
export function* orderTree(tree: LayerTree, blobCount: number): Steps<TreeOrder> {
  const { count, parent, blob } = tree;
  const depth = new Uint32Array(count);
  const size = new Uint32Array(count).fill(1);
  const heavy = new Uint32Array(count);
  yield* eachRow(PHASE, count - 1, (index) => {
    const node = count - 1 - index;
    const above = parent[node] as number;
    size[above] = (size[above] as number) + (size[node] as number);
    if (heavy[above] === 0 || (size[node] as number) > (size[heavy[above] as number] ?? 0)) heavy[above] = node;
  });

  const place = new Uint32Array(count);
  const nodeAt = new Uint32Array(count);
  const nextPlace = new Uint32Array(count);
  // Head of the heavy path a node is on: following heavy children only, a chain has few heads.
  const head = new Uint32Array(count);
  nextPlace[0] = 1;
  yield* eachRow(PHASE, count - 1, (index) => {
    const node = index + 1;
    const above = parent[node] as number;
    const at = nextPlace[above] as number;
    place[node] = at;
    nodeAt[at] = node;
    nextPlace[above] = at + (size[node] as number);
    nextPlace[node] = at + 1;
    depth[node] = (depth[above] as number) + 1;
    head[node] = heavy[above] === node ? (head[above] as number) : node;
  });

  const nested = new Uint8Array(count);
  const outerEnd = new Uint32Array(blobCount);
  yield* eachRow(PHASE, count - 1, (index) => {
    const at = index + 1;
    const node = nodeAt[at] as number;
    const own = blob[node] as number;
    if (at < (outerEnd[own] as number)) nested[node] = 1;
    else outerEnd[own] = at + (size[node] as number);
  });

  function commonAncestor(a: number, b: number): number {
    let [x, y] = [a, b];
    while (head[x] !== head[y]) {
      const [hx, hy] = [head[x] as number, head[y] as number];
      if ((depth[hx] as number) >= (depth[hy] as number)) x = parent[hx] as number;
      else y = parent[hy] as number;
    }
    return (depth[x] as number) <= (depth[y] as number) ? x : y;
  }

  return { depth, place, nodeAt, size, nested, commonAncestor };
}

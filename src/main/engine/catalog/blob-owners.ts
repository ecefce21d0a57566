import { eachRow, type Steps } from '../streams/steps.ts';
import type { ResultRange } from './blob-records.ts';
import type { LayerTree, ResultColumns } from './catalog-columns.ts';

/** Under which record each blob of a cache is shown. */
export interface BlobOwners {
  /** Blob of the source → result whose record owns it; -1 without one. Only blobs of this cache are set. */
  readonly ownerResult: Int32Array;
  /** Blob of the source → layers of that result's chain above it. */
  readonly distance: Uint32Array;
}

/** Finds owners within one cache; the scratch columns are shared by all caches of a source. */
export type OwnerFinder = (nodes: Uint32Array, range: ResultRange) => Steps<BlobOwners>;

const NONE = -1;

/**
 * A blob belongs to the oldest record with a result that has it on top; one that is on top of no chain belongs to the
 * record of the nearest layer above it.
 * @param resultMs result → epoch milliseconds, NaN where unset: those are the last to own anything
 */
export function createOwnerFinder(
  tree: LayerTree,
  results: ResultColumns,
  resultMs: Float64Array,
  blobCount: number,
): OwnerFinder {
  const nodeResult = new Int32Array(tree.count);
  const nodeDistance = new Uint32Array(tree.count);
  const ownerResult = new Int32Array(blobCount);
  const ownerDistance = new Uint32Array(blobCount);

  /** Offers a result, `distance` layers above the place, as owner. */
  function offer(owner: Int32Array, ownDistance: Uint32Array, at: number, result: number, distance: number): void {
    const before = owner[at] as number;
    const nearer = before === NONE || distance < (ownDistance[at] as number);
    if (!nearer && (distance > (ownDistance[at] as number) || !isOlder(result, before))) return;
    owner[at] = result;
    ownDistance[at] = distance;
  }

  function isOlder(a: number, b: number): boolean {
    const [x, y] = [resultMs[a] as number, resultMs[b] as number];
    return Number.isNaN(y) ? !Number.isNaN(x) : x < y;
  }

  return function* (nodes, range) {
    for (const node of nodes) {
      nodeResult[node] = NONE;
      ownerResult[tree.blob[node] as number] = NONE;
    }
    yield* eachRow('Finding owners', range.to - range.from, (index) => {
      const result = range.from + index;
      const node = results.node[result] as number;
      if (node !== 0) offer(nodeResult, nodeDistance, node, result, 0);
    });
    yield* eachRow('Finding owners', nodes.length, (index) => {
      const node = nodes[nodes.length - 1 - index] as number;
      const result = nodeResult[node] as number;
      if (result === NONE) return;
      const distance = nodeDistance[node] as number;
      offer(ownerResult, ownerDistance, tree.blob[node] as number, result, distance);
      const below = tree.parent[node] as number;
      if (below !== 0) offer(nodeResult, nodeDistance, below, result, distance + 1);
    });
    return { ownerResult, distance: ownerDistance };
  };
}

import type { LayerTree, ResultColumns } from './catalog-columns.ts';

/** Which record has a result at which node, by record. */
export type ResultNodes = Pick<ResultColumns, 'record' | 'node'>;

/** Nodes of the chain that ends at a node, bottom to top. */
export function chainNodes(tree: LayerTree, node: number): number[] {
  const nodes: number[] = [];
  for (let at = node; at !== 0; at = tree.parent[at] as number) nodes.push(at);
  return nodes.reverse();
}

/** Records with a result whose chain holds the blob, ascending. Linear in nodes and results. */
export function recordsHolding(tree: LayerTree, results: ResultNodes, blob: number): number[] {
  const holds = new Uint8Array(tree.count);
  for (let node = 1; node < tree.count; node += 1) {
    if (tree.blob[node] === blob) holds[node] = 1;
    else holds[node] = holds[tree.parent[node] as number] as number;
  }
  const records: number[] = [];
  for (let result = 0; result < results.node.length; result += 1) {
    if (holds[results.node[result] as number] !== 1) continue;
    const record = results.record[result] as number;
    if (records.at(-1) !== record) records.push(record);
  }
  return records;
}

/** Bytes of the blobs that a set of records holds, each counted once. */
export interface SetBytes {
  readonly deduplicatedBytes: number;
  /** The part of it that no record outside the set holds. */
  readonly onlyTheseBytes: number;
}

/** Linear in nodes and results, however large the set is. `chosen`: record → 1 for those of the set. */
export function measureSet(tree: LayerTree, results: ResultNodes, size: Float64Array, chosen: Uint8Array): SetBytes {
  const IN_SET = 1;
  const OUTSIDE = 2;
  const nodeMarks = new Uint8Array(tree.count);
  for (let result = 0; result < results.node.length; result += 1) {
    const node = results.node[result] as number;
    const mark = chosen[results.record[result] as number] === 1 ? IN_SET : OUTSIDE;
    nodeMarks[node] = (nodeMarks[node] as number) | mark;
  }
  const blobMarks = new Uint8Array(size.length);
  for (let node = tree.count - 1; node > 0; node -= 1) {
    const mark = nodeMarks[node] as number;
    const below = tree.parent[node] as number;
    const blob = tree.blob[node] as number;
    nodeMarks[below] = (nodeMarks[below] as number) | mark;
    blobMarks[blob] = (blobMarks[blob] as number) | mark;
  }
  let deduplicatedBytes = 0;
  let onlyTheseBytes = 0;
  for (let blob = 0; blob < size.length; blob += 1) {
    const mark = blobMarks[blob] as number;
    if ((mark & IN_SET) === 0) continue;
    deduplicatedBytes += size[blob] as number;
    if (mark === IN_SET) onlyTheseBytes += size[blob] as number;
  }
  return { deduplicatedBytes, onlyTheseBytes };
}

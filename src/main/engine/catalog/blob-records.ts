import { eachRow, type Steps } from '../streams/steps.ts';
import type { LayerTree, ResultColumns } from './catalog-columns.ts';
import type { TreeOrder } from './tree-order.ts';

/** A part of the results: `[from, to)`. All results of a record are in it or none. */
export interface ResultRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Adds to `records` how many distinct records of a cache have a result that holds each blob. Made once for a source:
 * the scratch columns are as large as its tree. Linear in nodes and results; a record with several results costs
 * beyond that only the places on its chains whose blob stands elsewhere in the tree too.
 */
export type RecordCounter = (nodes: Uint32Array, range: ResultRange, records: Int32Array) => Steps<void>;

const PHASE = 'Counting uses';

/** @returns a counter whose `nodes` are those that the range's chains pass, ascending */
export function* createRecordCounter(
  tree: LayerTree,
  order: TreeOrder,
  results: ResultColumns,
  blobCount: number,
): Steps<RecordCounter> {
  const repeated = yield* findRepeated(tree, order, blobCount);
  const count = new Int32Array(tree.count);
  const nodeSeen = new Int32Array(tree.count).fill(-1);
  const blobSeen = new Int32Array(blobCount).fill(-1);

  return function* (nodes, range, records) {
    for (const node of nodes) count[node] = 0;
    for (let start = range.from; start < range.to; ) {
      const record = results.record[start] as number;
      let end = start + 1;
      while (end < range.to && results.record[end] === record) end += 1;
      if (end === start + 1) add(count, results.node[start] as number, 1);
      else countSeveral(results.node.slice(start, end), record, records);
      start = end;
    }
    yield* eachRow(PHASE, nodes.length, (index) => {
      const node = nodes[nodes.length - 1 - index] as number;
      const here = count[node] as number;
      add(count, tree.parent[node] as number, here);
      // Below a place with the same blob, the same records would be counted twice.
      if (order.nested[node] === 0) add(records, tree.blob[node] as number, here);
    });
  };

  /** A record counts once at every node its chains pass: one at each top, less one where two neighbours part. */
  function countSeveral(tops: Uint32Array, record: number, records: Int32Array): void {
    tops.sort((a, b) => (order.place[a] as number) - (order.place[b] as number));
    for (const [index, top] of tops.entries()) {
      add(count, top, 1);
      if (index > 0) add(count, order.commonAncestor(tops[index - 1] as number, top), -1);
      for (let node = repeated[top] as number; node !== 0 && nodeSeen[node] !== record; ) {
        nodeSeen[node] = record;
        const blob = tree.blob[node] as number;
        if (blobSeen[blob] === record) add(records, blob, -1);
        blobSeen[blob] = record;
        node = repeated[tree.parent[node] as number] as number;
      }
    }
  }
}

/** Node → itself or its nearest ancestor whose blob has several outermost places in the tree; 0 without one. */
function* findRepeated(tree: LayerTree, order: TreeOrder, blobCount: number): Steps<Uint32Array> {
  const places = new Int32Array(blobCount);
  yield* eachRow(PHASE, tree.count - 1, (index) => {
    if (order.nested[index + 1] === 0) add(places, tree.blob[index + 1] as number, 1);
  });
  const repeated = new Uint32Array(tree.count);
  yield* eachRow(PHASE, tree.count - 1, (index) => {
    const node = index + 1;
    const here = order.nested[node] === 0 && (places[tree.blob[node] as number] as number) > 1;
    repeated[node] = here ? node : (repeated[tree.parent[node] as number] as number);
  });
  return repeated;
}

function add(column: Int32Array, at: number, amount: number): void {
  column[at] = (column[at] as number) + amount;
}

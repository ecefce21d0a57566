import { eachRow, type Steps } from '../streams/steps.ts';
import type { LayerTree, ResultColumns } from './catalog-columns.ts';

const NOBODY = -1;
const MANY = -2;
const PHASE = 'Counting uses';

/**
 * Blob → 1 where results of more than one record hold it. "Nobody, one record or many" is merged along the tree from
 * the tops of the chains down, so the time is linear in layers and results, however deep the chains are.
 */
export function* findShared(tree: LayerTree, results: ResultColumns, blobCount: number): Steps<Uint8Array> {
  const nodeUser = new Int32Array(tree.count).fill(NOBODY);
  const blobUser = new Int32Array(blobCount).fill(NOBODY);
  yield* eachRow(PHASE, results.node.length, (result) => {
    merge(nodeUser, results.node[result] as number, results.record[result] as number);
  });
  yield* eachRow(PHASE, tree.count - 1, (index) => {
    const node = tree.count - 1 - index;
    const user = nodeUser[node] as number;
    merge(nodeUser, tree.parent[node] as number, user);
    merge(blobUser, tree.blob[node] as number, user);
  });
  const shared = new Uint8Array(blobCount);
  yield* eachRow(PHASE, blobCount, (blob) => {
    if (blobUser[blob] === MANY) shared[blob] = 1;
  });
  return shared;
}

function merge(users: Int32Array, at: number, user: number): void {
  const before = users[at] as number;
  if (before === NOBODY) users[at] = user;
  else if (user !== NOBODY && user !== before) users[at] = MANY;
}

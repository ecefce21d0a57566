import type { RecordKind } from '../../../shared/model/record.ts';
import { eachRow, type Steps } from '../streams/steps.ts';
import { createOwnerFinder } from './blob-owners.ts';
import { createRecordCounter } from './blob-records.ts';
import type { CacheBlobColumns, LayerTree } from './catalog-columns.ts';
import type { ChainTable } from './chain-table.ts';
import type { TreeOrder } from './tree-order.ts';

/**
 * The blobs of each cache, with how many records of that cache hold them and under which record they are shown.
 * @param cacheStart cache → its first record, and the end
 * @param resultMs result → epoch milliseconds or NaN
 * @param kind record → what it is
 */
export function* describeCacheBlobs(
  chains: ChainTable,
  order: TreeOrder,
  blobCount: number,
  cacheStart: Uint32Array,
  resultMs: Float64Array,
  kind: readonly RecordKind[],
): Steps<CacheBlobColumns[]> {
  const { tree, results, resultOffset } = chains;
  const countRecords = yield* createRecordCounter(tree, order, results, blobCount);
  const findOwners = createOwnerFinder(tree, results, resultMs, blobCount);
  const bottom = yield* findBottoms(tree);
  const records = new Int32Array(blobCount);
  const seenIn = new Uint32Array(blobCount);
  const caches: CacheBlobColumns[] = [];
  for (const [cache, nodes] of chains.cacheNodes.entries()) {
    const range = {
      from: resultOffset[cacheStart[cache] as number] as number,
      to: resultOffset[cacheStart[cache + 1] as number] as number,
    };
    const own: number[] = [];
    yield* eachRow('Counting uses', nodes.length, (index) => {
      const blob = tree.blob[nodes[index] as number] as number;
      if (seenIn[blob] === cache + 1) return;
      seenIn[blob] = cache + 1;
      records[blob] = 0;
      own.push(blob);
    });
    const blob = new Uint32Array(own).sort();
    yield* countRecords(nodes, range, records);
    const { ownerResult, distance } = yield* findOwners(nodes, range);
    const columns = {
      blob,
      records: new Uint32Array(blob.length),
      owner: new Int32Array(blob.length).fill(-1),
      bottom: new Int32Array(blob.length).fill(-1),
      inherited: new Uint8Array(blob.length),
    };
    yield* eachRow('Finding owners', blob.length, (row) => {
      const number = blob[row] as number;
      const result = ownerResult[number] as number;
      columns.records[row] = records[number] as number;
      if (result < 0) return;
      const owner = results.record[result] as number;
      columns.owner[row] = owner;
      columns.inherited[row] = (distance[number] as number) > 0 && kind[owner] !== 'source' ? 1 : 0;
      columns.bottom[row] = bottom[results.node[result] as number] as number;
    });
    caches.push(columns);
  }
  return caches;
}

/** Node → the blob at the bottom of its chain. */
function* findBottoms(tree: LayerTree): Steps<Uint32Array> {
  const bottom = new Uint32Array(tree.count);
  yield* eachRow('Sorting layers', tree.count - 1, (index) => {
    const node = index + 1;
    const below = tree.parent[node] as number;
    bottom[node] = (below === 0 ? tree.blob[node] : bottom[below]) as number;
  });
  return bottom;
}

import type { SourceSnapshot } from '../ports/cache-source.ts';
import { eachRow, type Steps } from '../streams/steps.ts';
import type { BlobTable } from './blob-table.ts';
import type { LayerTree, ResultColumns } from './catalog-columns.ts';
import { createLayerTreeBuilder, type LayerTreeBuilder, placeLayers } from './layer-tree.ts';

/** All chains of a source as one tree, and which results stand where in it. */
export interface ChainTable {
  readonly tree: LayerTree;
  readonly results: ResultColumns;
  /** Record → its results; one entry more than there are records. */
  readonly resultOffset: Uint32Array;
  /** Cache → the nodes its chains pass, ascending. */
  readonly cacheNodes: readonly Uint32Array[];
  /** Cache → distinct (blob, parent chain) pairs of its config. */
  readonly declared: readonly number[];
  /** The same over all caches. */
  readonly declaredOnce: number;
}

/**
 * Places every layer and every result. A result with a blob that its manifest does not describe is dropped, as
 * BuildKit's `parse.go` does.
 * @param cacheStart cache → its first record, and the end
 */
export function* placeChains(snapshot: SourceSnapshot, blobs: BlobTable, cacheStart: Uint32Array): Steps<ChainTable> {
  const builder = createLayerTreeBuilder(nodeLimit(snapshot));
  const layerNodes: Uint32Array[] = [];
  const chainNodes: (readonly number[])[][] = [];
  for (const [cache, { parsed }] of snapshot.caches.entries()) {
    const blobOf = blobs.layerBlob[cache] as Uint32Array;
    const described = blobs.described[cache] as Uint8Array;
    layerNodes.push(yield* placeLayers(builder, parsed.layerParent, blobOf));
    chainNodes.push(parsed.chains.map((chain) => placeChain(builder, chain.layers, blobOf, described)));
  }
  const tree = builder.finish();

  const records = cacheStart.at(-1) as number;
  const resultOffset = new Uint32Array(records + 1);
  const limit = snapshot.caches.reduce((sum, c) => sum + c.parsed.resultLayer.length + c.parsed.chains.length, 0);
  const record = new Uint32Array(limit);
  const node = new Uint32Array(limit);
  const createdAt: string[] = [];
  const passed = new Uint32Array(tree.count);
  const usable = new Uint32Array(tree.count);
  const anywhere = new Uint8Array(tree.count);
  const cacheNodes: Uint32Array[] = [];
  const declared: number[] = [];

  for (const [cache, { parsed }] of snapshot.caches.entries()) {
    const mark = cache + 1;
    const nodes = layerNodes[cache] as Uint32Array;
    const described = blobs.described[cache] as Uint8Array;
    const own: number[] = [];
    yield* eachRow('Sorting layers', nodes.length, (layer) => {
      const at = nodes[layer] as number;
      if (described[layer] === 1) usable[at] = mark;
      anywhere[at] = 1;
      if (passed[at] === mark) return;
      passed[at] = mark;
      own.push(at);
    });
    declared.push(own.length);
    for (const at of (chainNodes[cache] ?? []).flat()) {
      usable[at] = mark;
      if (passed[at] === mark) continue;
      passed[at] = mark;
      own.push(at);
    }
    const sorted = new Uint32Array(own).sort();
    cacheNodes.push(sorted);
    usable[0] = mark;
    for (const at of sorted) if (usable[tree.parent[at] as number] !== mark) usable[at] = 0;

    const first = cacheStart[cache] as number;
    const chainsOf = Map.groupBy(parsed.chains.keys(), (chain) => parsed.chains[chain]?.record ?? -1);
    yield* eachRow('Sorting results', parsed.recordDigest.length, (index) => {
      const end = parsed.resultOffset[index + 1] as number;
      for (let result = parsed.resultOffset[index] as number; result < end; result += 1) {
        const at = nodes[parsed.resultLayer[result] as number] as number;
        if (usable[at] === mark) add(first + index, at, parsed.texts[parsed.resultCreatedAt[result] as number] ?? '');
      }
      for (const chain of chainsOf.get(index) ?? []) {
        const path = chainNodes[cache]?.[chain] ?? [];
        const { layers, createdAt: time } = parsed.chains[chain] ?? { layers: [], createdAt: '' };
        if (path.length === layers.length) add(first + index, path.at(-1) ?? 0, time);
      }
      resultOffset[first + index + 1] = createdAt.length;
    });
  }

  function add(owner: number, at: number, time: string): void {
    record[createdAt.length] = owner;
    node[createdAt.length] = at;
    createdAt.push(time);
  }

  const count = createdAt.length;
  return {
    tree,
    results: { record: record.slice(0, count), node: node.slice(0, count), createdAt },
    resultOffset,
    cacheNodes,
    declared,
    declaredOnce: anywhere.reduce((sum, here) => sum + here, 0),
  };
}

function nodeLimit(snapshot: SourceSnapshot): number {
  let limit = 0;
  for (const { parsed } of snapshot.caches) {
    limit += parsed.layerParent.length;
    for (const chain of parsed.chains) limit += chain.layers.length;
  }
  return limit;
}

/** The nodes of an explicit chain, bottom to top; none when one of its blobs is not described. */
function placeChain(
  tree: LayerTreeBuilder,
  layers: readonly number[],
  blobOf: Uint32Array,
  described: Uint8Array,
): readonly number[] {
  if (layers.some((layer) => described[layer] !== 1)) return [];
  let node = 0;
  return layers.map((layer) => {
    node = tree.child(node, blobOf[layer] as number);
    return node;
  });
}

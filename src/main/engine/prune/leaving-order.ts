import { STEP_ROWS, type Steps } from '../streams/steps.ts';
import { createHeap } from './heap.ts';
import { idOf, type PruneModel } from './model.ts';
import type { Limits } from './policy.ts';

/** Which layers go, in order. */
export interface Leaving {
  /** Layers that were chosen, in the order of leaving: nodes of the tree. */
  readonly chosen: readonly number[];
  /** What each of them frees, with the layers below that only it kept: exact bytes, given all that went before. */
  readonly freedBytes: readonly number[];
  /** Node → 1 where the layer goes. Closed upwards: what builds on a layer that goes, goes too. */
  readonly gone: Uint8Array;
  /** Node → 1 where a limit of age, or an image, keeps it. */
  readonly protected: Uint8Array;
  /** Node → its results, as a stretch of `holders`. */
  readonly holderOffset: Uint32Array;
  readonly holders: Uint32Array;
  /** Bytes and number of the blobs that lie there and that layers lead to, before and after. */
  readonly before: { readonly bytes: number; readonly blobs: number };
  readonly after: { readonly bytes: number; readonly blobs: number };
  /** Blob → layers that stay and consist of it. */
  readonly uses: Uint32Array;
}

/**
 * Only a layer that nothing builds on may go, the oldest first: a layer is as old as the newest result that has it on
 * top. Ties go by id. A layer that no result has on top goes with the last one above it.
 */
export function* leavingOrder(model: PruneModel, limits: Limits): Steps<Leaving> {
  const { tree } = model.chains;
  const { holderOffset, holders } = holdersOf(model);
  const { ms, ns } = agesOf(model, holderOffset, holders);
  const isProtected = protectedNodes(model, limits, ms);
  const children = new Uint32Array(tree.count);
  const uses = new Uint32Array(model.blobs.digest.length);
  for (let node = 1; node < tree.count; node += 1) {
    bump(children, tree.parent[node] as number);
    bump(uses, tree.blob[node] as number);
  }
  // An image is one more user, which never leaves.
  for (const [blob, isPinned] of model.blobs.pinned.entries()) if (isPinned) bump(uses, blob);
  const before = sumOf(model, uses);
  let left = before.bytes;
  const gone = new Uint8Array(tree.count);
  const chosen: number[] = [];
  const freedBytes: number[] = [];

  const firstId = (node: number): string => {
    let least = '';
    for (let i = holderOffset[node] as number; i < (holderOffset[node + 1] as number); i += 1) {
      const id = idOf(model, model.chains.results.record[holders[i] as number] as number);
      if (least === '' || id < least) least = id;
    }
    return least;
  };
  const older = (a: number, b: number): number => {
    const [msA, msB] = [ms[a] as number, ms[b] as number];
    if (msA !== msB) return msA - msB;
    const byNs = (ns[a] as number) - (ns[b] as number);
    if (byNs !== 0) return byNs;
    const [idA, idB] = [firstId(a), firstId(b)];
    return idA < idB ? -1 : idA > idB ? 1 : a - b;
  };
  const leaves: number[] = [];
  for (let node = 1; node < tree.count; node += 1) if (children[node] === 0 && !isProtected[node]) leaves.push(node);
  const heap = createHeap(limits.bytesToKeep === undefined ? [] : leaves, older);

  /** Takes the layer, and those below it that only it kept. */
  const take = (top: number): number => {
    let freed = 0;
    for (let node = top; node !== 0; ) {
      gone[node] = 1;
      const blob = tree.blob[node] as number;
      uses[blob] = (uses[blob] as number) - 1;
      if (uses[blob] === 0) freed += model.blobs.fileBytes[blob] as number;
      const below = tree.parent[node] as number;
      children[below] = (children[below] as number) - 1;
      if (below === 0 || children[below] !== 0 || isProtected[below]) break;
      if (holderOffset[below] !== holderOffset[below + 1]) {
        heap.push(below);
        break;
      }
      node = below;
    }
    return freed;
  };

  while (left > (limits.bytesToKeep ?? 0)) {
    const node = heap.pop();
    if (node === undefined) break;
    const freed = take(node);
    left -= freed;
    chosen.push(node);
    freedBytes.push(freed);
    if (chosen.length % STEP_ROWS === 0) yield { phase: 'Planning', done: chosen.length, total: tree.count };
  }
  return {
    chosen,
    freedBytes,
    gone,
    protected: isProtected,
    holderOffset,
    holders,
    before,
    after: sumOf(model, uses),
    uses,
  };
}

/** Node → results with it on top, by counting. */
function holdersOf({ chains }: PruneModel): { holderOffset: Uint32Array; holders: Uint32Array } {
  const { node } = chains.results;
  const holderOffset = new Uint32Array(chains.tree.count + 1);
  for (const top of node) bump(holderOffset, top + 1);
  for (let at = 0; at < chains.tree.count; at += 1) {
    holderOffset[at + 1] = (holderOffset[at + 1] as number) + (holderOffset[at] as number);
  }
  const next = holderOffset.slice();
  const holders = new Uint32Array(node.length);
  for (let result = 0; result < node.length; result += 1) {
    const top = node[result] as number;
    holders[next[top] as number] = result;
    bump(next, top);
  }
  return { holderOffset, holders };
}

/** Node → the moment of its newest result. */
function agesOf(
  model: PruneModel,
  holderOffset: Uint32Array,
  holders: Uint32Array,
): { ms: Float64Array; ns: Uint32Array } {
  const ms = new Float64Array(model.chains.tree.count).fill(Number.NEGATIVE_INFINITY);
  const ns = new Uint32Array(model.chains.tree.count);
  for (let node = 1; node < ms.length; node += 1) {
    for (let i = holderOffset[node] as number; i < (holderOffset[node + 1] as number); i += 1) {
      const result = holders[i] as number;
      const [time, rest] = [model.resultMs[result] as number, model.resultNs[result] as number];
      if (time < (ms[node] as number) || (time === ms[node] && rest <= (ns[node] as number))) continue;
      ms[node] = time;
      ns[node] = rest;
    }
  }
  return { ms, ns };
}

/** A layer whose newest result is young, and every layer of an image. What lies below is kept by what builds on it. */
function protectedNodes(model: PruneModel, { newerThanMs }: Limits, ms: Float64Array): Uint8Array {
  const { tree, cacheNodes } = model.chains;
  const isProtected = new Uint8Array(tree.count);
  for (const [cache, nodes] of cacheNodes.entries()) {
    if (!model.mayGo[cache]) for (const node of nodes) isProtected[node] = 1;
  }
  if (newerThanMs === undefined) return isProtected;
  for (let node = 1; node < tree.count; node += 1) if ((ms[node] as number) > newerThanMs) isProtected[node] = 1;
  return isProtected;
}

function sumOf({ blobs }: PruneModel, uses: Uint32Array): { bytes: number; blobs: number } {
  let [bytes, count] = [0, 0];
  for (let blob = 0; blob < uses.length; blob += 1) {
    if (uses[blob] === 0 || !blobs.present[blob]) continue;
    bytes += blobs.fileBytes[blob] as number;
    count += 1;
  }
  return { bytes, blobs: count };
}

function bump(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

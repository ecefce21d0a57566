import type { SourceBlob } from '../ports/cache-source.ts';
import { idOf, type PruneModel } from './model.ts';
import type { Units } from './units.ts';

/** What a unit of a store is: a layer on others, or a blob by itself. */
export type UnitKind = 'layer' | 'unnamed' | 'orphan';

/** The units of a store: first the layers of the tree, then blobs that no config names. */
export interface StoreUnits extends Units {
  /** Units before this one are layers: unit = node − 1. */
  readonly layers: number;
  kind(unit: number): UnitKind;
  /** Blobs by themselves, from unit `layers` on. `unnamed`: described by the manifest of a cache, in no config. */
  readonly loose: readonly { readonly kind: 'unnamed' | 'orphan'; readonly file: SourceBlob }[];
  /** Content → its digest, and 1 where it lies in the source. */
  digest(content: number): string;
  readonly present: Uint8Array;
  /** Node → its results, as a stretch of `holders`. */
  readonly holderOffset: Uint32Array;
  readonly holders: Uint32Array;
}

/** A layer is as old as the newest result that has it on top; one that no result has on top follows the last above it. */
export function storeUnits(model: PruneModel): StoreUnits {
  const { tree } = model.chains;
  const { blobs } = model;
  const { holderOffset, holders } = holdersOf(model);
  const loose = looseBlobs(model);
  const layers = tree.count - 1;
  const count = layers + loose.length;
  const content = new Uint32Array(count);
  const parentOffset = new Uint32Array(count + 1);
  const parents = new Uint32Array(layers);
  const lastUsedMs = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const lastUsedNs = new Uint32Array(count);
  const uses = new Uint32Array(count);
  const inUse = new Uint8Array(count);
  const follows = new Uint8Array(count);
  let links = 0;
  for (let unit = 0; unit < layers; unit += 1) {
    const node = unit + 1;
    content[unit] = tree.blob[node] as number;
    const below = tree.parent[node] as number;
    if (below !== 0) {
      parents[links] = below - 1;
      links += 1;
    }
    parentOffset[unit + 1] = links;
    const [from, to] = [holderOffset[node] as number, holderOffset[node + 1] as number];
    uses[unit] = to - from;
    if (from === to) follows[unit] = 1;
    for (let i = from; i < to; i += 1) {
      const result = holders[i] as number;
      const [ms, ns] = [model.resultMs[result] as number, model.resultNs[result] as number];
      if (ms < (lastUsedMs[unit] as number)) continue;
      if (ms === lastUsedMs[unit] && ns <= (lastUsedNs[unit] as number)) continue;
      lastUsedMs[unit] = ms;
      lastUsedNs[unit] = ns;
    }
  }
  for (const [cache, nodes] of model.chains.cacheNodes.entries()) {
    if (!model.mayGo[cache]) for (const node of nodes) if (node !== 0) inUse[node - 1] = 1;
  }
  const contents = blobs.digest.length + loose.length;
  const contentBytes = new Float64Array(contents);
  contentBytes.set(blobs.fileBytes);
  const shared = new Uint8Array(contents);
  shared.set(blobs.pinned);
  const present = new Uint8Array(contents).fill(1);
  present.set(blobs.present);
  for (const [i, { kind, file }] of loose.entries()) {
    const unit = layers + i;
    content[unit] = blobs.digest.length + i;
    contentBytes[blobs.digest.length + i] = file.size;
    parentOffset[unit + 1] = links;
    if (kind === 'orphan') lastUsedMs[unit] = file.mtimeMs;
  }

  const firstRecord = (unit: number): string => {
    let least = '';
    for (let i = holderOffset[unit + 1] as number; i < (holderOffset[unit + 2] as number); i += 1) {
      const id = idOf(model, model.chains.results.record[holders[i] as number] as number);
      if (least === '' || id < least) least = id;
    }
    return least;
  };
  return {
    count,
    layers,
    loose,
    content,
    contentBytes,
    shared,
    present,
    parentOffset,
    parents: parents.slice(0, links),
    lastUsedMs,
    lastUsedNs,
    uses,
    inUse,
    follows,
    holderOffset,
    holders,
    kind: (unit) => (unit < layers ? 'layer' : (loose[unit - layers]?.kind ?? 'orphan')),
    id: (unit) => (unit < layers ? firstRecord(unit) : (loose[unit - layers]?.file.digest ?? '')),
    digest: (own) => blobs.digest[own] ?? loose[own - blobs.digest.length]?.file.digest ?? '',
  };
}

/** Blobs that lie there and that no config names: those that a manifest describes all the same, and orphans. */
function looseBlobs({ blobs }: PruneModel): StoreUnits['loose'] {
  return [
    ...blobs.unnamed.map((file) => ({ kind: 'unnamed' as const, file })),
    ...blobs.orphans.map((file) => ({ kind: 'orphan' as const, file })),
  ];
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

function bump(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

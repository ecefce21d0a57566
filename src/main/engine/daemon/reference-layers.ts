import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { isDigest } from '../../../shared/oci/digest.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import type { ColumnLayers } from '../solver/key-columns.ts';
import { formatNanoseconds } from './disk-usage.ts';
import type { Reference } from './references.ts';

/** The layers of a daemon's references, as far as it has made blobs of them. */
export interface ReferenceLayers extends ColumnLayers {
  /** Top layer of a reference; -1 where a blob of its chain was never made, or the reference is not there. */
  topOf(id: string): number;
  /** By digest: what a manifest would say of each blob. */
  readonly descriptors: ReadonlyMap<string, Descriptor>;
}

/** Layers that merges may pile up in all: merges of merges double with each. */
const MOST_MERGED = 1_000_000;

/**
 * The chain of blobs of each reference: a layer stands on its parent, a merge is what it is made of, one after the other; a
 * difference between a layer and the one below it is that layer, any other has a blob of its own. Must agree with BuildKit
 * `immutableRef.layerWalk` (`cache/refs.go`). Linear in the references but for merges.
 */
export function referenceLayers(references: ReadonlyMap<string, Reference>): ReferenceLayers {
  const blob: string[] = [];
  const parent: number[] = [];
  const pairs = new Map<string, number>();
  const descriptors = new Map<string, Descriptor>();
  const tops = new Map<string, number>();
  let merged = 0;

  const put = (below: number, digest: string): number => {
    const pair = `${below} ${digest}`;
    const known = pairs.get(pair);
    if (known !== undefined) return known;
    pairs.set(pair, blob.length);
    parent.push(below);
    return blob.push(digest) - 1;
  };
  const putOwn = (below: number, reference: Reference): number => {
    if (!isDigest(reference.blob)) return -1;
    if (!descriptors.has(reference.blob)) descriptors.set(reference.blob, describeBlob(reference));
    return put(below, reference.blob);
  };
  const putAll = (below: number, top: number): number => {
    const chain: number[] = [];
    for (let at = top; at >= 0; at = parent[at] as number) chain.push(at);
    merged += chain.length;
    if (merged > MOST_MERGED) return -1;
    return chain.reduceRight((under, layer) => put(under, blob[layer] as string), below);
  };
  /** What a reference needs first, or its top layer. */
  const place = (reference: Reference): number => {
    const chains = reference.parents.map((id) => tops.get(id) ?? -1);
    if (reference.difference) return placeDifference(reference, reference.difference);
    if (chains.includes(-1)) return -1;
    if (!reference.isMergeOrDiff) return putOwn(chains[0] ?? -1, reference);
    const [first = -1, ...others] = chains;
    return others.reduce((below, top) => (below < 0 ? -1 : putAll(below, top)), first);
  };
  const placeDifference = (reference: Reference, { lower, upper }: NonNullable<Reference['difference']>): number => {
    const above = references.get(upper);
    const isThatLayer = above !== undefined && !above.isMergeOrDiff && (above.parents[0] ?? '') === lower;
    return putOwn(-1, isThatLayer ? above : reference);
  };

  for (const start of references.keys()) {
    // A parent that is still open closes a loop: no daemon writes one.
    const open = [start];
    const inProgress = new Set<string>();
    for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
      const reference = references.get(id);
      if (tops.has(id) || !reference) {
        open.pop();
        continue;
      }
      const waitFor = inProgress.has(id)
        ? []
        : reference.parents.filter((one) => !tops.has(one) && references.has(one));
      inProgress.add(id);
      if (waitFor.length > 0) {
        // One by one: there may be more than a call takes arguments.
        for (const one of waitFor) if (!inProgress.has(one)) open.push(one);
        if (open.at(-1) !== id) continue;
      }
      open.pop();
      tops.set(id, place(reference));
    }
  }
  return { blob, parent, descriptors, topOf: (id) => tops.get(id) ?? -1 };
}

function describeBlob(reference: Reference): Descriptor {
  return {
    mediaType: reference.mediaType,
    digest: reference.blob,
    size: Math.max(0, reference.blobSize),
    annotations: {
      [ANNOTATIONS.createdAt]: formatNanoseconds(reference.createdAt),
      ...(reference.diffID === '' ? {} : { [ANNOTATIONS.uncompressed]: reference.diffID }),
    },
  };
}

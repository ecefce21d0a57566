import type { DiskSpace } from '../ports/disk-use.ts';
import { STEP_ROWS, type Steps } from '../streams/steps.ts';
import { createHeap } from './heap.ts';
import type { Reason } from './reasons.ts';

/**
 * What pruning decides on, in columns: layers of a store, orphans, records of a daemon. Whatever it is, it takes space,
 * was last used at some moment, and stays while something that stays builds on it.
 */
export interface Units {
  readonly count: number;
  /** Names a unit: decides between units as old as each other. */
  id(unit: number): string;
  /** Unit → what it consists of. Units may share a content, which goes with the last of them. */
  readonly content: Uint32Array;
  /** Content → bytes on disk. */
  readonly contentBytes: Float64Array;
  /** Content → 1 where others than units need it too, an image say: it never goes. */
  readonly shared: Uint8Array;
  /** Unit → epoch ms, and nanoseconds beyond; `-Infinity` without a time, which counts as oldest. */
  readonly lastUsedMs: Float64Array;
  readonly lastUsedNs: Uint32Array;
  /** Unit → how often it is used. BuildKit's rules weigh it. */
  readonly uses: Uint32Array;
  /** Unit → the units it builds on, as a stretch of `parents`. */
  readonly parentOffset: Uint32Array;
  readonly parents: Uint32Array;
  /** Unit → 1 where it stays, whatever a policy says. */
  readonly inUse: Uint8Array;
  /** Unit → 1 where it serves only what builds on it, and goes with the last of that. */
  readonly follows: Uint8Array;
}

/** One rule of a list; each goes on with what the one before has left. */
export interface UnitPolicy {
  readonly reason: Reason;
  concerns(unit: number): boolean;
  /** Units used after this moment (epoch ms) stay. */
  readonly newerThanMs: number | undefined;
  /** How many bytes may stay of all units. Below 0: none that may go. `space` where the units lie on a known disk. */
  bytesToKeep(usedBytes: number, space: DiskSpace | undefined): number;
}

/** Which units go, in order. */
export interface Selection {
  /** Those that were chosen. One that follows another goes with it and is not listed. */
  readonly chosen: readonly number[];
  /** What each of them frees, with those that follow it: exact bytes, given all that went before. */
  readonly freedBytes: readonly number[];
  /** The policy that chose it. */
  readonly chosenBy: readonly UnitPolicy[];
  /** Unit → 1 where it goes. Closed upwards: what builds on a unit that goes, goes too. */
  readonly gone: Uint8Array;
  /** Content → units that stay and consist of it, one more where it is shared. */
  readonly contentUses: Uint32Array;
  readonly usedBefore: number;
  readonly usedAfter: number;
}

/** Unit → its place among all, those first that were used longest ago; the id decides between equal times. Time n log n. */
export function leavingOrder({ count, id, lastUsedMs, lastUsedNs }: Units): Uint32Array {
  const byAge = Uint32Array.from({ length: count }, (_, unit) => unit).sort((a, b) => {
    const [msA, msB] = [lastUsedMs[a] as number, lastUsedMs[b] as number];
    if (msA !== msB) return msA < msB ? -1 : 1;
    const byNs = (lastUsedNs[a] as number) - (lastUsedNs[b] as number);
    if (byNs !== 0) return byNs;
    const [idA, idB] = [id(a), id(b)];
    return idA < idB ? -1 : idA > idB ? 1 : a - b;
  });
  const order = new Uint32Array(count);
  for (const [place, unit] of byAge.entries()) order[unit] = place;
  return order;
}

/**
 * Applies policies one after the other: of the units that nothing builds on, the one goes that was used longest ago,
 * until few enough bytes stay. Time n log n for each policy.
 * @param order of `leavingOrder`
 */
export function* selectUnits(
  units: Units,
  order: Uint32Array,
  policies: readonly UnitPolicy[],
  space: DiskSpace | undefined,
): Steps<Selection> {
  const { count, content, contentBytes, parentOffset, parents, lastUsedMs } = units;
  const children = new Uint32Array(count);
  for (const parent of parents) bump(children, parent, 1);
  const contentUses = Uint32Array.from(units.shared);
  for (const own of content) bump(contentUses, own, 1);
  let used = 0;
  for (const [own, bytes] of contentBytes.entries()) if (contentUses[own] !== 0) used += bytes;
  const usedBefore = used;
  const gone = new Uint8Array(count);
  const chosen: number[] = [];
  const freedBytes: number[] = [];
  const chosenBy: UnitPolicy[] = [];

  const older = (a: number, b: number): number => (order[a] as number) - (order[b] as number);

  for (const policy of policies) {
    const keep = policy.bytesToKeep(used, space);
    if (used <= keep) continue;
    const mayGo = (unit: number): boolean => units.inUse[unit] === 0 && policy.concerns(unit) && !isYoung(unit, policy);
    const leaves: number[] = [];
    for (let unit = 0; unit < count; unit += 1) {
      if (children[unit] === 0 && !gone[unit] && mayGo(unit)) leaves.push(unit);
    }
    const heap = createHeap(leaves, older);
    /** Takes the unit and those that follow it. */
    const take = (top: number): number => {
      let freed = 0;
      const going = [top];
      for (let unit = going.pop(); unit !== undefined; unit = going.pop()) {
        gone[unit] = 1;
        const own = content[unit] as number;
        bump(contentUses, own, -1);
        if (contentUses[own] === 0) freed += contentBytes[own] as number;
        for (let i = parentOffset[unit] as number; i < (parentOffset[unit + 1] as number); i += 1) {
          const below = parents[i] as number;
          bump(children, below, -1);
          if (children[below] !== 0 || !mayGo(below)) continue;
          if (units.follows[below]) going.push(below);
          else heap.push(below);
        }
      }
      return freed;
    };
    while (used > keep) {
      const unit = heap.pop();
      if (unit === undefined) break;
      const freed = take(unit);
      used -= freed;
      chosen.push(unit);
      freedBytes.push(freed);
      chosenBy.push(policy);
      if (chosen.length % STEP_ROWS === 0) yield { phase: 'Planning', done: chosen.length, total: count };
    }
  }
  return { chosen, freedBytes, chosenBy, gone, contentUses, usedBefore, usedAfter: used };

  function isYoung(unit: number, { newerThanMs }: UnitPolicy): boolean {
    return newerThanMs !== undefined && (lastUsedMs[unit] as number) > newerThanMs;
  }
}

function bump(counts: Uint32Array, at: number, by: number): void {
  counts[at] = (counts[at] as number) + by;
}

import type { PrunePolicy } from '../../../shared/model/plan.ts';
import { idOf, type PruneModel } from './model.ts';
import type { PlanEntry } from './plan-entry.ts';
import { concernsRecords, recordsNewerThan } from './policy.ts';
import type { Reason } from './reasons.ts';
import type { Selection, Units } from './units.ts';

/**
 * Lines for the records that stay, and why: those that would leave next first, those without a result last. The bytes are
 * those of the layer that the newest result has on top.
 */
export function stayingRecords(
  model: PruneModel,
  units: Units,
  selection: Selection,
  gone: Uint8Array,
  policy: PrunePolicy,
  nowMs: number,
): PlanEntry[] {
  const { tree, results } = model.chains;
  const newest = newestResults(model, selection);
  const buildOn = new Uint32Array(tree.count);
  const onTop = new Uint32Array(tree.count);
  const staying: number[] = [];
  for (let record = 0; record < gone.length; record += 1) {
    if (gone[record]) continue;
    staying.push(record);
    const result = newest[record] as number;
    if (result >= 0) bump(onTop, results.node[result] as number, 1);
  }
  // Children have higher numbers than their parents: one pass from the top adds whole subtrees up.
  for (let node = tree.count - 1; node > 0; node -= 1) {
    bump(buildOn, tree.parent[node] as number, (buildOn[node] as number) + (onTop[node] as number));
  }

  const newerThanMs = recordsNewerThan(policy, nowMs);
  const reasonToStay = (node: number, ms: number): Reason => {
    if (!concernsRecords(policy)) return 'not-concerned';
    if (node === 0) return 'key';
    if (newerThanMs !== undefined && ms > newerThanMs) return 'young';
    if ((buildOn[node] as number) > 0) return 'built-on';
    return units.inUse[node - 1] ? 'image' : 'fits';
  };
  const timeOf = (record: number) => {
    const result = newest[record] as number;
    return result < 0 ? Number.POSITIVE_INFINITY : (model.resultMs[result] as number);
  };
  staying.sort((a, b) => compare(timeOf(a), timeOf(b)) || compare(idOf(model, a), idOf(model, b)));
  return staying.map((record) => {
    const result = newest[record] as number;
    const node = result < 0 ? 0 : (results.node[result] as number);
    const blob = tree.blob[node] as number;
    return {
      id: idOf(model, record),
      bytes: node === 0 ? 0 : (model.blobs.fileBytes[blob] as number),
      reason: reasonToStay(node, model.resultMs[result] ?? Number.NEGATIVE_INFINITY),
      count: buildOn[node] as number,
    };
  });
}

/** Record → its newest result that stays; -1 without one. */
function newestResults({ chains, resultMs, resultNs }: PruneModel, { gone }: Selection): Int32Array {
  const { results, resultOffset } = chains;
  return Int32Array.from({ length: resultOffset.length - 1 }, (_, record) => {
    let best = -1;
    for (let result = resultOffset[record] as number; result < (resultOffset[record + 1] as number); result += 1) {
      const node = results.node[result] as number;
      if (node !== 0 && gone[node - 1]) continue;
      const isLater =
        best < 0 ||
        (resultMs[result] as number) > (resultMs[best] as number) ||
        (resultMs[result] === resultMs[best] && (resultNs[result] as number) > (resultNs[best] as number));
      if (isLater) best = result;
    }
    return best;
  });
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function bump(counts: Uint32Array, at: number, by: number): void {
  counts[at] = (counts[at] as number) + by;
}

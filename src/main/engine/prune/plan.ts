import type { PrunePolicy } from '../../../shared/model/plan.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import { eachRow, type Steps } from '../streams/steps.ts';
import { foundRecords } from './found-records.ts';
import { type Leaving, leavingOrder } from './leaving-order.ts';
import { idOf, type PruneModel, pruneModel } from './model.ts';
import { orphanBlobs } from './orphans.ts';
import type { PlanEntry } from './plan-entry.ts';
import { limitsOf } from './policy.ts';
import type { Reason } from './reasons.ts';
import { stayingRecords } from './staying.ts';

/** What would go and what would stay. Lines that go stand in the order of leaving, lines that stay in that of leaving next. */
export interface PlanDraft {
  readonly goes: readonly PlanEntry[];
  readonly stays: readonly PlanEntry[];
  /** Blobs that go with them, sorted. */
  readonly blobs: readonly string[];
  readonly freedBytes: number;
  readonly keepBytes: number;
  readonly keepBlobs: number;
}

/**
 * Works a policy out on a snapshot. Pure: nothing is removed, and the same snapshot, policy and moment give the same
 * plan. Time n log n in the records.
 */
export function* planPrune(snapshot: SourceSnapshot, policy: PrunePolicy, nowMs: number): Steps<PlanDraft> {
  const model = yield* pruneModel(snapshot);
  const limits = limitsOf(policy, nowMs);
  const leaving = yield* leavingOrder(model, limits);
  const orphans = limits.orphansBeforeMs === undefined ? undefined : orphanBlobs(model, limits.orphansBeforeMs);
  const goes: PlanEntry[] = (orphans?.go ?? []).map(({ digest, size }) => ({
    id: digest,
    bytes: size,
    reason: 'orphan',
    count: 0,
  }));
  const left = yield* addLeaving(goes, model, leaving, policy);
  const gone = yield* addUseless(goes, model, left, policy);
  const stays = stayingRecords(model, leaving, gone, limits);
  yield { phase: 'Planning', done: 1, total: 1 };
  return {
    goes,
    stays,
    blobs: [...(orphans?.go ?? []).map(({ digest }) => digest), ...freedBlobs(model, leaving)].sort(),
    freedBytes: goes.reduce((sum, entry) => sum + entry.bytes, 0),
    keepBytes: leaving.after.bytes + (orphans?.stayBytes ?? 0),
    keepBlobs: leaving.after.blobs + (orphans?.stayBlobs ?? 0),
  };
}

/** Lines for the layers that leave. @returns record → results that it keeps */
function* addLeaving(goes: PlanEntry[], model: PruneModel, leaving: Leaving, policy: PrunePolicy): Steps<Uint32Array> {
  const { results, resultOffset, tree } = model.chains;
  const left = Uint32Array.from(
    { length: resultOffset.length - 1 },
    (_, record) => (resultOffset[record + 1] as number) - (resultOffset[record] as number),
  );
  const reason: Reason = policy.all ? 'everything' : policy.maxBytes === undefined ? 'too-old' : 'over-size';
  let place = 0;
  yield* eachRow('Planning', leaving.chosen.length, (at) => {
    const node = leaving.chosen[at] as number;
    const holders = leaving.holders.subarray(leaving.holderOffset[node], leaving.holderOffset[node + 1]);
    const losers: string[] = [];
    for (const result of holders) {
      const record = results.record[result] as number;
      left[record] = (left[record] as number) - 1;
      if (left[record] === 0) losers.push(idOf(model, record));
    }
    const bytes = leaving.freedBytes[at] as number;
    // Records with the same layer on top leave together; it is the last of them that frees it.
    losers.sort();
    for (const [index, id] of losers.entries()) {
      place += 1;
      goes.push({ id, bytes: index === losers.length - 1 ? bytes : 0, reason, count: place });
    }
    if (losers.length === 0 && bytes > 0) {
      const why: Reason = holders.length === 0 ? 'unused-layer' : 'older-result';
      goes.push({ id: model.blobs.digest[tree.blob[node] as number] as string, bytes, reason: why, count: 0 });
    }
  });
  return left;
}

/** Lines for records that nothing is found through any more. @returns record → 1 where it is a line that goes */
function* addUseless(goes: PlanEntry[], model: PruneModel, left: Uint32Array, policy: PrunePolicy): Steps<Uint8Array> {
  const { resultOffset } = model.chains;
  const had = (record: number) => resultOffset[record + 1] !== resultOffset[record];
  const gone = Uint8Array.from(left, (results, record) => (results === 0 && had(record) ? 1 : 0));
  for (const [cache, { parsed }] of model.snapshot.caches.entries()) {
    const first = model.cacheStart[cache] as number;
    const end = model.cacheStart[cache + 1] as number;
    if (!model.mayGo[cache]) continue;
    yield { phase: 'Planning', done: first, total: left.length };
    const keepsNone = left.subarray(first, end).every((results) => results === 0);
    const hadAny = resultOffset[first] !== resultOffset[end];
    if (!policy.all && !gone.subarray(first, end).includes(1)) continue;
    const isEmptied = keepsNone && (hadAny || policy.all === true);
    const found = isEmptied
      ? undefined
      : foundRecords(
          parsed,
          (record) => had(first + record),
          (record) => (left[first + record] as number) > 0,
        );
    for (let record = first; record < end; record += 1) {
      if (gone[record] || found?.[record - first]) continue;
      gone[record] = 1;
      goes.push({ id: idOf(model, record), bytes: 0, reason: isEmptied ? 'empty-cache' : 'unfound', count: 0 });
    }
  }
  return gone;
}

/** Blobs that lie there and that no layer leads to any more. */
function freedBlobs({ blobs, chains }: PruneModel, { gone, uses }: Leaving): string[] {
  const freed = new Set<number>();
  for (let node = 1; node < gone.length; node += 1) {
    const blob = chains.tree.blob[node] as number;
    if (gone[node] && uses[blob] === 0 && blobs.present[blob]) freed.add(blob);
  }
  return [...freed].map((blob) => blobs.digest[blob] as string);
}

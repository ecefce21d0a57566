import type { PrunePolicy } from '../../../shared/model/plan.ts';
import type { DiskSpace } from '../ports/disk-use.ts';
import { eachRow, type Steps } from '../streams/steps.ts';
import { idOf, type PruneModel } from './model.ts';
import type { PlanBase } from './plan-base.ts';
import type { PlanEntry } from './plan-entry.ts';
import { policiesOf } from './policy.ts';
import { survivingRecords } from './pruned-config.ts';
import { stayingRecords } from './staying.ts';
import type { StoreUnits } from './store-units.ts';
import { type Selection, selectUnits } from './units.ts';

/** What would go and what would stay. Lines that go stand in the order of leaving, lines that stay in that of leaving next. */
export interface PlanDraft {
  readonly goes: readonly PlanEntry[];
  readonly stays: readonly PlanEntry[];
  /** Blobs that go with them, sorted. */
  readonly blobs: readonly string[];
  readonly freedBytes: number;
  /** What stays of layers and orphans: all that lies in the source but documents. */
  readonly keepBytes: number;
  readonly keepBlobs: number;
}

/**
 * Works a policy out on what was read of a source. Pure: nothing is removed, and the same base, policy and moment give the
 * same plan. Time n log n in the units.
 */
export function* planPrune(base: PlanBase, policy: PrunePolicy, nowMs: number, space?: DiskSpace): Steps<PlanDraft> {
  const { model, units } = base;
  // What only images need counts as used, and is no unit.
  const fixed = model.blobs.imageOnly;
  const policies = policiesOf(policy, nowMs, units.kind).map((rule) => ({
    ...rule,
    bytesToKeep: (used: number) => rule.bytesToKeep(used + fixed.bytes, space) - fixed.bytes,
  }));
  const selection = yield* selectUnits(units, base.order, policies, space);
  const left = resultsLeft(model, selection);
  const { isFreed, freed, kept } = contentsAfter(base, selection);
  const fates = yield* fateOfRecords(base, left, isFreed, policy);
  const goes: PlanEntry[] = [];
  yield* addChosen(goes, model, units, selection, fates);
  for (const record of fates.useless) {
    goes.push({
      id: idOf(model, record),
      bytes: 0,
      reason: fates.isEmptied(record) ? 'empty-cache' : 'unfound',
      count: 0,
    });
  }
  const stays = stayingRecords(model, units, selection, fates.gone, policy, nowMs);
  yield { phase: 'Planning', done: 1, total: 1 };
  return {
    goes,
    stays,
    blobs: freed,
    freedBytes: selection.usedBefore - selection.usedAfter,
    keepBytes: selection.usedAfter + fixed.bytes,
    keepBlobs: kept + fixed.blobs,
  };
}

/** Record → results that it keeps. */
function resultsLeft(model: PruneModel, { gone }: Selection): Uint32Array {
  const { results, resultOffset } = model.chains;
  const left = new Uint32Array(resultOffset.length - 1);
  for (let result = 0; result < results.node.length; result += 1) {
    const node = results.node[result] as number;
    if (node !== 0 && gone[node - 1]) continue;
    const record = results.record[result] as number;
    left[record] = (left[record] as number) + 1;
  }
  return left;
}

/** What becomes of records. */
interface Fates {
  /** Record → results that it keeps. */
  readonly left: Uint32Array;
  /** Record → 1 where it is not there any more afterwards. One that loses its results may stay, so that others are found. */
  readonly gone: Uint8Array;
  /** Those that go although they lose no result, in order. */
  readonly useless: readonly number[];
  /** Whether all records of its cache go, and the reference with them. */
  isEmptied(record: number): boolean;
}

/** The same that `prunedConfig` will do: records that nothing is found through any more go. */
function* fateOfRecords(
  { model, before, unnamed }: PlanBase,
  left: Uint32Array,
  isFreed: Uint8Array,
  policy: PrunePolicy,
): Steps<Fates> {
  const { resultOffset } = model.chains;
  const had = (record: number) => resultOffset[record + 1] !== resultOffset[record];
  const loses = (record: number) => left[record] === 0 && had(record);
  const gone = new Uint8Array(left.length);
  const useless: number[] = [];
  const emptied = new Uint8Array(left.length);
  for (const [cache, config] of before.entries()) {
    const first = model.cacheStart[cache] as number;
    const end = model.cacheStart[cache + 1] as number;
    if (!model.mayGo[cache]) continue;
    yield { phase: 'Planning', done: first, total: left.length };
    const hadAny = resultOffset[first] !== resultOffset[end];
    const keepsNone = !anyRecord(first, end, (record) => left[record] !== 0);
    const isEmptied = keepsNone && (policy.all === true || (hadAny && anyRecord(first, end, loses)));
    const loss = {
      goes: (record: number) => loses(first + record),
      lost: Uint8Array.from(model.blobs.layerBlob[cache] as Uint32Array, (content) => isFreed[content] as number),
      losesUnnamed: unnamed[cache]?.some((content) => isFreed[content] === 1) ?? false,
    };
    const surviving = isEmptied ? undefined : survivingRecords(config, loss);
    if (!isEmptied && surviving === undefined) continue;
    for (let record = first; record < end; record += 1) {
      if (surviving?.found[record - first]) continue;
      gone[record] = 1;
      if (isEmptied) emptied[record] = 1;
      if (!loses(record)) useless.push(record);
    }
  }
  return { left, gone, useless, isEmptied: (record) => emptied[record] === 1 };
}

function anyRecord(first: number, end: number, is: (record: number) => boolean): boolean {
  for (let record = first; record < end; record += 1) if (is(record)) return true;
  return false;
}

/** Lines for the units that leave, in order. */
function* addChosen(
  goes: PlanEntry[],
  model: PruneModel,
  units: StoreUnits,
  { chosen, freedBytes, chosenBy }: Selection,
  { left, gone }: Fates,
): Steps<void> {
  const { results } = model.chains;
  const { resultOffset } = model.chains;
  const open = Uint32Array.from(left, (kept, record) => {
    return (resultOffset[record + 1] as number) - (resultOffset[record] as number) - kept;
  });
  let place = 0;
  yield* eachRow('Planning', chosen.length, (at) => {
    const unit = chosen[at] as number;
    const bytes = freedBytes[at] as number;
    const reason = chosenBy[at]?.reason ?? 'everything';
    const digest = units.digest(units.content[unit] as number);
    const kind = units.kind(unit);
    if (kind !== 'layer') {
      goes.push({ id: digest, bytes, reason: kind === 'orphan' ? 'orphan' : 'unused-layer', count: 0 });
      return;
    }
    const holders = units.holders.subarray(units.holderOffset[unit + 1], units.holderOffset[unit + 2]);
    const losers: { readonly id: string; readonly record: number }[] = [];
    for (const result of holders) {
      const record = results.record[result] as number;
      open[record] = (open[record] as number) - 1;
      if (left[record] === 0 && open[record] === 0) losers.push({ id: idOf(model, record), record });
    }
    // Records with the same layer on top leave together; it is the last of them that frees it.
    losers.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    for (const [index, { id, record }] of losers.entries()) {
      place += 1;
      const isLast = index === losers.length - 1;
      const stays = gone[record] ? {} : { stays: true };
      goes.push({ id, bytes: isLast ? bytes : 0, reason, count: place, ...stays });
    }
    if (losers.length === 0 && bytes > 0) {
      goes.push({ id: digest, bytes, reason: holders.length === 0 ? 'unused-layer' : 'older-result', count: 0 });
    }
  });
}

/** Contents that lie there and that nothing consists of any more, 1 each and by their digests, and how many stay. */
function contentsAfter(
  { units, contents }: PlanBase,
  { contentUses }: Selection,
): { isFreed: Uint8Array; freed: string[]; kept: number } {
  const isFreed = new Uint8Array(contents.length);
  const freed: string[] = [];
  let kept = 0;
  for (const content of contents) {
    if (!units.present[content]) continue;
    if (contentUses[content] !== 0) {
      kept += 1;
      continue;
    }
    isFreed[content] = 1;
    freed.push(units.digest(content));
  }
  return { isFreed, freed, kept };
}
